from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from benchmarks import losses
from multitag.evaluation.held_out import HeldOut


def shifted(prob, by):
    return (1 / (1 + np.exp(-(np.log(prob / (1 - prob)) + by)))).astype(np.float32)


@pytest.fixture(scope="module")
def rows():
    """Out-of-fold rows of three labels; one loss shifts all probabilities, one makes nothing of the texts."""
    draw = np.random.default_rng(0)
    true = (draw.random((300, 3)) < [0.4, 0.3, 0.2]).astype(np.uint8)
    prob = (1 / (1 + np.exp(-(3.0 * true - 2 + draw.normal(size=true.shape))))).astype(np.float32)
    own = HeldOut(
        ("A", "B", "C"), np.arange(300), ("text",) * 300, ("out_of_fold",) * 300, np.arange(300) % 5, true, prob, prob,
        np.zeros_like(true),
    )  # fmt: skip
    noise = draw.uniform(0.1, 0.9, size=true.shape).astype(np.float32)
    return {
        "bce": own, "weighted-bce": replace(own, y_raw=shifted(prob, 2.0)), "focal": replace(own, y_raw=noise),
        "asymmetric": own,
    }  # fmt: skip


@pytest.fixture
def results(rows, monkeypatch):
    monkeypatch.setattr(losses, "RESAMPLES", 100)
    return losses.measure(rows)


def test_calibration_takes_a_shift_back(results):
    own, weighted = results["losses"]["bce"], results["losses"]["weighted-bce"]
    assert weighted["brier"][0] > own["brier"][0] + 0.02
    assert weighted["brier"][1] == pytest.approx(own["brier"][1], abs=1e-3)
    assert weighted["ece"][1] < weighted["ece"][0]
    assert weighted["macro_roc_auc"] == pytest.approx(own["macro_roc_auc"], abs=5e-3)


def test_differences_are_from_the_default(results):
    assert results["losses"]["asymmetric"]["difference"] == (0, 0, 0)
    value, low, high = results["losses"]["focal"]["difference"]
    assert low <= value <= high < 0


def test_the_table_goes_into_its_place(results):
    page = losses.RECORD.fill("before\n<!-- losses -->\nstale\n<!-- /losses -->\nafter", losses.as_table(results))
    assert page.startswith("before\n<!-- losses -->\nOut of fold on 300 rows")
    assert "| `weighted-bce` |" in page
    assert "none of the others did better by more than chance" in page
    assert "stale" not in page
    ahead = {**results["losses"]["focal"], "difference": (0.1, 0.05, 0.15)}
    better = {**results, "losses": {**results["losses"], "focal": ahead}}
    assert "On these rows `focal` did better." in losses.as_table(better)


def test_the_page_has_the_place():
    assert losses.RECORD.place.search(losses.RECORD.page.read_text(encoding="utf-8"))

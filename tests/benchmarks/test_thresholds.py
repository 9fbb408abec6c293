from __future__ import annotations

import numpy as np
import pytest

from benchmarks import thresholds
from multitag.evaluation.held_out import HeldOut
from multitag.evaluation.thresholds.thresholds import apply_thresholds
from multitag.evaluation.thresholds.tune import tune_thresholds


@pytest.fixture(scope="module")
def rows():
    """Out-of-fold rows of three labels on 200 rows, whose probabilities say something but are too low."""
    draw = np.random.default_rng(0)
    true = (draw.random((200, 3)) < [0.4, 0.2, 0.1]).astype(np.uint8)
    prob = (1 / (1 + np.exp(-(2.0 * true - 3 + draw.normal(size=true.shape))))).astype(np.float32)
    return HeldOut(
        ("A", "B", "C"), np.arange(200), ("text",) * 200, ("out_of_fold",) * 200, np.arange(200) % 5, true, prob, prob,
        np.zeros_like(true),
    )  # fmt: skip


def test_each_fold_is_decided_by_thresholds_of_the_others(rows):
    _, tuned = thresholds.decide(rows, "none", thresholds.tune_for("f1"))
    inside = rows.fold == 2
    cuts = tune_thresholds(rows.y_true[~inside], rows.y_raw[~inside], fixed=0.3, tuned_on="").values()
    assert (tuned[inside] == apply_thresholds(rows.y_raw[inside], cuts)).all()


def test_shrinking_without_end_is_one_threshold_for_all(rows):
    tuned = thresholds.tune_for("f1", 1e9)(rows.y_true, rows.y_raw)
    assert tuned.values() == pytest.approx(np.full(3, tuned.global_threshold), abs=1e-6)


def test_figures_go_into_their_place(rows, monkeypatch):
    monkeypatch.setattr(thresholds, "RESAMPLES", 100)
    results = thresholds.measure(rows)
    macro = results["macro_f1"]["none"]
    assert macro["tuned"] > macro["fixed"]["0.5"]
    gain, low, high = macro["difference"]["0.5"]
    assert gain == pytest.approx(macro["tuned"] - macro["fixed"]["0.5"]) and low < gain < high
    assert results["shrinkage"]["1"] == macro["tuned"]
    old = "a\n<!-- thresholds -->\nFigures of another day.\n<!-- /thresholds -->\nb\n"
    page = thresholds.RECORD.fill(old, thresholds.as_table(results))
    assert page.startswith("a\n<!-- thresholds -->\nMacro-F1 out of fold on 200 rows")
    assert page.endswith("\n<!-- /thresholds -->\nb\n") and "another day" not in page
    assert f"{gain:+.3f} [{low:+.3f}, {high:+.3f}]" in page

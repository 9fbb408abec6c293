from __future__ import annotations

import numpy as np
import pytest

from benchmarks import guarantees
from multitag.evaluation.held_out import HeldOut


@pytest.fixture(scope="module")
def rows():
    """Out-of-fold rows whose probabilities are true."""
    draw = np.random.default_rng(0)
    prob = draw.beta(0.6, 1.5, (400, 4)).astype(np.float32)
    true = (draw.random(prob.shape) < prob).astype(np.uint8)
    return HeldOut(
        tuple("ABCD"), np.arange(400), ("text",) * 400, ("out_of_fold",) * 400, np.arange(400) % 5, true, prob, prob,
        np.zeros_like(true),
    )  # fmt: skip


def test_shares_are_of_rows_with_a_label_and_of_rows_given_one():
    y_true = np.array([[1, 1], [1, 0], [0, 0]], dtype=bool)
    y_pred = np.array([[1, 0], [0, 0], [1, 1]], dtype=bool)
    assert guarantees.row_shares(y_true, y_pred) == {"recall": 0.25, "precision": 0.5}
    assert np.isnan(guarantees.row_shares(y_true, y_pred & False)["precision"])


def test_what_is_promised_is_kept_and_goes_into_its_place(rows, monkeypatch):
    monkeypatch.setattr(guarantees, "SPLITS", 20)
    monkeypatch.setattr(guarantees, "LEVELS", {"recall": (0.8,), "precision": (0.5, 0.999)})
    results = guarantees.measure(rows)
    recall, precision = results["levels"]["recall"]["0.8"], results["levels"]["precision"]["0.5"]
    assert recall["splits"] == 20
    assert recall["mean"] == pytest.approx(0.8, abs=0.03)
    assert precision["below"] <= 0.1
    assert results["levels"]["precision"]["0.999"] == {"splits": 0}
    old = "a\n<!-- guarantees -->\nOld.\n<!-- /guarantees -->\nb\n"
    page = guarantees.RECORD.fill(old, guarantees.as_tables(results))
    assert page.startswith("a\n<!-- guarantees -->\n20 divisions of 400 rows into two halves: fitted on 200")
    assert page.endswith("\n<!-- /guarantees -->\nb\n")
    assert f"| recall=0.8 | 100% | {recall['mean']:.3f} |" in page
    assert "| precision=0.999 | 0% | | | | | | |" in page

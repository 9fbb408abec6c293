from __future__ import annotations

import numpy as np
import pytest

from benchmarks import calibration
from multitag.evaluation.calibration.fit import fit_calibration
from multitag.evaluation.calibration.reliability import measure_reliability
from multitag.evaluation.held_out import HeldOut


@pytest.fixture(scope="module")
def rows():
    """Out-of-fold rows of two labels, far surer than they may be, and of one on four rows."""
    draw = np.random.default_rng(0)
    odds = draw.normal(-1, 1.5, (400, 3))
    true = (draw.random(odds.shape) < 1 / (1 + np.exp(-odds))).astype(np.uint8)
    true[:, 2] = np.arange(400) % 100 == 0
    prob = (1 / (1 + np.exp(-3 * odds))).astype(np.float32)
    return HeldOut(
        ("A", "B", "C"), np.arange(400), ("text",) * 400, ("out_of_fold",) * 400, np.arange(400) % 5, true, prob, prob,
        np.zeros_like(true),
    )  # fmt: skip


def test_each_fold_is_calibrated_by_the_others(rows):
    inside = rows.fold == 1
    expected = fit_calibration(rows.y_true[~inside], rows.y_raw[~inside], "platt").apply(rows.y_raw[inside])
    np.testing.assert_array_equal(calibration.calibrate(rows, "platt")[inside], expected)
    np.testing.assert_array_equal(calibration.calibrate(rows, "none"), rows.y_raw)


def test_figures_go_into_their_place(rows):
    results = calibration.measure(rows)
    methods = results["methods"]
    assert {name: each["labels"] for name, each in methods.items()} == {"none": 0, "platt": 2, "isotonic": 2}
    assert methods["none"]["ece"] == measure_reliability(rows.y_true, rows.y_raw).ece
    assert methods["platt"]["brier"] < methods["none"]["brier"]
    old = "a\n<!-- calibration -->\nOld.\n<!-- /calibration -->\nb\n"
    page = calibration.RECORD.fill(old, calibration.as_table(results))
    assert page.startswith("a\n<!-- calibration -->\nOut of fold, 400 rows")
    assert page.endswith("\n<!-- /calibration -->\nb\n")
    assert "Old." not in page
    assert f"| Platt | 2 of 3 | {methods['platt']['brier']:.4f} |" in page

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.calibration import calibration_curve
from sklearn.metrics import brier_score_loss

from multitag.errors import DataError
from multitag.evaluation.calibration.reliability import CalibrationComparison, compare_calibration, measure_reliability


def drawn(seed: int, n_rows: int = 300, n_labels: int = 4):
    draw = np.random.default_rng(seed)
    y_prob = draw.random((n_rows, n_labels))
    return (draw.random(y_prob.shape) < y_prob**2).astype(int), y_prob


def test_brier_is_the_mean_of_the_labels_own():
    y_true, y_prob = drawn(0)
    own = [brier_score_loss(y_true[:, each], y_prob[:, each]) for each in range(4)]
    assert measure_reliability(y_true, y_prob).brier == pytest.approx(np.mean(own))


def test_the_curve_is_scikit_learns_of_bins_of_equal_mass():
    y_true, y_prob = drawn(1)
    shares, means = calibration_curve(y_true.ravel(), y_prob.ravel(), n_bins=15, strategy="quantile")
    curve = measure_reliability(y_true, y_prob).curve
    assert [rows for _, _, rows in curve] == [80] * 15
    np.testing.assert_allclose([each[:2] for each in curve], np.column_stack([means, shares]))


def test_errors_in_closed_form():
    y_true = [[1, 1]] * 2 + [[0, 1]] * 2
    y_prob = [[0.25, 0.75]] * 4  # the first label is 0.25 too low, the second 0.25 too low
    found = measure_reliability(y_true, y_prob)
    assert found.curve == ((0.25, 0.5, 4), (0.75, 1.0, 4))
    assert (found.ece, found.label_ece) == (0.25, 0.25)
    assert found.brier == pytest.approx((2 * 0.75**2 + 2 * 0.25**2 + 4 * 0.25**2) / 8)


def test_labels_that_are_off_both_ways_cancel_only_in_the_pooled_error():
    y_true, y_prob = [[1, 0]] * 10, np.full((10, 2), 0.5)
    found = measure_reliability([*y_true, [0, 1]], [*y_prob, [0.5, 0.5]])
    assert found.ece == 0
    assert found.label_ece == pytest.approx(10 / 11 - 0.5)


@settings(max_examples=20)
@given(st.integers(0, 10_000))
def test_probabilities_that_are_true_have_a_small_error(seed):
    draw = np.random.default_rng(seed)
    y_prob = draw.random((20_000, 1))
    found = measure_reliability((draw.random(y_prob.shape) < y_prob).astype(int), y_prob)
    assert found.ece < 0.03
    assert found.brier == pytest.approx(1 / 6, abs=0.02)  # the mean of p (1 - p)


@given(st.integers(0, 10_000), st.integers(1, 20))
def test_the_order_of_rows_changes_nothing(seed, n_bins):
    y_true, y_prob = drawn(seed, n_rows=40)
    y_prob = y_prob.round(1)  # with ties
    order = np.random.default_rng(seed).permutation(40)
    found = measure_reliability(y_true, y_prob, n_bins=n_bins)
    assert measure_reliability(y_true[order], y_prob[order], n_bins=n_bins) == found
    assert sum(rows for _, _, rows in found.curve) == y_prob.size
    assert len(found.curve) <= n_bins


def test_a_label_without_positives_is_left_out_of_the_labels_error():
    found = measure_reliability([[1, 0], [0, 0]], [[1.0, 0.9], [0.0, 0.9]])
    assert found.label_ece == 0
    assert measure_reliability([[0, 0]], [[0.1, 0.2]]).label_ece is None


def test_before_and_after_are_compared_in_what_fits_json():
    y_true, y_prob = drawn(2)
    compared = compare_calibration(y_true, y_prob, y_prob**2, side="test", method="platt")
    assert (compared.side, compared.method) == ("test", "platt")
    assert compared.after.ece < compared.before.ece
    assert compared.after == measure_reliability(y_true, y_prob**2)
    values = json.loads(json.dumps(compared.to_dict(), allow_nan=False))
    assert values["before"]["reliability"][0] == list(measure_reliability(y_true, y_prob).curve[0])
    assert CalibrationComparison.from_dict(values) == compared


def test_nothing_to_measure_is_refused():
    with pytest.raises(DataError, match="0 rows"):
        measure_reliability(np.empty((0, 2)), np.empty((0, 2)))

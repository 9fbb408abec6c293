from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression

from multitag.errors import DataError
from multitag.evaluation.calibration.calibration import Calibration
from multitag.evaluation.calibration.fit import calibrate_apart, choose_method, fit_calibration
from multitag.evaluation.calibration.methods import Identity, Isotonic, Platt
from multitag.evaluation.log_odds import logit


def drawn(seed: int, n_rows: int = 400, slope: float = 0.5, intercept: float = -1.0):
    """Draw probabilities and labels that follow them by a known line in log-odds."""
    draw = np.random.default_rng(seed)
    y_prob = draw.beta(0.7, 2, (n_rows, 1))
    odds = slope * logit(y_prob) + intercept
    return (draw.random((n_rows, 1)) < 1 / (1 + np.exp(-odds))).astype(int), y_prob


def test_platt_is_the_logistic_regression_on_platts_targets():
    for seed in range(5):
        y_true, y_prob = drawn(seed)
        (found,) = fit_calibration(y_true, y_prob, "platt").methods
        n, positives = len(y_true), int(y_true.sum())
        target = np.where(y_true[:, 0] == 1, (positives + 1) / (positives + 2), 1 / (n - positives + 2))
        both = np.repeat([1, 0], n)  # each row as a share of a positive and the rest of a negative
        model = LogisticRegression(C=np.inf, tol=1e-10, max_iter=1000)
        model.fit(np.tile(logit(y_prob), (2, 1)), both, sample_weight=np.concatenate([target, 1 - target]))
        assert isinstance(found, Platt)
        expected = (model.coef_[0, 0], model.intercept_[0])
        assert (found.slope, found.intercept) == pytest.approx(expected, abs=1e-5)


def test_platt_finds_the_line_the_labels_follow():
    y_true, y_prob = drawn(0, n_rows=100_000)
    (found,) = fit_calibration(y_true, y_prob, "platt").methods
    assert isinstance(found, Platt)
    assert (found.slope, found.intercept) == pytest.approx((0.5, -1), abs=0.05)


def test_platt_never_turns_the_order_around():
    y_true, y_prob = drawn(0, slope=-1.0)
    (found,) = fit_calibration(y_true, y_prob, "platt").methods
    assert found.slope == 0
    assert found.apply(np.array([0.1, 0.9])) == pytest.approx([y_true.mean()] * 2, abs=0.01)  # the prevalence


@pytest.mark.parametrize("value", [0.0, 0.3, 1.0])
def test_a_label_of_one_probability_gets_its_prevalence(value):
    y_true, y_prob = np.repeat([[1], [0]], 100, axis=0), np.full((200, 1), value)
    for method in ("platt", "isotonic"):
        calibrated = fit_calibration(y_true, y_prob, method).apply(y_prob)
        np.testing.assert_allclose(calibrated, 0.5, atol=1e-6)


def test_a_separated_label_has_a_finite_slope():
    y_true, y_prob = np.repeat([[1], [0]], 50, axis=0), np.repeat([[0.9], [0.8]], 50, axis=0)
    calibrated = fit_calibration(y_true, y_prob, "platt").apply(y_prob)[[0, -1], 0]
    np.testing.assert_allclose(calibrated, [51 / 52, 1 / 52], rtol=1e-5)  # Platt's targets


def test_isotonic_is_scikit_learns():
    y_true, y_prob = drawn(1)
    expected = IsotonicRegression(out_of_bounds="clip").fit(y_prob[:, 0], y_true[:, 0])
    new = np.linspace(0, 1, 501)
    (found,) = fit_calibration(y_true, y_prob, "isotonic").methods
    assert isinstance(found, Isotonic)
    np.testing.assert_allclose(found.apply(new), expected.predict(new), atol=1e-12)


@pytest.mark.parametrize(("method", "floor"), [("platt", 10), ("isotonic", 50)])
def test_a_label_with_few_rows_on_one_side_stays_as_it_is(method, floor):
    draw = np.random.default_rng(0)
    y_prob = draw.random((200, 4))
    y_true = np.zeros((200, 4), dtype=int)
    for column, positives in enumerate((floor - 1, floor, 200 - floor, 201 - floor)):
        y_true[:positives, column] = 1
    fitted = [type(each) for each in fit_calibration(y_true, y_prob, method).methods]
    kind = Platt if method == "platt" else Isotonic
    assert fitted == [Identity, kind, kind, Identity]
    assert fit_calibration(y_true, y_prob, method, min_support=101).is_identity
    assert fit_calibration(y_true, y_prob, "none") == Calibration.identity(4)


@given(st.integers(0, 10_000), st.sampled_from(["platt", "isotonic"]))
def test_the_order_of_rows_changes_nothing(seed, method):
    y_true, y_prob = drawn(seed, n_rows=60)
    y_prob = y_prob.round(1)  # with ties
    order = np.random.default_rng(seed).permutation(len(y_true))
    fitted = fit_calibration(y_true, y_prob, method, min_support=2)
    assert fit_calibration(y_true[order], y_prob[order], method, min_support=2) == fitted


@given(st.integers(0, 10_000), st.sampled_from(["platt", "isotonic"]))
def test_calibrated_probabilities_sum_to_the_positives_they_were_fitted_on(seed, method):
    y_true, y_prob = drawn(seed, n_rows=100)
    calibration = fit_calibration(y_true, y_prob, method, min_support=2)
    if not calibration.is_identity:
        expected = calibration.apply(y_prob).sum()
        assert expected == pytest.approx(y_true.sum(), abs=1e-6 if method == "isotonic" else 2)  # Platt's targets


@pytest.mark.parametrize("method", ["platt", "isotonic"])
def test_a_row_has_no_say_in_how_it_is_calibrated(method):
    y_true, y_prob = drawn(4)
    apart = calibrate_apart(y_true, y_prob, method)
    changed = y_true.copy()
    changed[7::10] = 1 - changed[7::10]
    again = calibrate_apart(changed, y_prob, method)
    np.testing.assert_array_equal(again[7::10], apart[7::10])
    assert not np.array_equal(again, apart)
    others = np.arange(len(y_true)) % 10 != 7
    expected = fit_calibration(y_true[others], y_prob[others], method).apply(y_prob[7::10])
    np.testing.assert_array_equal(apart[7::10], expected)
    np.testing.assert_array_equal(calibrate_apart(y_true, y_prob, "none"), y_prob)


def test_auto_is_platt_with_folds_and_none_without():
    assert [choose_method("auto", folds=folds) for folds in (True, False)] == ["platt", "none"]
    assert choose_method("isotonic", folds=False) == "isotonic"


def test_what_cannot_be_fitted_is_refused():
    with pytest.raises(DataError, match="expected arrays of one shape"):
        fit_calibration([[1, 0]], [[0.5]], "platt")
    with pytest.raises(DataError, match="expected only 0 and 1, or -1 where unknown, got 2"):
        fit_calibration([[2]], [[0.5]], "platt")
    with pytest.raises(DataError, match="method: expected none, platt or isotonic, got 'beta'"):
        fit_calibration([[1]], [[0.5]], "beta")

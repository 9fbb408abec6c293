from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from multitag.errors import BundleError
from multitag.evaluation.calibration.methods import Identity, Isotonic, Platt, read_calibrator

SHARES = st.floats(0, 1)
COLUMNS = arrays(np.float64, st.integers(0, 30), elements=SHARES)


@st.composite
def isotonics(draw):
    knots = sorted(draw(st.lists(SHARES, min_size=1, max_size=8, unique=True)))
    values = sorted(draw(st.lists(SHARES, min_size=len(knots), max_size=len(knots))))
    return Isotonic(tuple(knots), tuple(values))


PLATTS = st.builds(Platt, st.floats(0, 1e9), st.floats(-1e9, 1e9))


@given(st.one_of(st.just(Identity()), PLATTS, isotonics()), COLUMNS)
def test_calibrated_probabilities_keep_their_order_and_range(calibrator, column):
    calibrated = calibrator.apply(np.sort(column))
    assert calibrated.shape == column.shape
    assert ((calibrated >= 0) & (calibrated <= 1)).all()
    assert (np.diff(calibrated) >= -1e-15).all()  # exp() may err in the last place


@given(st.one_of(st.just(Identity()), PLATTS, isotonics()))
def test_what_is_written_is_read_back(calibrator):
    assert read_calibrator(calibrator.to_dict()) == calibrator


@given(COLUMNS)
def test_a_slope_of_one_and_no_intercept_change_nothing(column):
    np.testing.assert_allclose(Platt(1, 0).apply(column), np.clip(column, 1e-7, 1 - 1e-7), rtol=1e-6)


def test_platt_is_a_line_in_log_odds():
    column = np.array([0.1, 0.5, 0.9])
    odds = 3 * np.log(column / (1 - column)) - 1
    np.testing.assert_allclose(Platt(3, -1).apply(column), 1 / (1 + np.exp(-odds)), rtol=1e-12)


def test_isotonic_is_numpys_interpolation():
    calibrator = Isotonic((0.1, 0.3, 0.7), (0.0, 0.5, 0.5))
    column = np.linspace(0, 1, 101)
    np.testing.assert_allclose(
        calibrator.apply(column), np.interp(column, calibrator.knots, calibrator.values), atol=1e-15
    )
    assert Isotonic((0.4,), (0.2,)).apply(column).tolist() == [0.2] * 101


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        (None, "expected a known method (identity, platt, isotonic)"),
        ({"method": "beta"}, "expected a known method"),
        ({"method": ["platt"]}, "expected a known method"),
        ({"method": "identity", "slope": 1}, "identity: expected the keys method, got"),
        ({"method": "platt", "slope": 1}, "platt: expected the keys method, intercept, slope"),
        ({"method": "platt", "slope": -1, "intercept": 0}, "platt: slope: expected a number from 0 to 1e+09, got -1"),
        ({"method": "platt", "slope": True, "intercept": 0}, "platt: slope: expected a number"),
        ({"method": "platt", "slope": [1], "intercept": 0}, "platt: slope: expected a number"),
        ({"method": "platt", "slope": 1, "intercept": 10**400}, "platt: intercept: expected a number from -1e+09"),
        ({"method": "isotonic", "knots": [], "values": []}, "isotonic: knots, values: expected as many of both"),
        ({"method": "isotonic", "knots": [0.1], "values": [0.1, 0.2]}, "isotonic: knots, values: expected as many"),
        ({"method": "isotonic", "knots": [0.1, 0.1], "values": [0, 1]}, "isotonic: knots, values: expected rising"),
        ({"method": "isotonic", "knots": [0.1, 0.2], "values": [1, 0]}, "isotonic: knots, values: expected rising"),
        ({"method": "isotonic", "knots": [0, 2], "values": [0, 1]}, "isotonic: knots: expected numbers from 0 to 1"),
        ({"method": "isotonic", "knots": [0, 1], "values": [0, "1"]}, "isotonic: values: expected numbers"),
        ({"method": "isotonic", "knots": 0.5, "values": 0.5}, "isotonic: knots: expected numbers"),
    ],
)
def test_what_no_calibrator_is_made_of_is_refused(entry, told):
    with pytest.raises(BundleError) as caught:
        read_calibrator(entry)
    assert str(caught.value).startswith(told)

from __future__ import annotations

import json

import numpy as np
import pytest

from multitag.errors import BundleError
from multitag.evaluation.calibration.calibration import Calibration
from multitag.evaluation.calibration.methods import Identity, Isotonic, Platt

MIXED = Calibration((Identity(), Platt(2.0, -1.0), Isotonic((0.25, 0.75), (0.0, 0.5))))


def test_identity_leaves_probabilities_as_they_are():
    y_prob = np.array([[0.1, 0.9], [0.0, 1.0]], dtype=np.float32)
    calibrated = Calibration.identity(2).apply(y_prob)
    assert calibrated.dtype == np.float32
    np.testing.assert_array_equal(calibrated, y_prob)


def test_other_shapes_are_refused():
    for shape in ((2,), (2, 3), (0, 1)):
        with pytest.raises(ValueError, match=r"expected y_raw of shape \(n_rows, 2\)"):
            Calibration.identity(2).apply(np.zeros(shape))


def test_reads_what_it_wrote():
    calibration = Calibration.identity(3)
    assert calibration.to_dict() == {"per_label": [{"method": "identity"}] * 3}
    for each in (calibration, MIXED):
        assert Calibration.from_dict(json.loads(json.dumps(each.to_dict())), 3) == each


def test_each_label_is_calibrated_by_its_own_method():
    y_prob = np.array([[0.3, 0.5, 0.5], [1.0, 0.0, 0.25]], dtype=np.float32)
    calibrated = MIXED.apply(y_prob)
    assert calibrated.dtype == np.float32
    np.testing.assert_allclose(calibrated, [[0.3, 1 / (1 + np.e), 0.25], [1, 0, 0]], rtol=1e-6, atol=1e-12)
    assert not MIXED.is_identity
    assert MIXED.apply(y_prob[:0]).shape == (0, 3)


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"per_label": []},
        {"per_label": [{"method": "identity"}]},
        {"per_label": {"method": "identity"}},
        {"per_label": [{"method": "identity"}, {"method": "beta"}]},
        {"per_label": [{"method": "identity"}, {"method": "platt", "slope": -1, "intercept": 0}]},
        {"per_label": [{"method": "identity"}, {"method": ["identity"]}]},
        {"per_label": [{"method": "identity"}, {"method": "identity", "slope": 2}]},
        {"per_label": [{"method": "identity"}, "identity"]},
        {"per_label": [{"method": "identity"}] * 2, "extra": 1},
    ],
)
def test_unknown_methods_and_wrong_lengths_are_refused(values):
    with pytest.raises(BundleError, match=r"^calibration: "):
        Calibration.from_dict(values, 2)

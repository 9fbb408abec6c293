from __future__ import annotations

import numpy as np
from sklearn.metrics import precision_score, recall_score

from multitag.evaluation.threshold_curves import GRID, ThresholdCurve, measure_curves
from multitag.labels import UNKNOWN

RNG = np.random.default_rng(3)
TRUE = (RNG.random((200, 3)) < 0.3).astype(np.int64)
PROB = np.clip(TRUE * 0.3 + RNG.random((200, 3)) * 0.7, 0, 1).astype(np.float32)
NAMES = ("Drama", "War", "Crime")


def test_the_figures_are_those_of_scikit_learn():
    curves = measure_curves(TRUE, PROB, NAMES)
    assert list(curves) == list(NAMES)
    for column, curve in enumerate(curves.values()):
        for threshold, precision, recall in zip(curve.thresholds, curve.precision, curve.recall, strict=True):
            predicted = (PROB[:, column].astype(np.float64) >= threshold).astype(int)
            if precision is not None:
                assert abs(precision - precision_score(TRUE[:, column], predicted)) < 1e-4
            else:
                assert not predicted.any()
            assert abs(recall - recall_score(TRUE[:, column], predicted)) < 1e-4


def test_rows_that_nobody_judged_are_left_out_of_their_label_only():
    true = TRUE.copy()
    true[:50, 1] = UNKNOWN
    curves = measure_curves(true, PROB, NAMES)
    assert curves["War"] == measure_curves(TRUE[50:], PROB[50:], NAMES)["War"]
    assert curves["Drama"] == measure_curves(TRUE, PROB, NAMES)["Drama"]


def test_what_is_undefined_is_none():
    curve = measure_curves(np.zeros((4, 1), np.int64), np.full((4, 1), 0.5), ["War"])["War"]
    assert curve.recall == (None,) * len(GRID)
    assert curve.precision[0] == 0
    assert curve.precision[-1] is None


def test_it_is_written_and_read_back():
    curve = measure_curves(TRUE, PROB, NAMES)["War"]
    assert ThresholdCurve.from_dict(curve.to_dict()) == curve

from __future__ import annotations

import numpy as np

from multitag.evaluation.thresholds.tally import Tally, ratio

TRUE = np.array([[1, 0], [1, 1], [0, 1]])
PRED = np.array([[1, 1], [0, 1], [1, 0]])


def test_decisions_are_counted_label_by_label():
    decided = Tally.of(TRUE, PRED)
    assert decided.true_positives.tolist() == [1, 1]
    assert decided.false_positives.tolist() == [1, 1]
    assert decided.false_negatives.tolist() == [1, 1]
    assert (decided.predicted.tolist(), decided.positives.tolist(), decided.n_rows) == ([2, 2], [2, 2], 3)


def test_rows_count_as_often_as_they_are_drawn():
    decided = Tally.of(TRUE, PRED, np.array([[1, 1, 1], [3, 0, 0]]))
    assert decided.true_positives.tolist() == [[1, 1], [3, 0]]
    assert decided.false_positives.tolist() == [[1, 1], [0, 3]]
    assert decided.positives.tolist() == [[2, 2], [3, 0]]


def test_a_ratio_to_nothing_is_undefined():
    assert ratio(np.array([1.0, 0.0]), np.array([2.0, 0.0])).tolist()[0] == 0.5
    assert np.isnan(ratio(np.array(0.0), np.array(0.0)))

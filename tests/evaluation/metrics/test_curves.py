from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import precision_recall_curve

from multitag.evaluation.metrics.curves import precision_at_recall

LEVELS = np.linspace(0, 1, 11)


def test_a_case_done_by_hand():
    y_true, y_prob = np.array([0, 1, 0, 1, 1]), np.array([0.9, 0.8, 0.7, 0.6, 0.5])
    # Precision at each positive: 1/2, 2/4, 3/5; later ones are better, so they stand for the earlier recalls too.
    assert precision_at_recall(y_true, y_prob, np.array([0.0, 0.3, 0.6, 1.0])).tolist() == [0.6, 0.6, 0.6, 0.6]
    assert precision_at_recall(y_true[::-1], y_prob, np.array([0.1, 0.67, 1.0])).tolist() == [1.0, 0.75, 0.75]


ROWS = st.lists(st.tuples(st.integers(0, 1), st.sampled_from([0.0, 0.25, 0.5, 1.0])), min_size=1, max_size=30)


@given(ROWS)
def test_it_is_the_best_of_scikit_learns_points_and_never_rises(rows):
    y_true, y_prob = (np.array(column) for column in zip(*rows, strict=True))
    y_true[0] = 1
    precision, recall, _ = precision_recall_curve(y_true, y_prob)
    found = precision_at_recall(y_true, y_prob, LEVELS)
    assert found.tolist() == [max(precision[:-1][recall[:-1] >= level - 1e-9]) for level in LEVELS]
    assert (np.diff(found) <= 0).all()
    assert found[-1] >= y_true.mean()

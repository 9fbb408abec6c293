from __future__ import annotations

import numpy as np
import sklearn.metrics as skm
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from multitag.evaluation.metrics.rankings import Ranking, rank_labels


def test_a_ranking_worked_by_hand():
    # From the top: a positive, then a positive and a negative together, then a negative.
    ranking = Ranking(np.array([0, 1, 0, 1]), np.array([0.1, 0.5, 0.5, 0.9]))
    weights = np.array([[1, 1, 1, 1], [1, 2, 1, 1], [1, 1, 1, 0], [1, 0, 1, 0], [0, 1, 0, 1]])
    roc_auc, precision = ranking.compute(weights)
    np.testing.assert_allclose(roc_auc, [3.5 / 4, 5 / 6, 1.5 / 2, np.nan, np.nan])
    np.testing.assert_allclose(precision, [(1 + 2 / 3) / 2, (1 + 2 * 3 / 4) / 3, 1 / 2, np.nan, 1])


@st.composite
def ranked(draw, max_rows=10, max_labels=4):
    """Draw small arrays, full of tied scores and of rows with no label or all."""
    shape = (draw(st.integers(1, max_rows)), draw(st.integers(2, max_labels)))
    y_true = draw(arrays(np.int64, shape, elements=st.integers(0, 1)))
    return y_true, draw(arrays(np.float64, shape, elements=st.floats(0, 1) | st.sampled_from([0.0, 0.25, 0.5, 1.0])))


@given(ranked())
@settings(max_examples=20)
def test_label_ranking_of_each_row_is_that_of_scikit_learn(case):
    y_true, y_prob = case
    theirs = [
        skm.label_ranking_average_precision_score(true[None], prob[None])
        for true, prob in zip(y_true, y_prob, strict=True)
    ]
    np.testing.assert_allclose(rank_labels(y_true, y_prob), theirs, atol=1e-12)

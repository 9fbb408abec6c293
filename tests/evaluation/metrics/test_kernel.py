from __future__ import annotations

import numpy as np
import pytest
import sklearn.metrics as skm
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from multitag.evaluation.metrics.compute import compute_metrics
from multitag.evaluation.metrics.kernel import DecisionFigures, Ranking, RankingFigures, rank_labels


@st.composite
def cases(draw, max_rows=10, max_labels=4):
    """Small arrays, full of tied scores and of labels on no row or every row; and weights with zeros."""
    shape = (draw(st.integers(1, max_rows)), draw(st.integers(2, max_labels)))
    binary = arrays(np.int64, shape, elements=st.integers(0, 1))
    y_prob = arrays(np.float64, shape, elements=st.floats(0, 1) | st.sampled_from([0.0, 0.25, 0.5, 1.0]))
    weights = arrays(np.int64, (3, shape[0]), elements=st.integers(0, 3))
    weights = draw(weights.filter(lambda each: each.sum(axis=1).all()))
    return draw(binary), draw(y_prob), draw(binary), weights


@given(cases())
@settings(deadline=None, max_examples=30)
def test_a_weight_is_how_often_a_row_stands_there(case):
    y_true, y_prob, y_pred, weights = case
    decisions, ranking = DecisionFigures(y_true, y_pred).of(weights), RankingFigures(y_true, y_prob).of(weights)
    n_labels = y_true.shape[1]
    for index, each in enumerate(weights):
        rows = np.repeat(np.arange(len(y_true)), each)
        names = [f"label {label}" for label in range(n_labels)]
        measured = compute_metrics(y_true[rows], y_prob[rows], y_pred[rows], names, np.full(n_labels, 0.5))
        ours = {name: values[index] for name, values in (decisions.overall | ranking.overall).items()}
        theirs = {name: np.nan if value is None else value for name, value in measured.values.items()}
        assert ours == pytest.approx(theirs, abs=1e-9, nan_ok=True)
        for name, values in (decisions.per_label | ranking.per_label).items():
            expected = [getattr(label, name) for label in measured.per_label]
            np.testing.assert_allclose(
                values[index], [np.nan if value is None else value for value in expected], atol=1e-9
            )


def test_a_ranking_worked_by_hand():
    # From the top: a positive, then a positive and a negative together, then a negative.
    ranking = Ranking(np.arange(4), np.array([0, 1, 0, 1]), np.array([0.1, 0.5, 0.5, 0.9]))
    roc_auc, precision = ranking.of(np.array([[1, 1, 1, 1], [1, 2, 1, 1], [1, 1, 1, 0], [1, 0, 1, 0], [0, 1, 0, 1]]))
    np.testing.assert_allclose(roc_auc, [3.5 / 4, 5 / 6, 1.5 / 2, np.nan, np.nan])
    np.testing.assert_allclose(precision, [(1 + 2 / 3) / 2, (1 + 2 * 3 / 4) / 3, 1 / 2, np.nan, 1])


@given(cases())
@settings(deadline=None, max_examples=20)
def test_label_ranking_of_each_row_is_that_of_scikit_learn(case):
    y_true, y_prob, _, _ = case
    theirs = [
        skm.label_ranking_average_precision_score(true[None], prob[None])
        for true, prob in zip(y_true, y_prob, strict=True)
    ]
    np.testing.assert_allclose(rank_labels(y_true, y_prob), theirs, atol=1e-12)

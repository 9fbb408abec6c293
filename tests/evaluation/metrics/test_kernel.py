from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from multitag.evaluation.metrics.compute import compute_metrics
from multitag.evaluation.metrics.decisions import DecisionKernel
from multitag.evaluation.metrics.kernel import WeightedFigures, compute_points
from multitag.evaluation.metrics.rankings import RankingKernel


@st.composite
def cases(draw, max_rows=10, max_labels=4):
    """Draw small arrays, full of tied scores and of labels on no row or every row; and weights with zeros."""
    shape = (draw(st.integers(1, max_rows)), draw(st.integers(2, max_labels)))
    binary = arrays(np.int64, shape, elements=st.integers(0, 1))
    y_prob = arrays(np.float64, shape, elements=st.floats(0, 1) | st.sampled_from([0.0, 0.25, 0.5, 1.0]))
    weights = arrays(np.int64, (3, shape[0]), elements=st.integers(0, 3))
    weights = draw(weights.filter(lambda times: times.sum(axis=1).all()))
    return draw(binary), draw(y_prob), draw(binary), weights


@given(cases())
@settings(max_examples=30)
def test_a_weight_is_how_often_a_row_stands_there(case):
    y_true, y_prob, y_pred, weights = case
    decisions, ranking = DecisionKernel(y_true, y_pred).compute(weights), RankingKernel(y_true, y_prob).compute(weights)
    n_labels = y_true.shape[1]
    for index, times in enumerate(weights):
        rows = np.repeat(np.arange(len(y_true)), times)
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


@given(cases())
@settings(max_examples=20)
def test_points_are_the_figures_at_weights_of_one(case):
    y_true, y_prob, y_pred, _ = case
    for kernel in (DecisionKernel(y_true, y_pred), RankingKernel(y_true, y_prob)):
        points, twice = compute_points(kernel, len(y_true)), kernel.compute(np.full((1, len(y_true)), 2))
        for name, values in points.overall.items():
            np.testing.assert_allclose(values, twice.overall[name], atol=1e-12)
        for name, values in points.per_label.items():
            np.testing.assert_allclose(values, twice.per_label[name], atol=1e-12)


def test_figures_join_along_weightings_and_by_name():
    first = WeightedFigures({"a": np.array([1.0])}, {"b": np.array([[1.0, 2.0]])})
    second = WeightedFigures({"a": np.array([3.0])}, {"b": np.array([[3.0, 4.0]])})
    joined = WeightedFigures.concatenate([first, second])
    assert joined.overall["a"].tolist() == [1, 3]
    assert joined.per_label["b"].tolist() == [[1, 2], [3, 4]]
    both = first | WeightedFigures({"c": np.array([5.0])}, {})
    assert (list(both.overall), list(both.per_label)) == (["a", "c"], ["b"])

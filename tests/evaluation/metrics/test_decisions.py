from __future__ import annotations

import numpy as np
import pytest
import sklearn.metrics as skm
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from multitag.evaluation.metrics.decisions import DecisionKernel, count_decisions

TRUE = np.array([[1, 0], [1, 1], [0, 1]])
PRED = np.array([[1, 1], [0, 1], [1, 0]])


def test_decisions_are_counted_label_by_label():
    counts = count_decisions(TRUE, PRED)
    assert counts.true_positives.tolist() == [[1, 1]]
    assert counts.false_positives.tolist() == [[1, 1]]
    assert counts.false_negatives.tolist() == [[1, 1]]
    assert (counts.predicted.tolist(), counts.positives.tolist(), counts.n_rows) == ([[2, 2]], [[2, 2]], [3])


def test_rows_count_as_often_as_they_are_drawn():
    counts = DecisionKernel(TRUE, PRED).count(np.array([[1, 1, 1], [3, 0, 0]]))
    assert counts.true_positives.tolist() == [[1, 1], [3, 0]]
    assert counts.false_positives.tolist() == [[1, 1], [0, 3]]
    assert counts.positives.tolist() == [[2, 2], [3, 0]]
    assert counts.n_rows.tolist() == [3, 3]


def test_a_ratio_to_nothing_is_undefined():
    counts = count_decisions(np.array([[1, 0, 0]]), np.array([[1, 0, 1]]))
    assert counts.precision()[0].tolist() == pytest.approx([1.0, np.nan, 0.0], nan_ok=True)
    assert counts.recall()[0].tolist() == pytest.approx([1.0, np.nan, np.nan], nan_ok=True)
    assert counts.f_beta()[0].tolist() == pytest.approx([1.0, np.nan, 0.0], nan_ok=True)


BINARY = arrays(np.int64, (6, 3), elements=st.integers(0, 1))


@given(BINARY, BINARY, st.sampled_from([0.25, 0.5, 1.0, 2.0]))
@settings(max_examples=40)
def test_figures_are_those_of_scikit_learn(y_true, y_pred, beta):
    counts = count_decisions(y_true, y_pred)
    for average, of_labels in ((None, counts), ("micro", counts.pooled())):
        theirs = skm.precision_recall_fscore_support(
            y_true, y_pred, beta=beta, average=average, zero_division=np.nan
        )
        ours = of_labels.precision(), of_labels.recall(), of_labels.f_beta(beta)
        for mine, other in zip(ours, theirs[:3], strict=True):
            np.testing.assert_allclose(mine[0], np.broadcast_to(other, mine[0].shape), atol=1e-12)
    assert counts.hamming_loss() == pytest.approx(skm.hamming_loss(y_true, y_pred))

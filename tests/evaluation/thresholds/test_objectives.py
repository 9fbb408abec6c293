from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn import metrics

from multitag.errors import ConfigError
from multitag.evaluation.metrics.decisions import DecisionKernel, count_decisions
from multitag.evaluation.thresholds.costs import Costs
from multitag.evaluation.thresholds.objectives import (
    AtLeastPrecision,
    AtLeastRecall,
    ExpectedCost,
    FBeta,
    Hamming,
    MicroF1,
    find_objective,
)

COSTS = Costs((5.0, 1.0, 2.0), (1.0, 3.0, 2.0))
binary = arrays(np.int64, (8, 3), elements=st.integers(0, 1))


@given(binary, binary)
def test_values_are_those_of_scikit_learn(true, pred):
    def of(figure, **options):
        return figure(true, pred, zero_division=np.nan, **options)

    expected = {
        FBeta(1): of(metrics.f1_score, average="macro"),
        FBeta(0.5): of(metrics.fbeta_score, beta=0.5, average="macro"),
        MicroF1(): of(metrics.f1_score, average="micro"),
        AtLeastPrecision(0.8): of(metrics.precision_score, average="micro"),
        AtLeastRecall(0.8): of(metrics.recall_score, average="micro"),
        Hamming(): metrics.hamming_loss(true, pred),
    }
    for objective, figure in expected.items():
        assert objective.value(count_decisions(true, pred)) == pytest.approx(figure, nan_ok=True)


def test_the_cost_of_a_row_is_the_sum_of_its_wrong_decisions():
    true, pred = np.array([[1, 0, 0], [1, 1, 0]]), np.array([[0, 0, 1], [1, 0, 1]])
    assert ExpectedCost(COSTS).value(count_decisions(true, pred)) == (1 + 2 + 3 + 2) / 2


@given(binary, binary, arrays(np.int64, (4, 8), elements=st.integers(0, 3)))
def test_weights_count_as_often_as_the_rows_are_there(true, pred, weights):
    weights = np.where(weights.sum(axis=1, keepdims=True) == 8, weights, 1)
    for objective in (FBeta(2), MicroF1(), AtLeastPrecision(0.8), AtLeastRecall(0.8), Hamming(), ExpectedCost(COSTS)):
        weighted = objective.value(DecisionKernel(true, pred).count(weights))
        repeated = [
            objective.value(count_decisions(np.repeat(true, times, axis=0), np.repeat(pred, times, axis=0)))[0]
            for times in weights
        ]
        assert weighted == pytest.approx(np.array(repeated), nan_ok=True)


def test_objectives_are_found_by_name():
    assert find_objective("f1", None, 3) == find_objective("macro-f1", None, 3) == FBeta(1)
    assert find_objective("f0.5", None, 3) == FBeta(0.5)
    assert isinstance(find_objective("micro-f1", None, 3), MicroF1)
    assert isinstance(find_objective("hamming", None, 3), Hamming)
    assert find_objective("precision=0.8", None, 3) == AtLeastPrecision(0.8)
    assert find_objective("recall=1", None, 3) == AtLeastRecall(1)
    assert find_objective("cost=5:0.5", None, 2) == ExpectedCost(Costs((5, 5), (0.5, 0.5)))
    assert find_objective("cost", COSTS, 3) == ExpectedCost(COSTS)


def test_costs_must_go_with_the_objective_and_the_labels():
    with pytest.raises(ConfigError, match="objective 'cost': give a table"):
        find_objective("cost", None, 3)
    with pytest.raises(ConfigError, match="only the objective 'cost' takes"):
        find_objective("cost=5:1", COSTS, 3)
    with pytest.raises(ConfigError, match="expected those of 2 labels, got 3"):
        find_objective("cost", COSTS, 2)

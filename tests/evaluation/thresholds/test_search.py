from __future__ import annotations

from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from multitag.evaluation.metrics.decisions import count_decisions
from multitag.evaluation.thresholds import search
from multitag.evaluation.thresholds.costs import Costs
from multitag.evaluation.thresholds.objectives import find_objective
from multitag.evaluation.thresholds.search import (
    bag_thresholds,
    rank_rows,
    search_common,
    search_labels,
    shrink_thresholds,
)
from multitag.evaluation.thresholds.thresholds import apply_thresholds
from multitag.evaluation.thresholds.tune import tune_thresholds

OBJECTIVES = ["f1", "f0.5", "f2", "micro-f1", "hamming", "precision=0.7", "recall=0.8", "cost=3:1", "cost"]
LOWER_IS_BETTER = ("hamming_loss", "cost_per_row")
shares = st.floats(0, 1) | st.sampled_from([0.0, 0.25, 0.5, 1.0])


@st.composite
def labelled(draw, max_rows=6, max_labels=3):
    shape = (draw(st.integers(1, max_rows)), draw(st.integers(1, max_labels)))
    y_true = draw(arrays(np.int64, shape, elements=st.integers(0, 1)))
    assume(y_true.any())
    return y_true, draw(arrays(np.float64, shape, elements=shares))


def objective_of(text, n_labels):
    costs = Costs(tuple(range(1, n_labels + 1)), tuple(range(n_labels, 0, -1))) if text == "cost" else None
    return find_objective(text, costs, n_labels), costs


def quality(objective, text, true, pred):
    """The figure that tuning is for, so that the highest is best; of constraints, what is best within them."""
    value = objective.value(count_decisions(true, pred))[0]
    if text.startswith("precision"):
        reached = np.isnan(value) or value >= objective.least - 1e-9
        return (true & pred).sum() if reached else value - 1
    if text.startswith("recall"):
        return -(pred > true).sum() if value >= objective.least - 1e-9 else -np.inf
    if text.startswith("f"):  # labels that no row has score nothing, wherever they are predicted
        some = true.any(axis=0)
        return objective.value(count_decisions(true[:, some], pred[:, some]))[0]
    return -value if objective.figure in LOWER_IS_BETTER else value


def tune(true, prob, **options):
    """Tune over fewer resamples, as what is asked of many small tables holds for any number of them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(search, "BAGS", 8)
        return tune_thresholds(true, prob, fixed=0.3, tuned_on="rows", **options)


def cuts(column):
    """A threshold for every cut there is: all, each distinct probability, and none where one can be."""
    return [0.0, *np.unique(column), *([1.0] if column.max() < 1 else [])]


@pytest.mark.parametrize("text", OBJECTIVES)
@given(case=labelled())
@settings(max_examples=50)
def test_no_threshold_for_all_is_better_than_the_one_found(text, case):
    true, prob = case
    objective, _ = objective_of(text, true.shape[1])
    common = search_common(*rank_rows(true, prob), objective)
    found = quality(objective, text, true, apply_thresholds(prob, common))
    for other in cuts(prob):
        assert found >= quality(objective, text, true, apply_thresholds(prob, other)) - 1e-8


@pytest.mark.parametrize("text", OBJECTIVES)
@given(case=labelled(max_rows=4))
@settings(max_examples=50)
def test_no_thresholds_of_the_labels_are_better_than_those_found(text, case):
    true, prob = case
    objective, _ = objective_of(text, true.shape[1])
    own = search_labels(*rank_rows(true, prob), objective)
    pred = apply_thresholds(prob, own)
    if text.startswith(("precision", "recall")):  # of each label by itself, not of all together
        for column in range(true.shape[1]):
            one = np.s_[:, column : column + 1]
            if true[one].any():
                found = quality(objective, text, true[one], pred[one])
                for other in cuts(prob[one]):
                    assert found >= quality(objective, text, true[one], apply_thresholds(prob[one], other)) - 1e-8
        return
    found = quality(objective, text, true, pred)
    for others in product(*(cuts(column) for column in prob.T)):
        assert found >= quality(objective, text, true, apply_thresholds(prob, others)) - 1e-8


@pytest.mark.parametrize("text", OBJECTIVES)
@given(case=labelled(max_rows=10), random=st.randoms(use_true_random=False))
@settings(max_examples=50)
def test_the_order_of_rows_changes_nothing_and_all_stays_in_range(text, case, random):
    true, prob = case
    _, costs = objective_of(text, true.shape[1])
    order = list(range(len(true)))
    tuned = tune(true, prob, objective=text, costs=costs)
    random.shuffle(order)
    assert tune(true[order], prob[order], objective=text, costs=costs) == tuned
    assert tuned.objective == text
    assert all(0 <= value <= 1 for value in (tuned.global_threshold, *tuned.per_label))


RISING = [  # what asks for more certainty raises thresholds
    ("precision={}", [0.2, 0.5, 0.7, 0.9, 1]),
    ("recall={}", [1, 0.8, 0.5, 0.2, 0.1]),
    ("cost={}:1", [0.2, 0.5, 1, 2, 5]),
]


@pytest.mark.parametrize(("form", "values"), RISING)
@given(case=labelled(max_rows=10))
@settings(max_examples=50)
def test_what_asks_for_more_certainty_lowers_no_threshold(form, values, case):
    tuned = [tune(*case, objective=form.format(value)) for value in values]
    for lower, higher in pairwise(tuned):
        assert lower.global_threshold <= higher.global_threshold + 1e-12
        assert (lower.values() <= higher.values() + 1e-12).all()


@given(case=labelled(max_rows=10, max_labels=1))
def test_the_more_recall_weighs_the_lower_is_the_threshold_of_a_label(case):
    tuned = [tune(*case, objective=f"f{beta}") for beta in (0.1, 0.5, 1, 2, 10)]
    for higher, lower in pairwise(tuned):
        assert lower.global_threshold <= higher.global_threshold + 1e-12


@pytest.fixture(scope="module")
def calibrated():
    """Probabilities 0, 0.01, ..., 1 on 100 rows each, of which just that share has the label."""
    prob = np.repeat(np.arange(101) / 100, 100)[:, None]
    true = (np.tile(np.arange(100), 101) < np.repeat(np.arange(101), 100)).astype(int)[:, None]
    return true, prob


@pytest.mark.parametrize(
    ("objective", "expected"),
    [
        ("cost=1:1", 0.5),  # at the cost-best threshold, false_positive / (false_positive + false_negative), either
        ("cost=3:1", 0.75),  # decision costs the same: the middle of the two neighbouring ranges (Elkan 2001)
        ("cost=1:9", 0.1),
        ("hamming", 0.5),
    ],
)
def test_calibrated_probabilities_are_cut_where_both_decisions_cost_the_same(calibrated, objective, expected):
    assert tune_thresholds(*calibrated, fixed=0.3, tuned_on="", objective=objective).global_threshold == pytest.approx(
        expected
    )


@pytest.mark.parametrize("objective", ["f1", "micro-f1"])
def test_calibrated_probabilities_are_cut_at_half_the_best_f1(calibrated, objective):
    # Lipton et al. 2014. For shares spread evenly over [0, 1] it is (3 - sqrt 5) / 2.
    found = tune_thresholds(*calibrated, fixed=0.3, tuned_on="", objective=objective).global_threshold
    assert found == pytest.approx((3 - 5**0.5) / 2, abs=0.01)


def test_the_mean_over_resamples_is_nearer_to_the_best_cut_than_the_best_cut_of_the_rows_is():
    """Calibrated probabilities, whose best cut for Hamming loss is 0.5; samples of 60 rows."""
    rng, aim = np.random.default_rng(0), find_objective("hamming", None, 1)
    missed: dict[str, list[float]] = {"one": [], "bagged": []}
    for _ in range(40):
        prob = rng.random((60, 1))
        true = (rng.random((60, 1)) < prob).astype(int)
        ranked = rank_rows(true, prob)
        missed["one"].append(abs(search_labels(*ranked, aim)[0] - 0.5))
        common = search_common(*ranked, aim)
        missed["bagged"].append(abs(bag_thresholds(*ranked, aim, common, seed=0)[0] - 0.5))
    assert np.mean(missed["bagged"]) < 0.8 * np.mean(missed["one"])


def test_of_a_label_without_positives_the_common_threshold_stands_in():
    true, prob = np.array([[1, 0], [0, 0]]), np.array([[0.9, 0.6], [0.2, 0.4]])
    bagged = bag_thresholds(*rank_rows(true, prob), find_objective("f1", None, 2), 0.3, seed=0)
    assert bagged[1] == pytest.approx(0.3) and bagged[0] != pytest.approx(0.3)


def test_other_seeds_resample_other_rows():
    rng, aim = np.random.default_rng(0), find_objective("f1", None, 1)
    prob = rng.random((50, 1))
    true = (rng.random((50, 1)) < prob).astype(int)
    first, again, other = (bag_thresholds(*rank_rows(true, prob), aim, 0.3, seed) for seed in (0, 0, 1))
    assert first == again and first != other


def test_where_no_cut_pays_nothing_is_predicted():
    true, prob = np.array([[0], [1]]), np.array([[0.6], [0.2]])
    for objective in ("hamming", "precision=0.8", "cost=3:1"):
        tuned = tune_thresholds(true, prob, fixed=0.3, tuned_on="", objective=objective)
        assert tuned.global_threshold == pytest.approx(0.8)  # the middle of (0.6, 1]


def test_a_precision_out_of_reach_gives_the_best_there_is():
    true, prob = np.array([[0], [1], [0]]), np.array([[1.0], [0.5], [0.2]])  # no threshold predicts nothing
    tuned = tune_thresholds(true, prob, fixed=0.3, tuned_on="", objective="precision=0.8")
    assert tuned.global_threshold == pytest.approx(0.35)  # precision 1/2


def test_micro_f1_is_not_the_f1_of_each_label():
    # Alone, the second label is best predicted on all three rows (F1 0.5); beside the first, its errors cost too much.
    true = np.array([[1, 0], [1, 0], [1, 1]])
    prob = np.array([[0.9, 0.6], [0.8, 0.5], [0.7, 0.4]])
    own = search_labels(*rank_rows(true, prob), find_objective("f1", None, 2))
    assert apply_thresholds(prob, own).tolist() == [[1, 1]] * 3
    own = search_labels(*rank_rows(true, prob), find_objective("micro-f1", None, 2))
    assert apply_thresholds(prob, own).tolist() == [[1, 0]] * 3


@given(arrays(np.float64, 4, elements=shares), shares, arrays(np.int64, 4, elements=st.integers(0, 1000)))
def test_shrinking_ends_between_the_two_and_goes_with_support(own, common, support):
    shrunk = shrink_thresholds(own, common, support)
    assert (shrunk >= np.minimum(own, common) - 2e-6).all() and (shrunk <= np.maximum(own, common) + 2e-6).all()
    assert (shrunk[support == 0] == common).all()
    nearer = shrink_thresholds(own, common, support + 5)
    assert (np.abs(nearer - own) <= np.abs(shrunk - own) + 2e-6).all()

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from multitag.config.guarantee import GuaranteeGoal
from multitag.errors import ConfigError, DataError
from multitag.evaluation.guarantees.fit import (
    CUTS,
    check_guarantee_rows,
    fit_guarantee,
    precision_tests,
    reject_by_holm,
)


def drawn(seed: int, n_rows: int, n_labels: int = 6, at_least_one: bool = True):
    """Draw rows of a world whose probabilities are right about half the time; exchangeable by the way it is made."""
    draw = np.random.default_rng(seed)
    y_prob = draw.beta(0.6, 1.5, (n_rows, n_labels))
    y_true = (draw.random(y_prob.shape) < y_prob**1.5).astype(int)
    if at_least_one:
        y_true[np.arange(n_rows), draw.integers(0, n_labels, n_rows)] = 1
    return y_true, y_prob


def recalls(y_true, y_prob, cut):
    some = y_true.any(axis=1)
    return ((y_true == 1) & (y_prob >= cut)).sum(axis=1)[some] / y_true.sum(axis=1)[some]


def precisions(y_true, y_prob, cut):
    given_labels = (y_prob >= cut).sum(axis=1)
    some = given_labels > 0
    return ((y_true == 1) & (y_prob >= cut)).sum(axis=1)[some] / given_labels[some]


def reference_recall_cut(y_true, y_prob, level):
    """The definition, cut by cut: the highest with n/(n+1) loss + 1/(n+1) <= 1 - level."""
    n = int(y_true.any(axis=1).sum())
    kept = [
        cut
        for cut in np.unique(y_prob)
        if n / (n + 1) * (1 - recalls(y_true, y_prob, cut).mean()) + 1 / (n + 1) <= 1 - level + 1e-12
    ]
    return max(kept)


@given(st.integers(0, 10_000), st.sampled_from([0.5, 0.8, 0.9]), st.booleans())
def test_the_recall_cut_is_that_of_the_definition(seed, level, at_least_one):
    y_true, y_prob = drawn(seed, 60, at_least_one=at_least_one)
    y_prob = y_prob.round(2)  # with ties
    found = fit_guarantee("recall", level, y_true, y_prob, fitted_on="60 rows")
    highest = y_prob[(y_true == 1) & (y_prob >= reference_recall_cut(y_true, y_prob, level))].min()
    assert found.cut == highest  # between two labels' probabilities all cuts keep the same labels
    assert found.realised == pytest.approx(recalls(y_true, y_prob, found.cut).mean())
    assert found.realised >= level
    assert found.n_rows == y_true.any(axis=1).sum()


@pytest.mark.parametrize(("n_rows", "level", "rank"), [(9, 0.9, 0), (19, 0.9, 1), (99, 0.9, 9), (99, 0.95, 4)])
def test_with_one_label_a_row_the_recall_cut_is_split_conformals_quantile(n_rows, level, rank):
    y_true, y_prob = drawn(3, n_rows, n_labels=1)
    found = fit_guarantee("recall", level, y_true, y_prob, fitted_on="rows")
    assert found.cut == np.sort(y_prob[:, 0])[rank]


def test_recall_is_kept_on_new_rows_on_average_over_draws():
    level, n_rows, draws = 0.9, 60, 400
    realised = []
    for seed in range(draws):
        y_true, y_prob = drawn(seed, 2 * n_rows)
        cut = fit_guarantee("recall", level, y_true[:n_rows], y_prob[:n_rows], fitted_on="rows").cut
        realised.append(recalls(y_true[n_rows:], y_prob[n_rows:], cut).mean())
    error = np.std(realised) / math.sqrt(draws)
    assert np.mean(realised) >= level - 3 * error
    assert np.mean(realised) <= level + 2 / (n_rows + 1) + 3 * error  # and it is not bought with more than it takes


def test_p_values_are_hoeffding_and_bentkus():
    y_true, y_prob = drawn(0, 200, at_least_one=False)
    p_values, precision, n_rows = precision_tests(y_true, y_prob, 0.6)
    for index in (0, 30, 60, 90, 99):
        each = precisions(y_true, y_prob, CUTS[index])
        loss, alpha, n = 1 - each.mean(), 0.4, len(each)
        assert (precision[index], n_rows[index]) == (pytest.approx(each.mean()), n)
        low = min(loss, alpha)
        divergence = (low * math.log(low / alpha) if low else 0) + (1 - low) * math.log((1 - low) / (1 - alpha))
        bentkus = math.e * binom.cdf(math.ceil(n * loss), n, alpha)
        assert p_values[index] == pytest.approx(min(math.exp(-n * divergence), bentkus, 1))


def test_cuts_that_give_nothing_or_only_wrong_labels_are_not_safe():
    y_true, y_prob = np.zeros((50, 2), dtype=int), np.full((50, 2), 0.5)
    p_values, precision, n_rows = precision_tests(y_true, y_prob, 0.5)
    assert p_values.tolist() == [1.0] * 100
    assert precision.tolist() == [0.0] * 100
    assert n_rows.tolist() == [50] * 51 + [0] * 49


def test_holm_refutes_step_by_step():
    assert reject_by_holm(np.array([0.03, 0.01, 0.2]), 0.1).tolist() == [True, True, False]  # 0.1/3, 0.1/2, 0.1
    assert reject_by_holm(np.array([0.04, 0.06, 0.04]), 0.1).tolist() == [False] * 3
    assert reject_by_holm(np.array([0.01, 0.06, 0.05]), 0.1).tolist() == [True] * 3


def test_the_precision_cut_is_the_lowest_safe_one():
    y_true, y_prob = drawn(1, 2000, at_least_one=False)
    found = fit_guarantee("precision", 0.6, y_true, y_prob, fitted_on="rows")
    p_values, _, n_rows = precision_tests(y_true, y_prob, 0.6)
    safe = reject_by_holm(p_values, 0.1)
    index = CUTS.tolist().index(found.cut)
    assert safe[index]
    assert not safe[:index].any()
    assert found.realised == pytest.approx(precisions(y_true, y_prob, found.cut).mean())
    assert found.n_rows == n_rows[index]
    assert found.empty_rows == pytest.approx(1 - n_rows[index] / 2000)
    assert found.labels_per_row == pytest.approx((y_prob >= found.cut).sum() / 2000)


def test_precision_is_kept_with_the_confidence_asked_for():
    y_true, y_prob = drawn(0, 100_000, at_least_one=False)
    true_precision = [precisions(y_true, y_prob, cut).mean() for cut in CUTS]
    fitted = [
        fit_guarantee("precision", 0.5, *drawn(seed, 300, at_least_one=False), fitted_on="rows", confidence=0.8).cut
        for seed in range(1, 101)
    ]
    broken = sum(true_precision[CUTS.tolist().index(cut)] < 0.5 for cut in fitted)
    assert broken <= 20


@pytest.mark.parametrize("kind", ["recall", "precision"])
def test_more_is_kept_by_giving_more_or_fewer_labels(kind):
    y_true, y_prob = drawn(2, 1000)
    cuts = [fit_guarantee(kind, level, y_true, y_prob, fitted_on="rows").cut for level in (0.45, 0.5, 0.55, 0.6)]
    assert cuts == sorted(cuts, reverse=kind == "recall")
    assert len(set(cuts)) > 1


@given(st.integers(0, 10_000), st.sampled_from(["recall", "precision"]))
def test_the_order_of_rows_changes_nothing(seed, kind):
    y_true, y_prob = drawn(seed, 300)
    y_prob = y_prob.round(2)
    order = np.random.default_rng(seed).permutation(300)
    found, again = (
        fit_guarantee(kind, 0.3, y_true[rows], y_prob[rows], fitted_on="rows") for rows in (slice(None), order)
    )
    assert found == again


def test_what_cannot_be_guaranteed_is_refused_with_what_it_takes():
    y_true, y_prob = drawn(0, 98)
    with pytest.raises(DataError, match=r"^recall=0\.99 takes at least 99 rows with a label to guarantee, got 98"):
        fit_guarantee("recall", 0.99, y_true, y_prob, fitted_on="rows")
    with pytest.raises(DataError, match=r"^recall=0\.9 takes at least 9 rows with a label to guarantee, got 0"):
        fit_guarantee("recall", 0.9, y_true * 0, y_prob, fitted_on="rows")
    with pytest.raises(DataError, match=r"^precision=0\.99 cannot be guaranteed with 90% confidence on 98 rows; from "):
        fit_guarantee("precision", 0.99, y_true, y_prob, fitted_on="rows")
    for kind, level, confidence in (("f1", 0.9, 0.9), ("recall", 1, 0.9), ("precision", 0.5, 0)):
        with pytest.raises(ConfigError, match=r"^guarantee: "):
            fit_guarantee(kind, level, y_true, y_prob, fitted_on="rows", confidence=confidence)


def test_a_small_validation_set_is_refused_before_training():
    goal = GuaranteeGoal("recall", 0.9)
    check_guarantee_rows(goal, np.zeros((200, 2), np.int8))
    with pytest.raises(ConfigError, match=r"recall=0\.9 takes at least 200 validation rows, got 199; use --folds 5"):
        check_guarantee_rows(goal, np.zeros((199, 2), np.int8))


class TestAgainstMapie:
    """MAPIE's MultiLabelClassificationController on the same rows; it takes labels above a cut, multitag from it up."""

    @pytest.mark.parametrize("level", [0.7, 0.8, 0.9])
    def test_recall(self, level):
        risk_control = pytest.importorskip("mapie.risk_control", reason="mapie is not installed")
        for seed in range(2):
            y_true, y_prob = drawn(seed, 150)
            mapie = risk_control.MultiLabelClassificationController(lambda x: x, risk="recall", target_level=level)
            mapie.calibrate(y_prob, y_true)
            cut = fit_guarantee("recall", level, y_true, y_prob, fitted_on="rows").cut
            assert mapie.best_predict_param[0] == CUTS[cut > CUTS].max()

    @pytest.mark.parametrize("level", [0.6, 0.7, 0.8])
    def test_precision(self, level):
        risk_control = pytest.importorskip("mapie.risk_control", reason="mapie is not installed")
        for seed in range(2):
            y_true, y_prob = drawn(seed, 200)
            y_prob[:, 0], y_true[:, 0] = 0.999, 1  # a label at every cut: MAPIE counts a row without one as 0
            mapie = risk_control.MultiLabelClassificationController(
                lambda x: x, risk="precision", target_level=level, confidence_level=0.9
            )
            mapie.calibrate(y_prob, y_true)
            p_values, precision, _ = precision_tests(y_true, y_prob, level)
            np.testing.assert_allclose(1 - mapie.r_hat, precision, atol=1e-12)
            assert np.flatnonzero(reject_by_holm(p_values, 0.1)).tolist() == mapie.valid_index[0]

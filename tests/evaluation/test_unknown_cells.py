"""Cells that nobody judged: each figure is the one that scikit-learn, or a function here, has of the other cells."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pyarrow.parquet as pq
import pytest
import sklearn.metrics as skm
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from multitag.errors import DataError
from multitag.evaluation.arrays import as_labels, count_labels, judged_cells
from multitag.evaluation.baselines.models import score_features, score_prevalence
from multitag.evaluation.calibration.fit import calibrate_apart, fit_calibration
from multitag.evaluation.calibration.reliability import measure_reliability
from multitag.evaluation.compare import compare
from multitag.evaluation.guarantees.fit import check_guarantee_rows, fit_guarantee
from multitag.evaluation.held_out import HeldOut
from multitag.evaluation.intervals.bootstrap import bootstrap_intervals, paired_differences
from multitag.evaluation.intervals.resamples import draw_weights
from multitag.evaluation.label_audit.audit import CONFLICT, audit_held_out
from multitag.evaluation.label_audit.confident_learning import find_doubts
from multitag.evaluation.metrics.compute import compute_metrics
from multitag.evaluation.metrics.cooccurrence import overlap
from multitag.evaluation.metrics.decisions import DecisionKernel
from multitag.evaluation.metrics.metrics import Metrics
from multitag.evaluation.metrics.mistakes import distances, most_wrong
from multitag.evaluation.metrics.rankings import RankingKernel
from multitag.evaluation.thresholds.costs import Costs
from multitag.evaluation.thresholds.objectives import ExpectedCost
from multitag.evaluation.thresholds.retune import retune_thresholds
from multitag.evaluation.thresholds.tune import tune_thresholds
from multitag.labels import UNKNOWN

OBJECTIVES = ("f1", "f0.5", "micro-f1", "hamming", "precision=0.6", "recall=0.8", "cost=5:1")


@st.composite
def cases(draw, max_rows=12, max_labels=5):
    """Small arrays, so that rows and columns of which nothing is known abound."""
    shape = (draw(st.integers(1, max_rows)), draw(st.integers(2, max_labels)))
    y_true = draw(arrays(np.int64, shape, elements=st.sampled_from([UNKNOWN, 0, 1])))
    y_prob = draw(arrays(np.float64, shape, elements=st.floats(0, 1) | st.sampled_from([0.0, 0.25, 0.5, 1.0])))
    y_pred = draw(arrays(np.int64, shape, elements=st.integers(0, 1)))
    return y_true, y_prob, y_pred


def drawn(n_rows=300, n_labels=4, hidden=0.4, seed=0):
    """Rows with a signal, of which some cells are hidden; with the truth of all of them."""
    draw = np.random.default_rng(seed)
    truth = (draw.random((n_rows, n_labels)) < np.linspace(0.15, 0.5, n_labels)).astype(np.int8)
    y_prob = np.clip(0.35 * truth + draw.uniform(0, 0.6, truth.shape), 0, 1)
    y_true = np.where(draw.random(truth.shape) < hidden, UNKNOWN, truth).astype(np.int8)
    return y_true, y_prob, truth


def measure(y_true, y_prob, y_pred):
    n_labels = np.shape(y_true)[1]
    return compute_metrics(y_true, y_prob, y_pred, [f"label {column}" for column in range(n_labels)], [0.3] * n_labels)


def close(ours, theirs):
    return (ours is None and math.isnan(theirs)) or ours == pytest.approx(theirs, abs=1e-9)


def mean(values):
    defined = [value for value in values if not math.isnan(value)]
    return float(np.mean(defined)) if defined else math.nan


@given(cases())
@settings(max_examples=60)
def test_figures_of_a_label_are_scikit_learns_on_the_rows_on_which_it_was_judged(case):
    y_true, y_prob, y_pred = case
    metrics, of_labels = measure(*case), []
    for column, ours in enumerate(metrics.per_label):
        rows = y_true[:, column] != UNKNOWN
        true, prob, pred = y_true[rows, column], y_prob[rows, column], y_pred[rows, column]
        assert (ours.support, ours.judged) == ((true == 1).sum(), None if rows.all() else rows.sum())
        theirs = dict.fromkeys(("precision", "recall", "f1", "roc_auc", "average_precision"), math.nan)
        if rows.any():
            for name in ("precision", "recall", "f1"):
                theirs[name] = getattr(skm, f"{name}_score")(true, pred, zero_division=np.nan)
        if true.any():
            theirs["average_precision"] = skm.average_precision_score(true, prob)
            theirs["roc_auc"] = math.nan if true.all() else skm.roc_auc_score(true, prob)
        assert all(close(ours.figure(name), value) for name, value in theirs.items())
        of_labels.append(theirs)
    assert close(metrics.values["macro_f1"], mean(each["f1"] for each in of_labels))
    assert close(metrics.values["macro_roc_auc"], mean(each["roc_auc"] for each in of_labels))
    assert close(metrics.values["macro_average_precision"], mean(each["average_precision"] for each in of_labels))
    assert metrics.undefined["macro_f1"] == sum(math.isnan(each["f1"]) for each in of_labels)
    support = np.array([each.support for each in metrics.per_label])
    if support.any():
        f1 = np.nan_to_num([each["f1"] for each in of_labels])
        assert close(metrics.values["weighted_f1"], float((f1 * support).sum() / support.sum()))
    assert metrics.unknown_cells == ((y_true == UNKNOWN).sum() or None)
    assert Metrics.from_dict(metrics.to_dict()) == metrics


@given(cases())
@settings(max_examples=60)
def test_figures_over_cells_and_rows_are_scikit_learns_of_those_that_were_judged(case):
    y_true, y_prob, y_pred = case
    values, judged = measure(*case).values, y_true != UNKNOWN
    true, prob, pred = y_true[judged], y_prob[judged], y_pred[judged]
    assert close(values["hamming_loss"], skm.hamming_loss(true, pred) if len(true) else math.nan)
    assert close(values["micro_f1"], skm.f1_score(true, pred, zero_division=np.nan) if len(true) else math.nan)
    assert close(values["micro_roc_auc"], skm.roc_auc_score(true, prob) if 0 < true.sum() < len(true) else math.nan)
    exact, row_f1, ranking = [], [], []
    for row in np.flatnonzero(judged.any(axis=1)):
        cells = judged[row]
        true, prob, pred = y_true[row, cells], y_prob[row, cells], y_pred[row, cells]
        exact.append((true == pred).all())
        row_f1.append(skm.f1_score(true, pred, zero_division=np.nan))
        lone = len(true) == 1  # which scikit-learn refuses: a ranking of one is right
        ranking.append(1.0 if lone else skm.label_ranking_average_precision_score(true[None], prob[None]))
    assert close(values["subset_accuracy"], float(np.mean(exact)) if exact else math.nan)
    assert close(values["samples_f1"], mean(row_f1))
    assert close(values["label_ranking_average_precision"], float(np.mean(ranking)) if ranking else math.nan)


@given(cases(), st.integers(0, 2**32 - 1))
@settings(max_examples=40)
def test_a_resample_is_measured_as_if_its_rows_stood_in_the_table(case, seed):
    y_true, y_prob, y_pred = case
    (weights,) = draw_weights(len(y_true), 4, seed, at_once=4)
    kernels = (RankingKernel(y_true, y_prob), DecisionKernel(y_true, y_pred))
    figures = kernels[0].compute(weights) | kernels[1].compute(weights)
    for number, counts in enumerate(weights):
        rows = np.repeat(np.arange(len(y_true)), counts)
        repeated = measure(y_true[rows], y_prob[rows], y_pred[rows])
        assert all(close(repeated.values[name], float(figures.overall[name][number])) for name in repeated.values)
        for column, label in enumerate(repeated.per_label):
            drawn_label = {name: float(values[number, column]) for name, values in figures.per_label.items()}
            assert all(close(label.figure(name), value) for name, value in drawn_label.items())


@given(cases(), st.sampled_from(OBJECTIVES))
def test_what_is_predicted_for_a_cell_that_nobody_judged_changes_nothing(case, objective):
    y_true, y_prob, y_pred = case
    hidden = y_true == UNKNOWN
    other = np.where(hidden, 1 - y_prob, y_prob), np.where(hidden, 1 - y_pred, y_pred)
    assert measure(y_true, *other) == measure(*case)
    np.testing.assert_array_equal(distances(y_true, other[0]), distances(y_true, y_prob))
    for method in ("platt", "isotonic"):
        fitted = fit_calibration(y_true, y_prob, method, min_support=2)
        assert fit_calibration(y_true, other[0], method, min_support=2) == fitted
    tuned = tune_thresholds(y_true, y_prob, fixed=0.3, tuned_on="rows", objective=objective)
    again = tune_thresholds(y_true, other[0], fixed=0.3, tuned_on="rows", objective=objective)
    np.testing.assert_allclose(again.values(), tuned.values(), atol=1e-9)


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_thresholds_are_those_of_the_rows_on_which_a_label_was_judged(objective):
    """With one label per table all rows are judged, and shrinkage has the label's own threshold to draw to."""
    y_true, y_prob, _ = drawn(n_labels=1)
    rows = y_true[:, 0] != UNKNOWN
    masked, taken = (
        tune_thresholds(true, prob, fixed=0.3, tuned_on="rows", objective=objective)
        for true, prob in ((y_true, y_prob), (y_true[rows], y_prob[rows]))
    )
    assert masked == taken


def test_a_label_that_was_never_judged_gets_the_threshold_for_all_and_no_calibration():
    y_true, y_prob, _ = drawn()
    y_true[:, 1] = UNKNOWN
    tuned = tune_thresholds(y_true, y_prob, fixed=0.3, tuned_on="rows")
    assert tuned.values()[1] == tuned.global_threshold
    methods = [entry["method"] for entry in fit_calibration(y_true, y_prob, "platt").to_dict()["per_label"]]
    assert methods == ["platt", "identity", "platt", "platt"]
    label = measure(y_true, y_prob, y_prob > 0.3).per_label[1]
    assert (label.support, label.judged, label.precision, label.f1, label.roc_auc) == (0, 0, None, None, None)
    intervals = bootstrap_intervals(y_true, y_prob, [y_prob > 0.5], resamples=100, seed=0)[0]
    assert set(intervals.per_label[1].values()) == {None}
    assert None not in intervals.per_label[2].values()
    everything = np.full_like(y_true, UNKNOWN)
    assert set(measure(everything, y_prob, y_prob > 0.3).values.values()) == {None}
    assert set(bootstrap_intervals(everything, y_prob, [y_prob > 0.3], resamples=100, seed=0)[0].overall.values()) == {
        None
    }
    assert tune_thresholds(everything, y_prob, fixed=0.3, tuned_on="rows").policy == "fixed"
    with pytest.raises(DataError, match="no label was judged on any row"):
        measure_reliability(everything, y_prob)


@pytest.mark.parametrize("method", ["platt", "isotonic"])
def test_calibration_is_fitted_on_the_rows_on_which_a_label_was_judged(method):
    y_true, y_prob, _ = drawn(n_rows=600)
    fitted = fit_calibration(y_true, y_prob, method, min_support=10).to_dict()["per_label"]
    for column, entry in enumerate(fitted):
        rows = y_true[:, column] != UNKNOWN
        alone = fit_calibration(y_true[rows][:, [column]], y_prob[rows][:, [column]], method, min_support=10)
        assert entry == alone.to_dict()["per_label"][0]
    assert calibrate_apart(y_true, y_prob, method).shape == y_true.shape


def test_reliability_is_of_the_judged_pairs():
    y_true, y_prob, _ = drawn()
    judged = y_true != UNKNOWN
    measured = measure_reliability(y_true, y_prob)
    assert measured.brier == pytest.approx(skm.brier_score_loss(y_true[judged], y_prob[judged]), abs=1e-12)
    one_label = measure_reliability(y_true[judged][:, None], y_prob[judged][:, None])
    assert (measured.ece, measured.curve) == (one_label.ece, one_label.curve)
    own = [measure_reliability(y_true[rows][:, [c]], y_prob[rows][:, [c]]).ece for c, rows in enumerate(judged.T)]
    assert measured.label_ece == pytest.approx(np.mean(own), abs=1e-12)


def test_the_cost_of_a_row_is_the_sum_of_what_labels_cost_where_they_were_judged():
    y_true, y_prob, _ = drawn()
    y_pred = (y_prob > 0.4).astype(np.int64)
    costs = Costs((1.0, 2.0, 3.0, 4.0), (5.0, 1.0, 1.0, 2.0))
    counts = DecisionKernel(y_true, y_pred).count(np.ones((1, len(y_true)), dtype=np.int64))
    expected = 0.0
    for column in range(4):
        rows = y_true[:, column] != UNKNOWN
        true, pred = y_true[rows, column], y_pred[rows, column]
        wrong, missed = ((true == 0) & (pred == 1)).mean(), ((true == 1) & (pred == 0)).mean()
        expected += costs.false_positive[column] * wrong + costs.false_negative[column] * missed
    assert ExpectedCost(costs).value(counts)[0] == pytest.approx(expected)


def test_retuning_and_pairs_are_measured_on_what_was_judged():
    y_true, y_prob, _ = drawn()
    present = tune_thresholds(y_true, y_prob, fixed=0.3, tuned_on="rows", objective="recall=0.9")
    retuned = retune_thresholds(y_true, y_prob, present, tuned_on="rows", seed=0, resamples=100)
    before = measure(y_true, y_prob, y_prob >= present.values())
    assert retuned.before["macro_f1"] == pytest.approx(before.values["macro_f1"], abs=1e-12)
    assert retuned.after["macro_f1"] > retuned.before["macro_f1"]
    noise = np.random.default_rng(1).random(y_prob.shape)
    pair = paired_differences(y_true, (y_prob, y_prob > 0.4), (noise, noise > 0.4), resamples=100, seed=0)
    expected = before.values["macro_roc_auc"] - measure(y_true, noise, noise > 0.4).values["macro_roc_auc"]
    assert pair["macro_roc_auc"][0] == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(("kind", "level"), [("recall", 0.8), ("precision", 0.3)])
def test_a_guarantee_is_fitted_on_rows_that_were_judged_in_full(kind, level):
    y_true, y_prob, _ = drawn(n_rows=3000, hidden=0.1)
    in_full = (y_true != UNKNOWN).all(axis=1)
    cut = fit_guarantee(kind, level, y_true, y_prob, fitted_on="rows")
    assert cut == fit_guarantee(kind, level, y_true[in_full], y_prob[in_full], fitted_on="rows")
    assert cut.n_rows <= in_full.sum() < len(y_true)
    y_true[:, 0] = UNKNOWN
    with pytest.raises(DataError, match=rf"^{kind}={level:g} takes rows on which every label was judged, got none"):
        fit_guarantee(kind, level, y_true, y_prob, fitted_on="rows")


def test_a_guarantee_is_kept_on_rows_whose_other_cells_are_hidden_at_random():
    kept = []
    for seed in range(20):
        y_true, y_prob, _ = drawn(n_rows=1000, hidden=0.15, seed=seed)
        cut = fit_guarantee("recall", 0.8, y_true, y_prob, fitted_on="rows").cut
        _, y_prob, truth = drawn(n_rows=2000, seed=100 + seed)
        some = truth.any(axis=1)
        kept.append(((y_prob >= cut) & (truth == 1))[some].sum(axis=1) / truth[some].sum(axis=1))
    assert np.mean([shares.mean() for shares in kept]) >= 0.795  # 0.8 but for the noise of 20 draws


def test_too_few_rows_that_were_judged_in_full_are_refused_before_training():
    from multitag.config.guarantee import GuaranteeGoal
    from multitag.errors import ConfigError

    y = np.zeros((400, 2), dtype=np.int8)
    y[:250, 1] = UNKNOWN
    with pytest.raises(ConfigError, match=r"got 150 on which every label was judged \(of 400\); use --folds 5"):
        check_guarantee_rows(GuaranteeGoal("recall", 0.9), y)


def test_no_label_is_doubted_that_was_not_given():
    y_true, y_prob, _ = drawn(n_rows=400)
    y_true[::10] = np.where(y_true[::10] == UNKNOWN, UNKNOWN, 1 - y_true[::10])  # wrong, as it may be
    hidden = y_true == UNKNOWN
    y_prob[hidden] = np.random.default_rng(2).random(hidden.sum())
    doubts = find_doubts(y_true, y_prob)
    assert doubts.missing.any()
    assert not (doubts.wrong | doubts.missing)[hidden].any()
    assert not doubts.confidence[hidden].any()
    for column in range(4):
        rows = ~hidden[:, column]
        alone = find_doubts(y_true[rows][:, [column]], y_prob[rows][:, [column]])
        for name in ("wrong", "missing", "confidence"):
            np.testing.assert_array_equal(getattr(doubts, name)[rows, column], getattr(alone, name)[:, 0])


def test_labels_are_together_or_apart_on_rows_on_which_both_were_judged():
    y_true, _, _ = drawn()
    shares = overlap(y_true)
    for one in range(4):
        for other in range(4):
            rows = (y_true[:, [one, other]] != UNKNOWN).all(axis=1)
            expected = skm.jaccard_score(y_true[rows, one], y_true[rows, other])
            assert shares[one, other] == pytest.approx(expected, abs=1e-12)


def test_baselines_are_fitted_label_by_label_on_what_was_judged():
    y_true, _, truth = drawn(n_rows=200)
    y_true[:100, 3] = UNKNOWN
    features = np.random.default_rng(0).normal(size=(200, 4)).astype(np.float32) + truth
    train, scored = np.arange(100), np.arange(100, 200)
    y_raw = score_features(features, y_true, [(train, scored)])
    prevalence = score_prevalence(y_true, [(train, scored)])
    for column in range(3):
        rows = train[y_true[train, column] != UNKNOWN]
        alone = score_features(features, y_true[:, [column]], [(rows, scored)])
        np.testing.assert_array_equal(y_raw[scored, column], alone[scored, 0])
        np.testing.assert_allclose(prevalence[scored, column], y_true[rows, column].mean(), rtol=1e-6)
    assert (y_raw[scored, 3] == 0.5).all()
    assert (prevalence[scored, 3] == 0.5).all()


def held_out(y_true, y_prob, texts=None):
    n_rows = len(y_true)
    texts = tuple(f"text {row}" for row in range(n_rows)) if texts is None else texts
    y_prob = y_prob.astype(np.float32)
    return HeldOut(
        ("A", "B", "C", "D"), np.arange(n_rows), texts, ("test",) * n_rows, np.full(n_rows, -1), y_true, y_prob, y_prob,
        (y_prob > 0.4).astype(np.uint8),
    )  # fmt: skip


def test_unknown_cells_are_null_in_the_file_and_come_back(tmp_path):
    y_true, y_prob, truth = drawn(n_rows=30)
    held_out(y_true, y_prob).save(tmp_path / "probabilities.parquet")
    saved = pq.read_table(tmp_path / "probabilities.parquet")
    assert str(saved.schema.field("true_A").type) == "bool"
    assert saved["true_A"].null_count == (y_true[:, 0] == UNKNOWN).sum()
    again = HeldOut.load(tmp_path / "probabilities.parquet")
    assert again.y_true.dtype == np.int8
    np.testing.assert_array_equal(again.y_true, y_true)
    whole = replace(again, y_true=truth.astype(np.uint8))  # as an older multitag had it
    whole.save(tmp_path / "old.parquet")
    np.testing.assert_array_equal(HeldOut.load(tmp_path / "old.parquet").y_true, truth)


def test_runs_that_differ_in_what_was_judged_are_not_compared():
    y_true, y_prob, _ = drawn(n_rows=40, hidden=0.0)
    rows = held_out(y_true, y_prob)
    masked = y_true.copy()
    masked[7, 2] = UNKNOWN
    other = replace(rows, y_true=masked)
    with pytest.raises(DataError, match="row 7 is judged for the label 'C' in a only; only runs on the same rows"):
        compare(rows, other, names=("a", "b"), resamples=100, seed=0)
    assert compare(other, other, names=("a", "b"), resamples=100, seed=0).n_rows == 40


def test_a_wrong_prediction_of_an_unknown_cell_is_no_mistake():
    y_true = np.array([[1, UNKNOWN, 0, 0], [1, 0, 0, 0]], dtype=np.int8)
    y_prob = np.array([[0.9, 0.9, 0.1, 0.1], [0.2, 0.1, 0.1, 0.9]])
    (mistake,) = most_wrong(held_out(y_true, y_prob))
    assert (mistake.row, mistake.true) == (1, ("A",))
    assert ([name for name, _ in mistake.missed], [name for name, _ in mistake.wrong]) == (["A"], ["D"])


def test_equal_texts_contradict_each_other_only_where_both_were_judged():
    y_true = np.array([[1, UNKNOWN, 0, 1], [0, 1, UNKNOWN, 1], [UNKNOWN, 0, 1, UNKNOWN]], dtype=np.int8)
    findings = audit_held_out(held_out(y_true, np.full((3, 4), 0.5), ("one text",) * 3)).findings
    conflicts = {(each.label, each.row, each.other_rows) for each in findings if each.kind == CONFLICT}
    assert conflicts == {("A", 0, (1,)), ("B", 1, (2,)), ("C", 2, (0,))}
    assert next(each.labels for each in findings if each.label == "C") == ("C",)


def test_labels_are_checked_and_counted():
    y = as_labels([[1, UNKNOWN], [True, 0]], "y_true")
    assert y.dtype == np.int64
    assert judged_cells(y).tolist() == [[True, False], [True, True]]
    soft = np.array([[0.5, np.nan], [0.25, 0.0]], dtype=np.float32)
    positives, judged = count_labels(soft)
    assert (positives.tolist(), judged.tolist()) == ([0.75, 0.0], [2, 1])
    with pytest.raises(DataError, match=r"y_true: expected only 0 and 1, or -1 where unknown, got -2 in row 0"):
        as_labels([[-2, 1]], "y_true")

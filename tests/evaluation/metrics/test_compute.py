from __future__ import annotations

import json
import math

import numpy as np
import pytest
import sklearn.metrics as skm
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from multitag.errors import DataError
from multitag.evaluation.intervals.bootstrap import bootstrap_intervals
from multitag.evaluation.metrics.compute import compute_metrics

NAMES = ["macro_f1", "micro_f1", "weighted_f1", "samples_f1", "macro_roc_auc", "micro_roc_auc"]
NAMES += ["macro_average_precision", "hamming_loss", "subset_accuracy", "label_ranking_average_precision"]


@st.composite
def cases(draw, max_rows=12, max_labels=5):
    """Small arrays, so that columns without positives, negatives or predictions and tied scores abound."""
    shape = (draw(st.integers(1, max_rows)), draw(st.integers(2, max_labels)))
    y_true = draw(arrays(np.int64, shape, elements=st.integers(0, 1)))
    shares = st.floats(0, 1) | st.sampled_from([0.0, 0.25, 0.5, 1.0])
    y_prob = draw(arrays(np.float64, shape, elements=shares))
    y_pred = draw(arrays(np.int64, shape, elements=st.integers(0, 1)))
    return y_true, y_prob, y_pred


def measure(y_true, y_prob, y_pred, threshold=0.3):
    n_labels = np.shape(y_true)[1]
    names = [f"label {column}" for column in range(n_labels)]
    return compute_metrics(y_true, y_prob, y_pred, names, np.full(n_labels, threshold))


def close(ours, theirs):
    return (ours is None and math.isnan(theirs)) or ours == pytest.approx(theirs, abs=1e-9)


@given(cases())
@settings(max_examples=60)
def test_figures_of_predictions_are_those_of_scikit_learn(case):
    y_true, _, y_pred = case
    metrics = measure(*case)
    for average in ("macro", "micro", "weighted", "samples"):
        theirs = skm.f1_score(y_true, y_pred, average=average, zero_division=np.nan)
        assert close(metrics.values[f"{average}_f1"], theirs)
    assert close(metrics.values["hamming_loss"], skm.hamming_loss(y_true, y_pred))
    assert close(metrics.values["subset_accuracy"], skm.accuracy_score(y_true, y_pred))
    for name in ("precision", "recall", "f1"):
        theirs = getattr(skm, f"{name}_score")(y_true, y_pred, average=None, zero_division=np.nan)
        ours = [getattr(each, name) for each in metrics.per_label]
        assert all(map(close, ours, theirs))


@given(cases())
@settings(max_examples=60)
def test_figures_of_probabilities_are_those_of_scikit_learn(case):
    y_true, y_prob, _ = case
    metrics = measure(*case)
    some = y_true.any(axis=0)
    both = some & ~y_true.all(axis=0)
    assert [each.roc_auc is not None for each in metrics.per_label] == both.tolist()
    assert [each.average_precision is not None for each in metrics.per_label] == some.tolist()
    if both.sum() >= 2:
        theirs = skm.roc_auc_score(y_true[:, both], y_prob[:, both], average=None)
        ours = [each.roc_auc for each in metrics.per_label if each.roc_auc is not None]
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-9)
        assert close(metrics.values["macro_roc_auc"], skm.roc_auc_score(y_true[:, both], y_prob[:, both]))
    if some.sum() >= 2:
        theirs = skm.average_precision_score(y_true[:, some], y_prob[:, some], average=None)
        ours = [each.average_precision for each in metrics.per_label if each.average_precision is not None]
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-9)
        assert close(metrics.values["macro_average_precision"], theirs.mean())
    if 0 < y_true.mean() < 1:
        theirs = skm.roc_auc_score(y_true.ravel(), y_prob.ravel())
        assert close(metrics.values["micro_roc_auc"], theirs)
    else:
        assert metrics.values["micro_roc_auc"] is None
    theirs = skm.label_ranking_average_precision_score(y_true, y_prob)
    assert close(metrics.values["label_ranking_average_precision"], theirs)


@given(cases())
@settings(max_examples=60)
def test_what_is_undefined_is_counted_and_left_out(case):
    metrics = measure(*case)
    for figure, name in [("f1", "macro_f1"), ("roc_auc", "macro_roc_auc")]:
        defined = [getattr(each, figure) for each in metrics.per_label if getattr(each, figure) is not None]
        assert metrics.undefined[name] == len(metrics.per_label) - len(defined)
        assert close(metrics.values[name], np.mean(defined) if defined else math.nan)
    y_true, _, y_pred = case
    empty = [not (true.any() or pred.any()) for true, pred in zip(y_true, y_pred, strict=True)]
    assert metrics.undefined["samples_f1"] == sum(empty)
    assert list(metrics.values) == NAMES
    assert list(metrics.undefined) == ["macro_f1", "samples_f1", "macro_roc_auc", "macro_average_precision"]


def test_a_case_worked_by_hand():
    # Columns: found and missed; never true, predicted once; never true nor predicted; true on every row.
    y_true = [[1, 0, 0, 1], [1, 0, 0, 1], [0, 0, 0, 1], [0, 0, 0, 1]]
    y_pred = [[1, 1, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]]
    y_prob = [[0.9, 0.6, 0.1, 0.2], [0.2, 0.1, 0.1, 0.2], [0.3, 0.1, 0.1, 0.2], [0.1, 0.1, 0.1, 0.2]]
    metrics = measure(y_true, y_prob, y_pred)

    missed, false, silent, everywhere = metrics.per_label
    assert (missed.support, missed.precision, missed.recall) == (2, 1.0, 0.5)
    assert missed.f1 == pytest.approx(2 / 3)
    assert missed.roc_auc == pytest.approx(3 / 4)  # of 2 x 2 pairs one is in the wrong order
    assert missed.average_precision == pytest.approx((1 + 2 / 3) / 2)
    assert (false.precision, false.recall, false.f1) == (0.0, None, 0.0)
    assert (false.roc_auc, false.average_precision) == (None, None)
    assert (silent.precision, silent.recall, silent.f1, silent.support) == (None, None, None, 0)
    assert (everywhere.precision, everywhere.recall, everywhere.f1) == (None, 0.0, 0.0)
    assert (everywhere.roc_auc, everywhere.average_precision) == (None, 1.0)

    assert metrics.values["macro_f1"] == pytest.approx((2 / 3 + 0 + 0) / 3)
    assert metrics.values["macro_roc_auc"] == pytest.approx(3 / 4)
    assert metrics.values["macro_average_precision"] == pytest.approx((5 / 6 + 1) / 2)
    assert metrics.values["micro_f1"] == pytest.approx(2 * 1 / (2 * 1 + 1 + 5))
    assert metrics.values["hamming_loss"] == pytest.approx(6 / 16)
    assert metrics.undefined == {
        "macro_f1": 1,
        "samples_f1": 0,
        "macro_roc_auc": 3,
        "macro_average_precision": 2,
    }


def test_nothing_true_and_nothing_predicted_is_undefined_not_zero():
    metrics = measure(np.zeros((3, 2)), np.full((3, 2), 0.1), np.zeros((3, 2)))
    undefined = [name for name, value in metrics.values.items() if value is None]
    assert undefined == [*NAMES[:7]]
    assert metrics.undefined["samples_f1"] == 3
    assert metrics.values["subset_accuracy"] == 1.0


def test_roc_auc_reads_probabilities_not_predictions():
    y_true = np.array([[0, 1], [1, 0], [0, 1], [1, 0]])
    # Ranked perfectly, though every probability of a label is on the same side of 0.5.
    y_prob = np.array([[0.1, 0.9], [0.2, 0.8], [0.1, 0.9], [0.2, 0.8]])
    metrics = measure(y_true, y_prob, (y_prob >= 0.5).astype(int), 0.5)
    assert metrics.values["macro_roc_auc"] == 1.0


@given(cases())
@settings(max_examples=30)
def test_survives_json(case):
    values = measure(*case).to_dict()
    assert json.loads(json.dumps(values, allow_nan=False)) == values


def test_intervals_stand_beside_their_figures():
    y_true = np.tile([[1, 0], [0, 1], [1, 1], [0, 0]], (5, 1))
    y_prob = np.resize([0.9, 0.2, 0.6, 0.7, 0.3], y_true.shape)
    metrics = measure(y_true, y_prob, y_prob >= 0.5)
    assert metrics.to_dict()["intervals"] == metrics.to_dict()["per_label"][0]["intervals"] == {}
    (intervals,) = bootstrap_intervals(y_true, y_prob, [y_prob >= 0.5], resamples=100, seed=0)
    values = metrics.with_intervals(intervals).to_dict()
    assert json.loads(json.dumps(values, allow_nan=False)) == values
    assert values["intervals"].keys() == values["values"].keys()
    for name, (low, high) in values["intervals"].items():
        assert low <= values["values"][name] <= high
    for each in values["per_label"]:
        assert list(each["intervals"]) == ["precision", "recall", "f1", "roc_auc", "average_precision"]
        low, high = each["intervals"]["f1"]
        assert low <= each["f1"] <= high


@pytest.mark.parametrize("n_rows", [1, 2, 1000])
def test_all_figures_of_a_larger_table_are_those_of_scikit_learn(n_rows):
    rng = np.random.default_rng(n_rows)
    y_true = (rng.random((n_rows, 8)) < [0.5, 0.3, 0.1, 0.02, 0.2, 0.2, 0, 1]).astype(int)
    y_prob = (0.3 * y_true + 0.7 * rng.random(y_true.shape)).round(1)  # with ties
    if n_rows > 100:
        y_true[:50] = 0  # no label is true or predicted on these
        y_prob[:50] = 0.1
    y_pred = (y_prob >= 0.5).astype(int)
    metrics = measure(y_true, y_prob, y_pred, 0.5)
    assert metrics.undefined["samples_f1"] == (~(y_true | y_pred).any(axis=1)).sum()
    assert metrics.undefined["macro_roc_auc"] == sum(len(set(column)) < 2 for column in y_true.T)
    for average in ("macro", "micro", "weighted", "samples"):
        theirs = skm.f1_score(y_true, y_pred, average=average, zero_division=np.nan)
        assert close(metrics.values[f"{average}_f1"], theirs)
    assert close(metrics.values["hamming_loss"], skm.hamming_loss(y_true, y_pred))
    assert close(metrics.values["subset_accuracy"], skm.accuracy_score(y_true, y_pred))
    assert close(metrics.values["micro_roc_auc"], skm.roc_auc_score(y_true.ravel(), y_prob.ravel()))
    theirs = skm.label_ranking_average_precision_score(y_true, y_prob)
    assert close(metrics.values["label_ranking_average_precision"], theirs)
    for of_label, true, prob in zip(metrics.per_label, y_true.T, y_prob.T, strict=True):
        assert of_label.support == true.sum()
        assert (of_label.average_precision is None) == (not true.any())
        assert (of_label.roc_auc is None) == (len(set(true)) < 2)
        if of_label.average_precision is not None:
            assert close(of_label.average_precision, skm.average_precision_score(true, prob))
        if of_label.roc_auc is not None:
            assert close(of_label.roc_auc, skm.roc_auc_score(true, prob))


GOOD = np.array([[1, 0], [0, 1]])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"y_true": np.zeros((0, 2)), "y_prob": np.zeros((0, 2)), "y_pred": np.zeros((0, 2))}, "0 rows"),
        ({"y_true": GOOD[:, :1], "y_prob": GOOD[:, :1], "y_pred": GOOD[:, :1]}, "1 label"),
        ({"y_true": [0, 1]}, r"y_true.*got shape \(2,\)"),
        ({"y_pred": [[0, 1]]}, r"y_true \(2, 2\), y_prob \(2, 2\), y_pred \(1, 2\)"),
        ({"y_true": [[0, 2], [0, 1]]}, "y_true: expected only 0 and 1, or -1 where unknown, got 2 in row 0, column 1"),
        ({"y_pred": [[0, np.nan], [0, 1]]}, "y_pred: expected only 0 and 1, got nan"),
        ({"y_prob": [[0, 0.5], [1.5, 1]]}, "y_prob: .* 0 to 1, got 1.5 in row 1, column 0"),
        ({"y_prob": [[0, np.nan], [1, 1]]}, "got nan in row 0, column 1"),
        ({"y_prob": [["a", "b"], ["c", "d"]]}, "y_prob: expected numbers"),
        ({"y_prob": [[0.1], [0.1, 0.2]]}, "y_prob: expected rows of one length"),
        ({"label_names": ["a"]}, "label_names: expected 2, one per column of y_true, got 1"),
        ({"thresholds": [0.3]}, "thresholds: expected 2 numbers, one per label, got 1"),
        ({"thresholds": [0.3, 1.2]}, "thresholds: expected probabilities from 0 to 1, got 1.2"),
    ],
)
def test_bad_arrays_are_refused_by_name(arguments, message):
    good = {"y_true": GOOD, "y_prob": GOOD / 2, "y_pred": GOOD}
    good |= {"label_names": ["a", "b"], "thresholds": [0.3, 0.3]}
    with pytest.raises(DataError, match=message):
        compute_metrics(**(good | arguments))

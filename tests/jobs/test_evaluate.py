from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import multitag
from multitag.errors import DataError
from multitag.evaluation.metrics.measure import measure
from multitag.evaluation.thresholds.thresholds import Thresholds
from multitag.jobs.evaluate import evaluate_bundle

NAMES = multitag.LabelSet(("A", "B"))
Y_TRUE = np.array([[1, 0], [1, 1], [0, 1], [0, 0]])
Y_PROB = np.array([[0.9, 0.35], [0.4, 0.6], [0.2, 0.8], [0.1, 0.1]])
TUNED = Thresholds("per_label", 0.5, 0.4, (0.3, 0.5), 2, "f1", "validation, 20 rows")


def test_figures_at_the_fixed_and_at_the_tuned_thresholds():
    figures = measure(Y_TRUE, Y_PROB, NAMES, TUNED, resamples=0, seed=0)
    assert list(figures.to_dict()) == ["fixed", "tuned"]
    assert [label.threshold for label in figures.fixed.per_label] == [0.5, 0.5]
    assert [label.threshold for label in figures.tuned.per_label] == [0.3, 0.5]
    assert figures.fixed.values["hamming_loss"] == 1 / 8  # A of the second row is missed
    assert figures.tuned.values["hamming_loss"] == 0
    for figure in ("macro_roc_auc", "macro_average_precision"):  # of probabilities: no threshold moves them
        assert figures.fixed.values[figure] == figures.tuned.values[figure] == 1


def test_figures_do_not_hang_on_the_policy():
    expected = measure(Y_TRUE, Y_PROB, NAMES, TUNED, resamples=0, seed=0)
    for policy in ("fixed", "global"):
        assert measure(Y_TRUE, Y_PROB, NAMES, replace(TUNED, policy=policy), resamples=0, seed=0) == expected


def test_nothing_tuned_nothing_measured_at_tuned():
    figures = measure(Y_TRUE, Y_PROB, NAMES, Thresholds.fixed_only(0.3, 2), resamples=0, seed=0)
    assert figures.tuned is None
    assert list(figures.to_dict()) == ["fixed"]


def test_a_bundle_gives_the_figures_of_its_run_on_the_same_rows(finished_run, classifier, table):
    import json

    test_rows = json.loads((finished_run.folder / "split.json").read_text(encoding="utf-8"))["test"]
    held_out = [table.rows.index(row) for row in test_rows]
    part = replace(
        table,
        texts=tuple(table.texts[index] for index in held_out),
        labels=tuple(table.labels[index] for index in held_out),
        rows=tuple(test_rows),
    )
    figures, measured = multitag.evaluate(classifier, part), finished_run.metrics.sides["test"]
    for kind in ("fixed", "tuned"):
        expected = measured.kinds()[kind]
        assert figures.kinds()[kind].values == pytest.approx(expected.values, abs=1e-6, nan_ok=False)
        assert figures.kinds()[kind].n_rows == 12


def test_a_bundle_and_a_file_are_enough(finished_run, classifier, films_csv, table):
    evaluation = evaluate_bundle(finished_run.bundle, films_csv, text="Plot", labels="Genre", resamples=0)
    assert evaluation.figures == multitag.evaluate(classifier, table, resamples=0)
    assert evaluation.notes == ("60 rows read: all used",)


def test_a_label_that_the_bundle_does_not_know_is_refused_by_name(classifier, table):
    labels = (("Drama", "Dramma"), *table.labels[1:])
    with pytest.raises(
        DataError, match=r"^sample, column 'Genre': 1 unknown label\(s\): 'Dramma'; nearest .*'Drama'"
    ):
        multitag.evaluate(classifier, replace(table, labels=labels))


def test_intervals_of_both_kinds_where_resamples_are_asked_for():
    y_true, y_prob = np.tile(Y_TRUE, (10, 1)), np.tile(Y_PROB, (10, 1))
    figures = measure(y_true, y_prob, NAMES, TUNED, resamples=100, seed=1)
    plain = measure(y_true, y_prob, NAMES, TUNED, resamples=0, seed=1)
    assert list(figures.kinds()) == ["fixed", "tuned"]
    for kind, measured in figures.kinds().items():
        assert measured.values == plain.kinds()[kind].values
        assert plain.kinds()[kind].intervals == plain.kinds()[kind].per_label[0].intervals == {}
        low, high = measured.per_label[0].intervals["recall"] or (0, 1)
        assert low <= measured.per_label[0].recall <= high
    low, high = figures.fixed.intervals["hamming_loss"]
    assert low < 1 / 8 < high
    assert figures.tuned.intervals["hamming_loss"] is None  # no mistake on any row: none to draw


def test_out_of_fold_the_predictions_are_those_of_the_other_folds_thresholds():
    tuned_pred = 1 - Y_TRUE
    figures = measure(Y_TRUE, Y_PROB, NAMES, TUNED, tuned_pred, resamples=0, seed=0)
    assert figures.tuned.values["hamming_loss"] == 1
    assert figures.fixed.values["hamming_loss"] == 1 / 8

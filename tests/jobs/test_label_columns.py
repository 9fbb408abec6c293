"""Labels that a table cannot tell of are left out and named, never scored as absent."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import multitag
from multitag.errors import DataError
from multitag.jobs.evaluate import evaluate_bundle
from multitag.jobs.tune import tune_bundle


@pytest.fixture
def frame(table):
    cells = {name: [int(name in names) for names in table.labels] for name in ("Drama", "Comedy", "Action")}
    return pd.DataFrame({"text": table.texts, **cells})


COLUMNS = ["Comedy", "Drama", "Action"]


def test_labels_without_a_column_are_left_out_and_named(finished_run, classifier, frame, table, caplog):
    done = evaluate_bundle(finished_run.bundle, frame, text="text", label_columns=COLUMNS, resamples=0,
                           unlabelled="keep")  # fmt: skip
    assert [label.label for label in done.figures.fixed.per_label] == ["Action", "Comedy", "Drama"]
    assert done.notes[0].startswith("left out 17 labels of the bundle that have no column here: 'Adventure', ")
    assert done.notes[0].endswith("; the figures are those of the other 3")
    whole = multitag.evaluate(classifier, table, resamples=0).fixed
    for label in done.figures.fixed.per_label:
        assert label == next(other for other in whole.per_label if other.label == label.label)
    f1 = [label.f1 for label in done.figures.fixed.per_label if label.f1 is not None]
    assert done.figures.fixed.values["macro_f1"] == pytest.approx(np.mean(f1))


@pytest.mark.parametrize("columns", [["Drama"], ["Opera", "Drama"], ["Opera", "Ballet"]])
def test_fewer_than_two_labels_are_no_multi_label_figures(finished_run, frame, columns):
    cells = dict.fromkeys(columns, frame["Drama"])
    with pytest.raises(DataError, match=r"[01] of the bundle's 20 labels have a column here; multi-label figures need"):
        evaluate_bundle(finished_run.bundle, pd.DataFrame({"text": frame["text"], **cells}), text="text",
                        label_columns=columns, resamples=0, ignore_unknown_labels=True)  # fmt: skip


def test_from_python_it_is_a_warning(classifier, frame, caplog):
    read = multitag.read_table(frame, "text", label_columns=COLUMNS, unlabelled="keep")
    assert len(multitag.evaluate(classifier, read, resamples=0).fixed.per_label) == 3
    assert "left out 17 labels of the bundle" in caplog.text


def test_nothing_is_tuned_without_a_column(finished_run, frame, tmp_path):
    with pytest.raises(DataError, match=r"17 label.s. of the bundle have no column, such as 'Adventure'"):
        tune_bundle(finished_run.bundle, frame, out=tmp_path / "tuned", text="text", label_columns=COLUMNS,
                    unlabelled="keep")  # fmt: skip
    assert not (tmp_path / "tuned").exists()


def test_unknown_labels_are_refused_or_ignored(finished_run, classifier):
    frame = pd.DataFrame({"text": ["a b", "c d", "e f"], "tags": ["Drama|Opera", "Comedy|Drama", "Opera|Ballet"]})
    reading = {"text": "text", "labels": "tags", "label_separator": "|", "resamples": 0}
    with pytest.raises(DataError, match=r"unknown label.*; ignored with --ignore-unknown-labels$"):
        evaluate_bundle(finished_run.bundle, frame, **reading)
    done = evaluate_bundle(finished_run.bundle, frame, ignore_unknown_labels=True, **reading)
    assert done.notes[0] == (
        "ignored 2 labels that the bundle does not have: 'Opera' (2 rows), 'Ballet' (1 row)"
    )
    assert done.figures.fixed.n_rows == 3
    read = multitag.read_table(frame, "text", "tags")
    assert multitag.evaluate(classifier, read, resamples=0, ignore_unknown_labels=True) == done.figures

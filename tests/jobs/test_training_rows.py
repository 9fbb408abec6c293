"""A bundle knows the table it was trained on, whatever became of its rare labels and whatever stood beside it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import multitag
from multitag.bundle.read import open_bundle
from multitag.data.split.rare_labels import RareLabels
from multitag.jobs.export import export_bundle
from multitag.jobs.tune import tune_bundle
from undrawn import plots_undrawn

TOLD = "these are the rows that the model was trained on: its probabilities are too good there"


@pytest.fixture(scope="module")
def films(films_csv):
    return multitag.read_table(films_csv, text="Plot", labels="Genre")


@pytest.fixture(scope="module")
def other(films):
    texts = tuple(f"{text} Again." for text in films.texts[:30])
    return replace(films, texts=texts, labels=films.labels[:30], rows=films.rows[:30], n_rows_source=30)


@pytest.fixture(scope="module")
def merged(films, other, settings, tiny_distilbert, tmp_path_factory):
    """A run whose rare labels were merged and whose test rows are a table of their own."""
    changed = {**settings, "rare": "merge:Other", "near_duplicates": "ignore", "base_model": str(tiny_distilbert)}
    with plots_undrawn():
        return multitag.train(films, out=tmp_path_factory.mktemp("runs") / "merged", test=other, **changed)


def test_tuning_on_the_training_rows_is_told(merged, films_csv, tmp_path):
    retuned, notes = tune_bundle(merged.bundle, films_csv, out=tmp_path / "tuned")
    assert retuned.thresholds.tuned_on == "films.csv, 60 rows, which the model was trained on"
    assert notes[-1].startswith(TOLD)


def test_measuring_on_the_training_rows_is_told_and_on_others_not(merged, films, other, caplog):
    with multitag.load(merged.bundle) as classifier:
        multitag.evaluate(classifier, other, resamples=0)
        assert caplog.messages == []
        multitag.evaluate(classifier, films, resamples=0)
    (line,) = caplog.messages
    assert line.startswith(f"films.csv: {TOLD}")


def test_a_bundle_of_before_knows_its_one_table_still(finished_run, table, monkeypatch):
    from multitag.jobs.evaluate import is_trained_on

    with open_bundle(finished_run.bundle) as bundle:
        facts = {key: value for key, value in bundle.manifest.data.items() if key != "trained_on"}
    assert is_trained_on(facts, table)
    assert not is_trained_on(facts, replace(table, labels=(("Drama",), *table.labels[1:])))


def test_the_gate_compares_on_labels_merged_as_in_training(merged, films, films_csv, monkeypatch):
    given = []

    def check(folder, rows, *args, **options):
        given.append(rows.y_true)
        return []

    monkeypatch.setattr("multitag.jobs.export.export_checked", check)
    export_bundle(merged.bundle, films_csv)
    with open_bundle(merged.bundle) as bundle:
        label_set, rare = bundle.label_set, RareLabels.of_bundle(bundle.manifest.data)
    (y_true,) = given
    np.testing.assert_array_equal(y_true, label_set.encode(rare.settle(films.labels)))
    assert y_true[:, label_set.label2id["Other"]].any()

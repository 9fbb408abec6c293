"""Simpler models stand beside a run's own, fitted on its training rows and measured on the rows it was measured on."""

from __future__ import annotations

import numpy as np
import pytest

from multitag import read_table
from multitag.config import Config
from multitag.data.task import Task
from multitag.evaluation.baselines.models import FROZEN, PREVALENCE, TFIDF, score_tfidf
from multitag.evaluation.held_out import HeldOut
from multitag.evaluation.metrics.compute import compute_metrics
from multitag.jobs.train.baselines import ComparedRows

pytestmark = pytest.mark.slow

RANKING = ("macro_roc_auc", "macro_average_precision", "label_ranking_average_precision")  # of no threshold


@pytest.mark.parametrize("changed", [{}, {"folds": 2}], ids=str)
def test_they_are_fitted_and_measured_on_the_rows_of_the_run(changed, train_tiny, table, tmp_path):
    run = train_tiny(tmp_path / "run", calibration="none", baselines=True, resamples=100, **changed)
    found = run.metrics.baselines
    held_out = HeldOut.load(run.folder / "probabilities.parquet")
    measured = held_out.headline()
    assert found.side == measured.side[0]
    assert [model.name for model in found.models] == [PREVALENCE, TFIDF, FROZEN]

    task = Task.prepare(table, Config.from_yaml(run.folder / "settings.yaml"))
    numbers = np.array(table.rows)
    places = np.array([np.flatnonzero(numbers == row)[0] for row in measured.rows])
    np.testing.assert_array_equal(task.y[places], measured.y_true)
    if changed:
        fold = np.full(len(table), -1)
        fold[places] = measured.fold
        pairs = [(np.flatnonzero(fold != each), np.flatnonzero(fold == each)) for each in range(2)]
    else:
        trained = np.flatnonzero(~np.isin(numbers, held_out.rows))
        pairs = [(trained, places)]
    y_raw = score_tfidf(table.texts, task.y, pairs)[places]
    names = measured.label_names
    expected = compute_metrics(measured.y_true, y_raw, measured.y_pred, names, np.zeros(len(names))).values
    tfidf = found.models[1]
    for name in RANKING:
        assert tfidf.values[name] == pytest.approx(expected[name], abs=1e-6)
    own = compute_metrics(measured.y_true, measured.y_prob, measured.y_pred, names, np.zeros(len(names))).values
    for name, (value, low, high) in tfidf.difference.items():
        assert value == pytest.approx(own[name] - tfidf.values[name], abs=1e-9)
        assert low <= high


def test_they_can_be_left_out_and_are_where_nothing_is_held_out(train_tiny, tmp_path):
    assert train_tiny(tmp_path / "off", baselines=False).metrics.baselines is None
    assert train_tiny(tmp_path / "all", baselines=True, validation_size=0, test_size=0).metrics.baselines is None


def test_beside_a_table_on_disk_they_are_fitted_on_some_of_its_rows(films_csv, monkeypatch):
    config = Config().override(validation_size=20, test_size=12)
    task = Task.prepare(read_table(films_csv, text="Plot", labels="Genre"), config)
    pairs = [(task.rows("train"), task.rows("test"))]
    assert ComparedRows.choose(task, pairs, seed=0).pairs is pairs
    monkeypatch.setattr("multitag.data.stored.column.STORED_FROM", 1000)
    monkeypatch.setattr("multitag.jobs.train.baselines.MOST_ROWS", 10)
    task = Task.prepare(read_table(films_csv, text="Plot", labels="Genre"), config)
    rows = ComparedRows.choose(task, pairs, seed=0)
    ((fitted, scored),) = rows.pairs
    assert len(fitted) == 10
    assert {*rows.numbers[fitted]} < {*task.rows("train")}
    assert rows.numbers[scored].tolist() == task.rows("test").tolist()
    assert rows.places(task.rows("test")).tolist() == scored.tolist()
    assert rows.texts == [task.table.texts[number] for number in rows.numbers]
    np.testing.assert_array_equal(rows.y, task.y[rows.numbers])
    (note,) = rows.notes
    assert note.startswith("simpler models were fitted on 10 of 28 training rows")

"""Runs on tables of which some cells are unknown, from the split to the report."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from multitag.data.task import Task
from multitag.evaluation.held_out import HeldOut
from multitag.evaluation.run_metrics import RunMetrics
from multitag.labels import UNKNOWN

pytestmark = pytest.mark.slow

FULL = 20  # rows from the first that are judged in full


@pytest.fixture
def masked(monkeypatch):
    """Have four cells of ten hidden of whatever task is made, and all of the second label."""
    prepare, made = Task.prepare, []

    def prepare_masked(*arguments, **sides):
        task = prepare(*arguments, **sides)
        hidden = np.random.default_rng(0).random(task.y.shape) < 0.4
        hidden[:FULL] = False
        hidden[:, 1] = True
        made.append(replace(task, y=np.where(hidden, UNKNOWN, task.y).astype(np.int8)))
        return made[-1]

    monkeypatch.setattr(Task, "prepare", prepare_masked)
    return made


@pytest.mark.parametrize("changed", [{}, {"folds": 3, "refit": True}])
def test_a_run_measures_what_was_judged_and_counts_the_rest(changed, train_tiny, masked, tmp_path):
    run = train_tiny(
        tmp_path / "run", **changed, baselines=True, resamples=100, early_stopping=2, guarantee=None, epochs=2
    )
    (task,) = masked
    side = "out_of_fold" if "folds" in changed else "test"
    held_out = HeldOut.load(run.folder / "probabilities.parquet").of_side(side)
    np.testing.assert_array_equal(held_out.y_true, task.y[held_out.index])
    measured = run.metrics.sides[side].fixed
    assert measured.unknown_cells == (held_out.y_true == UNKNOWN).sum()
    label = measured.per_label[1]
    assert (label.support, label.judged, label.f1, label.roc_auc) == (0, 0, None, None)
    counts = run.metrics.judged_counts
    assert counts[label.label].to_dict() == {"train": 0, "validation": 0, "test": 0}
    assert counts[task.label_set.names[0]].train == (task.y_true("train")[:, 0] != UNKNOWN).sum()
    share = f"{(held_out.y_true == UNKNOWN).mean():.0%}"
    called = side.replace("_", " ")
    line = f"{share} of the cells of the {called} side are unknown (nobody judged them): left out of every figure"
    assert line in run.metrics.notes
    assert any("of the training side are unknown" in note for note in run.metrics.notes)
    report, card = run.report.read_text(encoding="utf-8"), (run.bundle / "README.md").read_text(encoding="utf-8")
    assert line in report
    assert share in card
    saved = json.loads((run.bundle / "metrics.json").read_text(encoding="utf-8"))
    assert RunMetrics.from_dict(saved) == run.metrics
    assert all(model.values["macro_f1"] is not None for model in run.metrics.baselines.models)


def test_a_guarantee_is_of_rows_that_were_judged_in_full(train_tiny, masked, tmp_path):
    run = train_tiny(tmp_path / "run", folds=3, guarantee="recall=0.5")
    assert run.metrics.guarantee is None  # of the second label nobody knows
    (note,) = [note for note in run.metrics.notes if "guarantee" in note]
    assert note == "no guarantee is in the bundle: recall=0.5 takes rows on which every label was judged, got none"


def test_without_unknown_cells_nothing_is_said_of_them(train_once):
    run = train_once()
    saved = json.loads((run.bundle / "metrics.json").read_text(encoding="utf-8"))
    assert "judged_counts" not in saved
    assert "unknown" not in json.dumps(saved)
    assert '"judged"' not in json.dumps(saved)

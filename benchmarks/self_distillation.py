"""Whether a final model that is also taught by the fold models is better: measured with nested folds.

``python -m benchmarks.self_distillation`` holds each of three outer folds out. The other rows are cross-validated by
three inner folds; then one model is trained on them as a refit is today (labels 0.6, the teacher of frozen features
0.4) and one with half of the teacher's share given to the out-of-fold probabilities of the inner models (0.6, 0.2 and
0.2). Both decide by rules of the inner folds. One line of JSON an outer fold and table; a row for docs/experiments.md.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from benchmarks.leaderboard.tables import TABLES, take_rows
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score, f1_score, roc_auc_score

from multitag.config import Config
from multitag.data.split.sides import Split
from multitag.data.task import Task
from multitag.evaluation.decision_rules import DecisionRules, fit_rules
from multitag.jobs.train.measured import score_sides
from multitag.model.base import resolve_base_model
from multitag.training.fine_tune import fine_tune, resolve_settings

OUTER, INNER, EPOCHS, ROWS = 3, 3, 3.0, 400
LABELS, FROZEN, FOLD_MODELS = 0.6, 0.2, 0.2  # shares of what is learned
NAMES = ("tmdb", "sample")


def score(task: Task, settings: Config) -> NDArray[np.float32]:
    """Train on the training side and score the test side."""
    base = resolve_base_model("minilm")
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        fine_tune(task, base, resolve_settings(task, base, settings), folder / "checkpoints").save(folder / "model")
        return score_sides(task, folder / "model", None, ("test",))["test"]


def without_fold(whole: Task, rows: NDArray[np.int64], fold: NDArray[np.int64], number: int) -> Task:
    """Return the task of training on rows of the other folds and testing on this one."""
    split = Split(rows[fold != number], rows[:0], rows[fold == number])
    return replace(whole, split=split, fold=None)


def measure(y: NDArray[np.int8], y_raw: NDArray[np.float32], rules: DecisionRules) -> dict[str, float]:
    """Measure labels that are on some of the rows, not all."""
    has = [label for label in range(y.shape[1]) if 0 < y[:, label].sum() < len(y)]
    y_pred = rules.apply(y_raw)[1]
    return {
        "macro_roc_auc": float(roc_auc_score(y[:, has], y_raw[:, has], average="macro")),
        "macro_average_precision": float(average_precision_score(y[:, has], y_raw[:, has], average="macro")),
        "macro_f1": float(f1_score(y, y_pred, average="macro", zero_division=0)),
    }


def outer_fold(whole: Task, number: int, config: Config) -> dict[str, dict[str, float]]:
    """Hold one outer fold out and measure both ways to train on the rest."""
    assert whole.fold is not None
    outer = without_fold(whole, np.arange(len(whole.y)), whole.fold, number)
    rows = outer.rows("train")
    inner = Task.prepare(take(whole, rows), config)
    assert inner.fold is not None
    taught = np.full(whole.y.shape, np.nan, dtype=np.float32)
    for part in range(INNER):
        task = without_fold(whole, rows, inner.fold, part)
        taught[task.rows("test")] = score(task, config)
    rules = fit_rules(outer.y_true("train"), taught[rows], config.evaluation, "inner folds", calibrate=True)
    judge = partial(measure, outer.y_true("test"), rules=rules)
    soft = (LABELS * whole.y + FOLD_MODELS * taught) / (LABELS + FOLD_MODELS)
    plain = score(outer, config)
    distilled = score(replace(outer, soft=soft.astype(np.float32)), config.override(teacher=FROZEN))
    return {"teacher": judge(plain), "teacher and fold models": judge(distilled)}


def take(whole: Task, rows: NDArray[np.int64]) -> Any:
    """Return some rows of the task's table as a table."""
    table = whole.table
    texts, labels, numbers = (tuple(cells[row] for row in rows) for cells in (table.texts, table.labels, table.rows))
    return replace(table, texts=texts, labels=labels, rows=numbers, n_rows_source=len(rows), left_out=())


def lines(names: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    """Measure fold by fold, the tables in turns, so that what is stopped has measured some of each."""
    config = Config().override(folds=OUTER, epochs=EPOCHS, base_model="minilm", recipe="fine-tune", r_drop=0.0)
    wholes = {}
    for name in names:
        table = TABLES[name].read()
        wholes[name] = Task.prepare(take_rows(table, ROWS) if len(table) > ROWS else table, config)
    for number in range(OUTER):
        for name, whole in wholes.items():
            yield {"table": name, "fold": number, **outer_fold(whole, number, config)}


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("tables", nargs="*", default=NAMES)
    for line in lines(tuple(arguments.parse_args().tables)):
        print(json.dumps(line), flush=True)

"""Cross-validation: a model for each fold, rules from all of them, and one more model on all rows, which leaves."""

from __future__ import annotations

import json
import logging
import shutil
import tempfile
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from multitag.atomic import new_file
from multitag.config import Config
from multitag.data.task import Task
from multitag.evaluation.decision_rules import apply_nested, fit_rules, fixed_rules
from multitag.evaluation.held_out import OUT_OF_FOLD, HeldOut
from multitag.evaluation.thresholds.costs import Costs
from multitag.jobs.run_folder import RunFolder
from multitag.jobs.train.measured import MeasuredModel, held_out_rows, score_sides, train_again
from multitag.training.fine_tune import fine_tune

logger = logging.getLogger("multitag")

FIT = "fit.json"  # epochs and seconds of a fold; written last, so a fold that has it is finished


def cross_validate(
    task: Task, config: Config, folder: RunFolder, model_folder: Path, costs: Costs | None
) -> MeasuredModel:
    """Measure every row by a model that did not see it, then train the model that leaves on all of them.

    A run that was killed goes on at the fold, and within it at the checkpoint, where it stopped.

    Parameters
    ----------
    task : Task
        With folds.
    config : Config
    folder : RunFolder
        Claimed.
    model_folder : Path
        Gets the model that leaves.
    costs : Costs, optional
        Of each label, with the objective ``"cost"``.
    """
    data, split = task.data_facts(), task.saved_split()
    if folder.begun:
        folder.check_same(config, data, split)
    scored, fits = [], []
    for number in range(task.n_folds):
        part = folder.part(f"folds/{number + 1}")
        if (part.root / FIT).is_file():
            logger.info("fold %d of %d: done before", number + 1, task.n_folds)
        else:
            logger.info("fold %d of %d", number + 1, task.n_folds)
            begin = None if folder.begun else partial(folder.start, config, data, split)
            _train_fold(task.of_fold(number, config), config, part, begin)
        scored.append(HeldOut.load(part.probabilities))
        fits.append(json.loads((part.root / FIT).read_text(encoding="utf-8")))
        shutil.rmtree(part.checkpoints, ignore_errors=True)  # gigabytes, and of no more use
    held_out = _out_of_fold(task, scored)
    fit = partial(
        fit_rules, config=config.evaluation, calibrate=True, costs=costs,
        tuned_on=f"out-of-fold probabilities, {len(held_out)} rows",
    )  # fmt: skip
    y_prob, y_pred = apply_nested(held_out.y_true, held_out.y_raw, held_out.fold, fit)
    held_out = held_out.with_decisions(y_prob, y_pred)
    rules = fit(held_out.y_true, held_out.y_raw)
    epochs = float(np.median([each["epochs"] for each in fits]))
    logger.info("training on all %d rows", len(task.rows("train")))
    tuned, refit = train_again(task, config, epochs, folder, model_folder)
    if len(task.rows("test")):  # a table of its own, which the model that leaves has not seen
        y_raw = score_sides(task, model_folder, config.model.window_pool, ("test",))
        held_out = held_out.joined(held_out_rows(task, y_raw, rules))
    seconds = tuned.fit.seconds + sum(each["seconds"] for each in fits)
    return MeasuredModel(tuned, held_out, rules, fit, seconds, refit)


def _train_fold(task: Task, config: Config, part: RunFolder, begin: Any) -> None:
    tuned = fine_tune(task, config, part, begin)
    with tempfile.TemporaryDirectory(dir=part.root, prefix=".model.", suffix=".partial") as name:
        tuned.save(Path(name) / "model")
        y_raw = score_sides(task, Path(name) / "model", config.model.window_pool, ("test",))
    held_out_rows(task, y_raw, fixed_rules(config.evaluation, len(task.label_set))).save(part.probabilities)
    fit = {"epochs": tuned.fit.epochs, "seconds": tuned.fit.seconds}
    with new_file(part.root / FIT, replace=True) as file:
        file.write(json.dumps(fit).encode("ascii"))


def _out_of_fold(task: Task, scored: list[HeldOut]) -> HeldOut:
    """Put the folds together, in the order of the table."""
    assert task.fold is not None
    order = np.argsort(np.concatenate([np.flatnonzero(task.fold == each) for each in range(task.n_folds)]))
    joined = scored[0].joined(*scored[1:])
    fold = np.repeat(np.arange(task.n_folds), [len(each) for each in scored])
    return joined.taken(order, side=OUT_OF_FOLD, fold=fold[order])

"""Cross-validation: a model for each fold, rules from all of them, and the final model on all rows."""

from __future__ import annotations

import json
import logging
import shutil
import tempfile
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Self

import numpy as np

from multitag.atomic import new_file
from multitag.data.task import Task
from multitag.errors import OutputError
from multitag.evaluation.decision_rules import FitRules, apply_nested, fit_rules, fixed_rules
from multitag.evaluation.held_out import OUT_OF_FOLD, HeldOut
from multitag.jobs.run_folder import RunFolder
from multitag.jobs.train.measured import MeasuredModel, held_out_rows, score_sides
from multitag.jobs.train.refit import refit
from multitag.jobs.train.setup import RunSetup

logger = logging.getLogger("multitag")

FIT = "fit.json"  # of a fold; written last, so a fold that has it is finished


@dataclass(frozen=True)
class FoldFit:
    """How the training of a fold went.

    Parameters
    ----------
    epochs : float
        After which its model's weights were what they are.
    seconds : float
    """

    epochs: float
    seconds: float

    def save(self, path: Path) -> None:
        """Write it as JSON, whole or not at all."""
        with new_file(path, replace=True) as file:
            file.write(json.dumps(asdict(self)).encode("ascii"))

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read what :meth:`save` wrote.

        Raises
        ------
        OutputError
            If it cannot be read any more; names the file, and how to go on.
        """
        try:
            values = json.loads(path.read_bytes())
            return cls(float(values["epochs"]), float(values["seconds"]))
        except (OSError, ValueError, TypeError, KeyError, RecursionError) as error:
            raise OutputError(
                f"{path}: damaged: expected the epochs and seconds of a fold; to train that fold again, delete the "
                f"folder {path.parent}"
            ) from error


def cross_validate(setup: RunSetup, model_folder: Path) -> MeasuredModel:
    """Measure every row by a model that did not see it, then train the final model on all of them.

    A run that was killed goes on at the fold, and within it at the checkpoint, where it stopped.

    Parameters
    ----------
    setup : RunSetup
        With folds.
    model_folder : Path
        Gets the final model.
    """
    task, parts = setup.task, setup.fold_tasks
    held_out, fits = measure_folds(setup)
    fit: FitRules = partial(
        fit_rules, config=setup.settings.evaluation, calibrate=True, costs=setup.costs,
        tuned_on=f"out-of-fold probabilities, {len(held_out)} rows",
    )  # fmt: skip
    held_out = held_out.with_decisions(*apply_nested(held_out.y_true, held_out.y_raw, held_out.fold, fit))
    rules = fit(held_out.y_true, held_out.y_raw)
    final, facts = refit(setup, float(np.median([fold_fit.epochs for fold_fit in fits])), model_folder)
    if len(task.rows("test")):  # a table of its own, which the final model has not seen
        y_raw = score_sides(task, model_folder, setup.settings.model.window_pool, ("test",))
        held_out = held_out.joined(held_out_rows(task, y_raw, rules))
    pairs = [(part.rows("train"), part.rows("test")) for part in parts]
    seconds = final.fit.seconds + sum(fold_fit.seconds for fold_fit in fits)
    return MeasuredModel(final, held_out, rules, fit, pairs, seconds, facts)


def measure_folds(setup: RunSetup) -> tuple[HeldOut, list[FoldFit]]:
    """Score every row by a model that did not see it.

    Folds that were done before are read; an unfinished one goes on at its newest checkpoint.

    Returns
    -------
    held_out : HeldOut
        In the order of the table, decided at the fixed threshold.
    fits : list of FoldFit
        One for each fold.
    """
    scored, fits = [], []
    for number in range(len(setup.fold_tasks)):
        held_out, fold_fit = _finish_fold(setup, number)
        scored.append(held_out)
        fits.append(fold_fit)
    return _out_of_fold(scored, setup.fold_tasks), fits


def _finish_fold(setup: RunSetup, number: int) -> tuple[HeldOut, FoldFit]:
    """Train without a fold and score it, unless that was done before."""
    name, n_folds = f"folds/{number + 1}", len(setup.fold_tasks)
    folder = setup.folder.part(name)
    if (folder.root / FIT).is_file():
        logger.info("fold %d of %d: done before", number + 1, n_folds)
    else:
        logger.info("fold %d of %d", number + 1, n_folds)
        _train_fold(setup, name, setup.fold_tasks[number], folder)
    fold_fit = FoldFit.load(folder.root / FIT)
    held_out = HeldOut.load(folder.probabilities)
    shutil.rmtree(folder.checkpoints, ignore_errors=True)  # gigabytes, and of no more use
    return held_out, fold_fit


def _train_fold(setup: RunSetup, name: str, part: Task, folder: RunFolder) -> None:
    settings = setup.settings
    tuned = setup.train_part(name, part, settings)
    with tempfile.TemporaryDirectory(dir=folder.root, prefix=".model.", suffix=".partial") as scratch:
        tuned.save(Path(scratch) / "model")
        y_raw = score_sides(part, Path(scratch) / "model", settings.model.window_pool, ("test",))
    held_out_rows(part, y_raw, fixed_rules(settings.evaluation, len(part.label_set))).save(folder.probabilities)
    FoldFit(tuned.fit.epochs, tuned.fit.seconds).save(folder.root / FIT)


def _out_of_fold(scored: list[HeldOut], parts: tuple[Task, ...]) -> HeldOut:
    """Put the folds together, in the order of the table."""
    index = np.concatenate([part.rows("test") for part in parts])
    joined = replace(scored[0].joined(*scored[1:]), index=index)  # an older multitag's files have none
    fold = np.repeat(np.arange(len(parts)), [len(held_out) for held_out in scored])
    order = np.argsort(index)
    return joined.taken(order, side=OUT_OF_FOLD, fold=fold[order])

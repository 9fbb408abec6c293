"""A model that leaves, and the rows that it, or its like, was measured on."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from multitag.config import Config, Pool
from multitag.data.split.folds import NO_FOLD
from multitag.data.task import Task
from multitag.data.texts import join_text
from multitag.evaluation.decision_rules import DecisionRules, FitRules, fit_rules, fixed_rules
from multitag.evaluation.held_out import HeldOut
from multitag.evaluation.thresholds.costs import Costs
from multitag.evaluation.thresholds.search import MIN_ROWS_TO_TUNE
from multitag.inference.backends.torch import TorchBackend
from multitag.inference.encoding import TextEncoder
from multitag.inference.scoring import score_texts
from multitag.jobs.run_folder import RunFolder
from multitag.training.fine_tune import FineTuned, fine_tune

Probabilities = Mapping[str, NDArray[np.float32]]  # side -> (n_side_rows, n_labels)


@dataclass(frozen=True)
class MeasuredModel:
    """What comes out of training, before it is bundled.

    Parameters
    ----------
    tuned : FineTuned
        The model that leaves.
    held_out : HeldOut
        May have no rows.
    rules : DecisionRules
        Calibration and thresholds that leave with the model.
    fit : callable
        What fitted them, and out of fold those of each fold; the rules of other models are fitted likewise.
    seconds : float
        Of all trainings.
    refit : dict or None
        ``rows`` and ``epochs`` of the training on all rows, where the model that leaves is not the one measured.
    """

    tuned: FineTuned
    held_out: HeldOut
    rules: DecisionRules
    fit: FitRules
    seconds: float
    refit: dict[str, float] | None = None


def train_and_hold_out(
    task: Task, config: Config, folder: RunFolder, model_folder: Path, costs: Costs | None
) -> MeasuredModel:
    """Train on one side, fit the rules on another, measure on the third; then, if asked, train again on all rows.

    Parameters
    ----------
    task : Task
    config : Config
    folder : RunFolder
        Claimed.
    model_folder : Path
        Gets the model that leaves.
    costs : Costs, optional
        Of each label, with the objective ``"cost"``.
    """
    tuned = fine_tune(task, config, folder)
    tuned.save(model_folder)
    # By the files that leave, not by what is in memory.
    y_raw = score_sides(task, model_folder, config.model.window_pool, ("validation", "test"))
    fit: FitRules = partial(_fixed, config=config)
    if len(task.rows("validation")) >= MIN_ROWS_TO_TUNE:
        tuned_on = f"validation, {len(task.rows('validation'))} rows"
        fit = partial(fit_rules, config=config.evaluation, tuned_on=tuned_on, calibrate=False, costs=costs)
    rules = fit(task.y_true("validation"), y_raw.get("validation", np.empty((0, len(task.label_set)), np.float32)))
    held_out = held_out_rows(task, y_raw, rules)
    if not config.split.refits:
        return MeasuredModel(tuned, held_out, rules, fit, tuned.fit.seconds)
    again, refit = train_again(task.whole(), config, tuned.fit.epochs, folder, model_folder)
    return MeasuredModel(again, held_out, rules, fit, tuned.fit.seconds + again.fit.seconds, refit)


def _fixed(y_true: NDArray[np.uint8], y_raw: NDArray[np.float32], *, config: Config) -> DecisionRules:
    return fixed_rules(config.evaluation, y_true.shape[1])


def train_again(
    task: Task, config: Config, epochs: float, folder: RunFolder, model_folder: Path
) -> tuple[FineTuned, dict[str, float]]:
    """Train the model that leaves on all rows, as long as those that were measured.

    Returns
    -------
    tuned : FineTuned
    refit : dict
        ``rows`` and ``epochs``.
    """
    config = config.override(epochs=epochs, early_stopping=None)  # nothing is left to watch
    tuned = fine_tune(task, config, folder.part("refit"))
    shutil.rmtree(model_folder, ignore_errors=True)
    tuned.save(model_folder)
    return tuned, {"rows": len(task.rows("train")), "epochs": epochs}


def score_sides(
    task: Task, model_folder: Path, pool: Pool | None, sides: Sequence[str]
) -> dict[str, NDArray[np.float32]]:
    """Score the rows of the sides that have some with torch; probabilities of shape (n_side_rows, n_labels)."""
    encoder, backend = TextEncoder(model_folder), TorchBackend(model_folder)
    return {
        side: score_texts(encoder, backend, task.texts(side), len(task.label_set), pool=pool)
        for side in sides
        if len(task.rows(side))
    }


def held_out_rows(task: Task, y_raw: Probabilities, rules: DecisionRules) -> HeldOut:
    """Put together the scored rows of some sides, with what the rules make of them."""
    n_labels = len(task.label_set)
    chosen = np.concatenate([task.rows(side) for side in y_raw] or [np.empty(0, dtype=np.int64)])
    raw = np.concatenate([*y_raw.values(), np.empty((0, n_labels), dtype=np.float32)])
    y_prob, y_pred = rules.apply(raw)
    return HeldOut(
        task.label_set.names, np.array([task.table.rows[index] for index in chosen], dtype=np.int64),
        tuple(join_text(task.table.texts[index]) for index in chosen),
        tuple(side for side in y_raw for _ in task.rows(side)), np.full(len(chosen), NO_FOLD), task.y[chosen],
        raw, y_prob, y_pred,
    )  # fmt: skip

"""What all trainings of a run share, and how each is started or resumed."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from multitag.config import Config
from multitag.data.task import Task
from multitag.evaluation.thresholds.costs import Costs, read_costs
from multitag.jobs.run_folder import RunFolder
from multitag.jobs.train.effort.effort import AS_ASKED, Effort
from multitag.jobs.train.facts import data_facts, saved_split
from multitag.jobs.train.guarantees import check_guarantee
from multitag.jobs.train.recipes.resolve import FINE_TUNE, LINEAR, resolve_recipes, unused_notes
from multitag.jobs.train.unknown_tokens import check_unknown_tokens
from multitag.model.base import BaseModel, resolve_base_model
from multitag.model.base_record import find_recorded, record_base_model
from multitag.processes import n_processes
from multitag.training.checkpoints import newest_checkpoint, refuse_other_team
from multitag.training.fine_tune import FineTuned, fine_tune, resolve_settings
from multitag.training.linear import check_linear
from multitag.training.states import refuse_foreign
from multitag.training.team import train_together
from multitag.training.trainer.arguments import check_arguments

logger = logging.getLogger("multitag")


@dataclass(frozen=True, eq=False)
class RunSetup:
    """A run that has begun: from here on nothing that a person said can be wrong any more.

    Parameters
    ----------
    task : Task
    fold_tasks : tuple of Task
        The task of training without each fold; none where the run has one split.
    settings : Config
        With all that was left open chosen, where the model is fine-tuned.
    base : BaseModel
        Chosen once, when the run began; every training takes it.
    folder : RunFolder
        Claimed and begun.
    resumed : bool
        Whether it was begun before.
    data : dict
        Facts about the rows, for the folder of each training and the manifest.
    costs : Costs or None
        Of each label, with the objective ``"cost"``.
    recipes : tuple of str
        Those by which models are trained, the simpler one first.
    notes : tuple of str
        What a reader of the figures must know of the base model, the recipes and these texts.
    effort : Effort
        By which each training has its time.
    """

    task: Task
    fold_tasks: tuple[Task, ...]
    settings: Config
    base: BaseModel
    folder: RunFolder
    resumed: bool
    data: dict[str, Any]
    costs: Costs | None
    recipes: tuple[str, ...]
    notes: tuple[str, ...] = ()
    effort: Effort = AS_ASKED

    def train(self) -> FineTuned:
        """Train in the run's own folder, on from its newest whole checkpoint where it is resumed."""
        return self._fine_tune(self.task, self.settings, self.folder, self.resumed)

    def train_part(self, name: str, task: Task, settings: Config) -> FineTuned:
        """Train in the folder of a part of the run, likewise.

        Raises
        ------
        ConfigError
            If the part was begun with other settings or rows.
        """
        part = self.folder.part(name)
        resumed = part.open(settings, self.data, saved_split(task))
        return self._fine_tune(task, settings, part, resumed)

    def _fine_tune(self, task: Task, settings: Config, folder: RunFolder, resumed: bool) -> FineTuned:
        checkpoint = find_checkpoint(folder.checkpoints) if resumed else None
        n_rows = len(task.rows("train")) + len(task.unlabelled)
        seconds = self.effort.seconds_allowed(settings, n_rows)
        return train_together(fine_tune, task, self.base, settings, folder.checkpoints, checkpoint, seconds)


def set_up_run(task: Task, config: Config, folder: RunFolder, effort: Effort = AS_ASKED) -> RunSetup:
    """Check all that a person said, choose the base model, and begin the run in its folder or find it begun.

    Parameters
    ----------
    task : Task
    config : Config
        With what the effort changes.
    folder : RunFolder
        Claimed. A mistake leaves it as it is.
    effort : Effort, optional
        What was given up for the time that the run has.

    Raises
    ------
    BaseModelError
        If the weights cannot be had or used.
    ConfigError
        If a setting is wrong, or the run was begun with other settings or rows.
    DataError
        If the costs cannot be read, or the base model does not know so much of the texts.
    OutputError
        If the folder cannot be written, or what it keeps is damaged.
    """
    check_guarantee(task, config)
    costs = None if config.evaluation.costs is None else read_costs(config.evaluation.costs, task.label_set.names)
    record = folder.base_model
    base = resolve_base_model(config.model.base_model) if record is None else find_recorded(record)
    if base.stands_in:
        logger.warning("base model: minilm, because %s", base.reason)
    fold_tasks = tuple(task.of_fold(number, config) for number in range(task.n_folds))
    recipes, alone = resolve_recipes(task, base, config)
    settings, first = config, fold_tasks[0] if fold_tasks else task
    if LINEAR in recipes:
        check_linear(first, base, config)
    if FINE_TUNE in recipes:
        settings = resolve_settings(first, base, config)
        if settings.split.refits:  # a mistake that only the last training would meet
            assert settings.training.epochs is not None
            check_arguments(refit_settings(settings, settings.training.epochs), has_validation=False)
    unknown, notes = check_unknown_tokens(task, base, settings)
    data = {**data_facts(task, settings), "unknown_tokens": unknown.to_dict()}
    resumed = folder.open(settings, data, saved_split(task), record_base_model(base))
    overruled = config.training.overruled() if FINE_TUNE in recipes else unused_notes(config.training)
    for note in overruled:
        logger.warning("%s", note)
    notes = (*effort.notes(config.training.minutes), *alone, *overruled, *notes)
    return RunSetup(task, fold_tasks, settings, base, folder, resumed, data, costs, recipes, notes, effort)


def refit_settings(settings: Config, epochs: float) -> Config:
    """Return the settings of a training on all rows: without a choice of the epoch, as nothing is left to watch."""
    return settings.override(epochs=epochs, early_stopping=None, best_epoch=False)


def find_checkpoint(checkpoints: Path) -> Path | None:
    """Find the newest whole checkpoint of a training that is resumed, and log it; None where there is none.

    Raises
    ------
    ConfigError
        If it is not one of the Trainer's, or is of another number of processes.
    """
    checkpoint, skipped = newest_checkpoint(checkpoints)
    for line in skipped:
        logger.warning("%s", line)
    if checkpoint is not None:
        refuse_foreign(checkpoint)
        refuse_other_team(checkpoint, n_processes())
    logger.info("resuming from %s", checkpoint.name if checkpoint else "the start, as there is no whole checkpoint")
    return checkpoint

"""Trainings of a search: each is kept by its settings, so that none is done twice."""

from __future__ import annotations

import hashlib
import logging
import shutil
import time
from pathlib import Path

from multitag.config import Config
from multitag.data.task import Task
from multitag.evaluation.held_out import HeldOut
from multitag.jobs.search.clock import Clock
from multitag.jobs.train.measured import hold_out_by_files
from multitag.jobs.train.recipes.fold_fit import FIT, FoldFit
from multitag.jobs.train.setup import find_checkpoint
from multitag.model.base import BaseModel
from multitag.training.fine_tune import fine_tune

PROBABILITIES = "probabilities.parquet"

logger = logging.getLogger("multitag")


class Fits:
    """What was trained so far.

    Parameters
    ----------
    folder : Path
        Gets a folder for each set of settings, and in it one for each training.
    base : BaseModel
    clock : Clock
        Is told how long trainings took.
    """

    def __init__(self, folder: Path, base: BaseModel, clock: Clock) -> None:
        self.folder, self.base, self.clock = folder, base, clock

    def fit(self, settings: Config, part: Task, name: str) -> tuple[HeldOut, FoldFit]:
        """Train on the training side and score the test side, unless that was done before.

        A training that was stopped goes on from its newest checkpoint.

        Parameters
        ----------
        settings : Config
            Resolved.
        part : Task
        name : str
            Of the training, such as :func:`fold_name` returns: another one for each side that is trained on.

        Returns
        -------
        held_out : HeldOut
            Without calibration, decided at the fixed threshold.
        fit : FoldFit
        """
        place = self.folder / _digest(settings) / name
        if not (place / FIT).is_file():
            self._train(settings, part, place)
            self.recall(settings, part, name)
        fit = FoldFit.load(place / FIT)
        shutil.rmtree(place / "checkpoints", ignore_errors=True)  # gigabytes, and of no more use
        return HeldOut.load(place / PROBABILITIES), fit

    def recall(self, settings: Config, part: Task, name: str) -> None:
        """Let the clock know how long a training took, if it is done."""
        path = self.folder / _digest(settings) / name / FIT
        if path.is_file():
            self.clock.learn(settings, len(part.rows("train")), FoldFit.load(path).seconds)

    def _train(self, settings: Config, part: Task, place: Path) -> None:
        started, checkpoints = time.monotonic(), place / "checkpoints"
        place.mkdir(parents=True, exist_ok=True)
        checkpoint = find_checkpoint(checkpoints) if checkpoints.is_dir() else None
        tuned = fine_tune(part, self.base, settings, checkpoints, checkpoint)
        hold_out_by_files(tuned, part, place, settings).save(place / PROBABILITIES)
        seconds = max(time.monotonic() - started, tuned.fit.seconds)  # some of it before a stop
        FoldFit(tuned.fit.epochs, seconds).save(place / FIT)


def fold_name(number: int) -> str:
    """Return the name of the training without an inner fold, which are numbered from 0."""
    return f"fold-{number + 1}"


def _digest(settings: Config) -> str:
    return hashlib.sha256(settings.to_yaml().encode("utf-8")).hexdigest()[:16]

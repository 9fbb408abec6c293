"""Fine-tuning the whole model: in a run's folder, in one a fold, and once more on all rows."""

from __future__ import annotations

import logging
import shutil

import numpy as np

from multitag.data.task import Task
from multitag.evaluation.held_out import HeldOut
from multitag.jobs.run_folder import RunFolder
from multitag.jobs.train.measured import hold_out_by_files, join_folds
from multitag.jobs.train.recipes.fold_fit import FIT, FoldFit
from multitag.jobs.train.recipes.recipe import OutOfFold
from multitag.jobs.train.recipes.resolve import FINE_TUNE
from multitag.jobs.train.setup import RunSetup, refit_settings
from multitag.stages import stage
from multitag.training.fine_tune import FineTuned

logger = logging.getLogger("multitag")


class FineTuning:
    """The recipe ``fine-tune``."""

    name = FINE_TUNE

    def __init__(self, setup: RunSetup) -> None:
        self.setup = setup

    def train(self) -> FineTuned:
        """Train in the run's own folder, on from its newest whole checkpoint where it is resumed."""
        return self.setup.train()

    def train_again(self, task: Task, epochs: float) -> FineTuned:
        """Train on all rows; the settings are the run's, but for the epochs, and without early stopping."""
        return self.setup.train_part("refit", task, refit_settings(self.setup.settings, epochs))

    def hold_out(self) -> OutOfFold:
        """Train a model for each fold. A run that was killed goes on at the fold, and within it at the checkpoint."""
        parts = self.setup.fold_tasks
        finished = []
        with stage("folds", len(parts)) as under_way:
            for number in range(len(parts)):
                with stage(f"fold {number + 1} of {len(parts)}"):
                    finished.append(self._finish_fold(number))
                    under_way.advance()  # of the folds, so that the line of this one tells what is left
        scored, fits = zip(*finished, strict=True)
        epochs = float(np.median([fit.epochs for fit in fits]))
        return OutOfFold(join_folds(scored, parts), epochs, sum(fit.seconds for fit in fits))

    def _finish_fold(self, number: int) -> tuple[HeldOut, FoldFit]:
        """Train without a fold and score it, unless that was done before."""
        name, n_folds = f"folds/{number + 1}", len(self.setup.fold_tasks)
        folder = self.setup.folder.part(name)
        if (folder.root / FIT).is_file():
            logger.info("fold %d of %d: done before", number + 1, n_folds)
        else:
            logger.info("fold %d of %d", number + 1, n_folds)
            self._train_fold(name, self.setup.fold_tasks[number], folder)
        fit = FoldFit.load(folder.root / FIT)
        held_out = HeldOut.load(folder.probabilities)
        shutil.rmtree(folder.checkpoints, ignore_errors=True)  # gigabytes, and of no more use
        return held_out, fit

    def _train_fold(self, name: str, part: Task, folder: RunFolder) -> None:
        settings = self.setup.settings
        tuned = self.setup.train_part(name, part, settings)
        hold_out_by_files(tuned, part, folder.root, settings).save(folder.probabilities)
        FoldFit(tuned.fit.epochs, tuned.fit.seconds).save(folder.root / FIT)

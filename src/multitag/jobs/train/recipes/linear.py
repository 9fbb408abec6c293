"""A linear head on the frozen encoder: a head a fold, on features that are computed once a run."""

from __future__ import annotations

import logging
import time
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from multitag.atomic import system_errors_as_output_errors
from multitag.data.task import Task
from multitag.evaluation.decision_rules import fixed_rules
from multitag.evaluation.held_out import HeldOut
from multitag.jobs.train.measured import held_out_rows, join_folds, score_by_files
from multitag.jobs.train.recipes.fold_fit import FIT, FoldFit
from multitag.jobs.train.recipes.recipe import OutOfFold
from multitag.jobs.train.recipes.resolve import LINEAR
from multitag.jobs.train.setup import RunSetup
from multitag.stages import stage
from multitag.training.fine_tune import FineTuned
from multitag.training.linear import FrozenEncoder, train_linear

logger = logging.getLogger("multitag")


class LinearHead:
    """The recipe ``linear``."""

    name = LINEAR

    def __init__(self, setup: RunSetup) -> None:
        self.setup = setup

    @cached_property
    def encoder(self) -> FrozenEncoder:
        """The base model as it is; not loaded where all was done before."""
        return FrozenEncoder(self.setup.task, self.setup.base, self.setup.settings)

    def train(self) -> FineTuned:
        """Fit a head on the training side."""
        return train_linear(self.encoder, self.setup.task)

    def train_again(self, task: Task, epochs: float) -> FineTuned:
        """Fit a head on all rows."""
        return train_linear(self.encoder, task)

    def hold_out(self) -> OutOfFold:
        """Fit a head for each fold; all of them are one part of the run, as they take little beside the features."""
        folder, parts = self.setup.folder.part(LINEAR), self.setup.fold_tasks
        if (folder.root / FIT).is_file():
            logger.info("linear head: done before")
        else:
            logger.info("linear head, %d folds", len(parts))
            start, scored = time.perf_counter(), []
            with stage("linear head", len(parts)) as under_way:
                for part in parts:
                    scored.append(self._score(part))
                    under_way.advance()
            with system_errors_as_output_errors(folder.root):
                folder.root.mkdir(exist_ok=True)
            join_folds(scored, parts).save(folder.probabilities)
            FoldFit(0.0, time.perf_counter() - start).save(folder.root / FIT)
        fit = FoldFit.load(folder.root / FIT)
        return OutOfFold(HeldOut.load(folder.probabilities), fit.epochs, fit.seconds)

    def _score(self, part: Task) -> HeldOut:
        """Fit a head without a fold, and score the fold: by its features, or in windows by the files of the model."""
        settings = self.setup.settings
        # There is no epoch to choose: it learns from what early stopping would watch, too.
        rows = np.concatenate([part.rows("train"), part.rows("validation")])
        head = self.encoder.fit_head(part, rows)
        if settings.model.window_pool is None:
            y_raw: dict[str, NDArray[np.float32]] = {"test": head.predict(self.encoder.features(part.rows("test")))}
        else:
            model = self.encoder.with_head(head, rows, 0.0)
            y_raw = score_by_files(model, part, self.setup.folder.root, settings.model.window_pool)
        return held_out_rows(part, y_raw, fixed_rules(settings.evaluation, len(part.label_set)))

"""The estimate at the end: the best settings and the defaults on rows that no trial saw."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from multitag.config import Config
from multitag.data.split.folds import NO_FOLD, fold_rows
from multitag.data.task import Task
from multitag.errors import DataError
from multitag.evaluation.compare import MIN_ROWS, Comparison, compare
from multitag.evaluation.decision_rules import fit_rules
from multitag.evaluation.held_out import HeldOut
from multitag.evaluation.thresholds.costs import Costs
from multitag.jobs.search.fits import Fits, fold_name
from multitag.jobs.train.measured import join_folds
from multitag.jobs.train.setup import refit_settings


def divide(task: Task, config: Config) -> tuple[Task, ...]:
    """Divide the rows that are not held out into inner folds.

    Parameters
    ----------
    task : Task
        Split once, with no validation side; its test side is what no trial sees.
    config : Config
        With folds.

    Returns
    -------
    tuple of Task
        Of training without each fold.

    Raises
    ------
    DataError
        If too few rows are held out to compare anything on them, or there are too few to fill the folds.
    """
    held_out = len(task.rows("test"))
    if held_out < MIN_ROWS:
        raise DataError(
            f"{task.table.source}: {held_out} rows are held out from the search, and a comparison takes at least "
            f"{MIN_ROWS}; set a larger --test-size"
        )
    assert config.split.folds is not None
    rows, named = task.rows("train"), task.duplicates.named is not None
    fold = np.full(len(task.y), NO_FOLD)
    fold[rows] = fold_rows(
        task.duplicates_among(rows), task.y[rows], config.split.folds, config.split.method, config.seed, named=named
    )
    folded = replace(task, fold=fold)
    return tuple(folded.of_fold(number, config) for number in range(folded.n_folds))


class OuterRows:
    """Rows that no trial saw.

    Parameters
    ----------
    task : Task
        Its training side is the rows of the trials, its test side those that none saw.
    parts : sequence of Task
        From :func:`divide`.
    fits : Fits
    costs : Costs or None
        Of each label, with the objective ``"cost"``.
    """

    def __init__(self, task: Task, parts: Sequence[Task], fits: Fits, costs: Costs | None) -> None:
        self.task, self.parts, self.fits, self.costs = task, parts, fits, costs

    def compare(self, best: Config, defaults: Config, seed: int) -> Comparison:
        """Measure both on the outer rows: the difference, and its 95% interval of paired resamples.

        Parameters
        ----------
        best, defaults : Config
            Tried on all inner folds before.
        seed : int
            Of the resamples.
        """
        resamples = best.evaluation.resamples or Config().evaluation.resamples  # the comparison is not left out
        first, second = self._held_out(best), self._held_out(defaults)
        return compare(first, second, names=("best", "defaults"), resamples=resamples, seed=seed)

    def _held_out(self, settings: Config) -> HeldOut:
        """Train on all inner rows, and decide the outer ones by rules of the inner folds, as a run with folds does."""
        tried = [self.fits.fit(settings, part, fold_name(number)) for number, part in enumerate(self.parts)]
        scored, fits = zip(*tried, strict=True)
        inner = join_folds(scored, self.parts)
        fit = partial(fit_rules, config=settings.evaluation, tuned_on="inner folds", calibrate=True, costs=self.costs)
        rules = fit(inner.y_true, inner.y_raw)
        epochs = float(np.median([fold.epochs for fold in fits]))
        outer, _ = self.fits.fit(refit_settings(settings, epochs), self.task, "outer")
        return outer.with_decisions(*rules.apply(outer.y_raw))

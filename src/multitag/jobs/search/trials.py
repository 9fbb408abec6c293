"""The trials: settings drawn, tried on one inner fold after the other, given up where others were better."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

import numpy as np

from multitag.config import Config
from multitag.data.task import Task
from multitag.errors import ConfigError
from multitag.evaluation.held_out import HeldOut
from multitag.evaluation.metrics.compute import compute_metrics
from multitag.evaluation.search_result import FIGURE
from multitag.extras import import_extra
from multitag.jobs.search.clock import Clock, OutOfTime
from multitag.jobs.search.fits import Fits, fold_name
from multitag.jobs.search.space import Space
from multitag.jobs.search.study import DIVERGED, FOLDS, finished_trials
from multitag.stages import duration
from multitag.training.trainer.fit import DIVERGED as DIVERGENCE

logger = logging.getLogger("multitag")


class Trials:
    """Tries settings until there are enough, or no time is left.

    Parameters
    ----------
    study : optuna.Study
    space : Space
    parts : sequence of Task
        The tasks of training without each inner fold.
    fits : Fits
    clock : Clock
    n_rows : int
        That the best settings and the defaults will be trained on at the end.
    """

    def __init__(
        self, study: Any, space: Space, parts: Sequence[Task], fits: Fits, clock: Clock, n_rows: int
    ) -> None:
        self.study, self.space, self.parts, self.fits = study, space, parts, fits
        self.clock, self.n_rows = clock, n_rows
        self.tried = 0

    def run(self, wanted: int | None) -> str:
        """Try settings, the defaults first.

        Parameters
        ----------
        wanted : int or None
            Trials, those before included; None for as many as there is time for.

        Returns
        -------
        str
            What ended it.

        Raises
        ------
        ConfigError
            If the time is over before the defaults were tried, or a training with them diverges.
        """
        if not self.study.trials:
            self.study.enqueue_trial(self.space.default_values())
        done = len(finished_trials(self.study))
        self._recall()
        try:
            while wanted is None or done < wanted:
                self._try(done + 1, wanted)
                done += 1
        except OutOfTime:
            if self.best_value() is None:
                raise ConfigError(self._too_short()) from None
            return f"the time was over after {done} trial{'s' * (done != 1)}"
        return f"{done} trial{'s' * (done != 1)} were asked for"

    def _recall(self) -> None:
        """Let the clock know how long the trainings took that are done."""
        for trial, _ in finished_trials(self.study):
            for number, part in enumerate(self.parts):
                self.fits.recall(self.space.settings(trial.params), part, fold_name(number))

    def best_value(self) -> float | None:
        """Return the best mean over all inner folds so far; None before there is one."""
        values = [trial.value for trial, told in finished_trials(self.study) if told.state == "complete"]
        return max(values, default=None)

    def _try(self, number: int, wanted: int | None) -> None:
        optuna = import_extra("optuna", "search")
        trial = self.study.ask()
        values = {dimension.name: dimension.suggest(trial) for dimension in self.space.dimensions}
        is_default = values == self.space.default_values()
        try:
            value = self._measure(trial, self.space.settings(values), prune=not is_default)
        except ConfigError as error:
            if str(error) != DIVERGENCE or is_default:
                raise
            trial.set_user_attr(DIVERGED, True)
            self.study.tell(trial, state=optuna.trial.TrialState.FAIL)
            said = "the training diverged"
        else:
            if value is None:
                self.study.tell(trial, state=optuna.trial.TrialState.PRUNED)
                said = "pruned"
            else:
                self.study.tell(trial, value)
                said = f"macro average precision {value:.3f}"
        best, of = self.best_value(), f" of {wanted}" if wanted else ""
        left = self._time_left(None if wanted is None else wanted - number)
        shown = "" if best is None else f"; best so far {best:.3f}"
        logger.info("trial %d%s%s: %s%s%s", number, of, " (the defaults)" * is_default, said, shown, left)

    def _measure(self, trial: Any, settings: Config, *, prune: bool) -> float | None:
        """Return the mean over the inner folds; None where it was given up after one of them."""
        figures: list[float] = []
        for number, part in enumerate(self.parts):
            self.clock.refuse(self.clock.estimate(settings, len(part.rows("train"))) + self._at_the_end(settings))
            held_out, _ = self.fits.fit(settings, part, fold_name(number))
            figures.append(fold_figure(held_out))
            trial.report(float(np.mean(figures)), number)
            trial.set_user_attr(FOLDS, figures)
            if prune and number + 1 < len(self.parts) and trial.should_prune():
                return None
        return float(np.mean(figures))

    def _at_the_end(self, settings: Config) -> float:
        """Return the seconds that the defaults and the best will take, each trained on all rows of the inner side."""
        costs = [self.clock.estimate(settings, self.n_rows)]
        costs += [
            self.clock.estimate(self.space.settings(trial.params), self.n_rows)
            for trial, told in finished_trials(self.study)
            if told.state == "complete" and trial.value == self.best_value()
        ]
        default = self.clock.estimate(self.space.defaults, self.n_rows)
        return default + (max(costs) if settings != self.space.settings(self.space.default_values()) else 0.0)

    def _too_short(self) -> str:
        folds = sum(len(part.rows("train")) for part in self.parts) + self.n_rows
        minutes = self.clock.estimate(self.space.defaults, folds) / 60
        return (
            f"minutes: {self.clock.minutes:g} are too few even for the defaults, which need some {minutes:.1f}; "
            "--resume goes on with what was trained"
        )

    def _time_left(self, to_do: int | None) -> str:
        """Say how long it will take: as long as the trials before, but no longer than there is time."""
        self.tried += 1
        elapsed = self.clock.elapsed()
        left = [] if to_do is None else [to_do * elapsed / self.tried]
        left += [] if self.clock.minutes is None else [max(60 * self.clock.minutes - elapsed, 0.0)]
        return f"; about {duration(min(left))} left"


def fold_figure(held_out: HeldOut) -> float:
    """Return the macro average precision of a fold; 0 where no label is on any of its rows."""
    unused = np.zeros(len(held_out.label_names))
    values = compute_metrics(
        held_out.y_true, held_out.y_prob, held_out.y_pred, held_out.label_names, unused
    ).values  # fmt: skip
    return float(values[FIGURE] or 0.0)

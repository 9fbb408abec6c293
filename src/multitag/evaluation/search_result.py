"""What a search tried, and what came of it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

from multitag.evaluation.compare import Comparison

TrialState = Literal["complete", "pruned", "failed"]
Value = int | float | str

FIGURE = "macro_average_precision"  # it needs no thresholds, and moves less than what does


@dataclass(frozen=True)
class TriedSettings:
    """A trial: settings, and the figures of the inner folds that they were tried on.

    Parameters
    ----------
    number : int
        From 1, in the order in which they were tried.
    state : {"complete", "pruned", "failed"}
        Pruned: ended after a fold, as others were better there. Failed: the training diverged.
    values : dict of str to value
        By the names of the settings.
    folds : tuple of float
        Macro average precision of each inner fold that was trained.
    """

    number: int
    state: TrialState
    values: dict[str, Value]
    folds: tuple[float, ...]

    @property
    def mean(self) -> float | None:
        """Mean over its folds; None where there is none."""
        return sum(self.folds) / len(self.folds) if self.folds else None


@dataclass(frozen=True)
class SearchResult:
    """What a search tried, and what came of it.

    Parameters
    ----------
    source : str
        The table.
    n_rows, n_outer_rows : int
        Rows that the trials were trained and measured on, and rows that no trial saw.
    n_folds : int
        Inner folds.
    trials : tuple of TriedSettings
        Without those that were not finished.
    defaults, best : int
        Numbers of the trials of the defaults, and of the best.
    importances : dict of str to float
        Share of each setting in how the trials differ, the largest first; empty where they are too few to tell.
    comparison : Comparison
        The best settings and the defaults on the rows that no trial saw.
    seconds : float
        Of all trainings.
    stopped : str
        What ended it: the trials that were asked for, or the time.
    """

    source: str
    n_rows: int
    n_outer_rows: int
    n_folds: int
    trials: tuple[TriedSettings, ...]
    defaults: int
    best: int
    importances: dict[str, float]
    comparison: Comparison
    seconds: float
    stopped: str

    def trial(self, number: int) -> TriedSettings:
        """Return the trial of a number."""
        return next(trial for trial in self.trials if trial.number == number)

    def to_dict(self) -> dict[str, Any]:
        """Return plain dictionaries and lists that fit JSON."""
        return {"figure": FIGURE, **asdict(self), "comparison": self.comparison.to_dict()}

"""Other thresholds for a model as it is, and what they change: judged on rows that had no say in them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from multitag.errors import DataError
from multitag.evaluation.arrays import as_binary, as_probabilities
from multitag.evaluation.intervals.bootstrap import draw_weights, interval_of
from multitag.evaluation.thresholds.costs import Costs
from multitag.evaluation.thresholds.objectives import (
    AtLeastPrecision,
    AtLeastRecall,
    FBeta,
    Hamming,
    MicroF1,
    find_objective,
)
from multitag.evaluation.thresholds.search import MIN_ROWS_TO_TUNE
from multitag.evaluation.thresholds.tally import Tally
from multitag.evaluation.thresholds.thresholds import Thresholds, apply_thresholds, tune_thresholds
from multitag.report.tables import format_figure

PARTS = 5

Figures = dict[str, float | None]

_AT_ONCE = 2_000_000  # draws of rows that are held at a time


@dataclass(frozen=True)
class Retuned:
    """Thresholds and what they change.

    Parameters
    ----------
    thresholds : Thresholds
        The new ones, tuned on all rows.
    n_rows : int
    before, after : dict of str to (float or None)
        Figures on the rows by their titles, that of the objective first; None where undefined. Those after are of rows
        that each were decided by thresholds tuned on others.
    difference : dict of str to (tuple of float or None)
        After minus before: the low and the high end of the 95% interval of the paired bootstrap; None where it is
        undefined or no resample moves it.
    """

    thresholds: Thresholds
    n_rows: int
    before: Figures
    after: Figures
    difference: dict[str, tuple[float, float] | None]

    def rows(self) -> tuple[list[str], list[list[str]]]:
        """Format as a table: a header, and a row a figure with the interval of its difference."""
        rows = []
        for title, after in self.after.items():
            ends = self.difference[title]
            interval = "undefined" if ends is None else "[{:+.3f}, {:+.3f}]".format(*ends)
            rows.append([title, format_figure(self.before[title]), format_figure(after), interval])
        return [f"On {self.n_rows} rows", "before", "tuned", "difference, 95%"], rows

    def to_dict(self) -> dict[str, Any]:
        """Give plain values that fit JSON."""
        return {
            "objective": self.thresholds.objective, "tuned_on": self.thresholds.tuned_on, "rows": self.n_rows,
            "before": self.before, "after": self.after,
            "difference": {title: None if ends is None else list(ends) for title, ends in self.difference.items()},
        }  # fmt: skip


def retune_thresholds(
    y_true: ArrayLike,
    y_prob: ArrayLike,
    present: Thresholds,
    *,
    tuned_on: str,
    seed: int,
    resamples: int,
    objective: str = "f1",
    costs: Costs | None = None,
) -> Retuned:
    """Tune thresholds, and compare them with the present ones.

    Thresholds look better than they are on the rows that they were tuned on. So for the figures the rows are divided
    into five parts at random, and each is decided by thresholds that were tuned on the other four.

    Parameters
    ----------
    y_true : array_like, shape (n_rows, n_labels)
        1 where the row has the label, 0 elsewhere.
    y_prob : array_like, shape (n_rows, n_labels)
        Calibrated probabilities in [0, 1], of rows that the model was not trained on.
    present : Thresholds
        With those of the new ones that are fixed.
    tuned_on : str
        What the rows are.
    seed : int
        Of the division and of the resamples.
    resamples : int
        Of the bootstrap behind the intervals.
    objective : str
    costs : Costs, optional
        As in :func:`~multitag.evaluation.thresholds.thresholds.tune_thresholds`.

    Returns
    -------
    Retuned

    Raises
    ------
    DataError
        If there are too few rows to tune on or none has a label, or the arrays do not fit each other.
    ConfigError
        If there is no such objective, or the costs do not go with it.
    """
    true, prob = as_binary(y_true, "y_true"), as_probabilities(y_prob, "y_prob")
    if len(true) < MIN_ROWS_TO_TUNE:
        raise DataError(f"{tuned_on}: thresholds tuned on so few rows are noise; give at least {MIN_ROWS_TO_TUNE}")

    def tune(rows: NDArray[np.bool_]) -> Thresholds:
        return tune_thresholds(
            true[rows], prob[rows], fixed=present.fixed, tuned_on=tuned_on, objective=objective, costs=costs
        )

    thresholds = tune(np.ones(len(true), dtype=bool))
    if thresholds.per_label is None:
        raise DataError(f"{tuned_on}: no row has a label of the model; give rows that have some")
    part = np.random.default_rng(seed).permutation(len(true)) % PARTS
    after = np.empty_like(true)
    for each in range(PARTS):
        after[part == each] = apply_thresholds(prob[part == each], tune(part != each).values())
    before = apply_thresholds(prob, present.values())
    aim = find_objective(objective, costs, true.shape[1])
    shown = {each.title: each for each in (aim, FBeta(1), MicroF1(), AtLeastPrecision(1), AtLeastRecall(1), Hamming())}

    def measure(pred: NDArray[np.int64], weights: NDArray[np.int64] | None = None) -> NDArray[np.float64]:
        decided = Tally.of(true, pred, weights)
        return np.stack([each.value(decided) for each in shown.values()])  # (n_shown,) or (n_shown, n_resamples)

    at_once = max(1, _AT_ONCE // len(true))
    moved = [
        measure(after, weights) - measure(before, weights)
        for weights in draw_weights(len(true), resamples, seed, at_once)
    ]
    old, new = measure(before), measure(after)
    ends = map(interval_of, np.concatenate(moved, axis=1), new - old)
    return Retuned(
        thresholds, len(true), _by_title(shown, old), _by_title(shown, new), dict(zip(shown, ends, strict=True))
    )


def _by_title(titles: Iterable[str], values: NDArray[np.float64]) -> Figures:
    return {title: None if np.isnan(value) else float(value) for title, value in zip(titles, values, strict=True)}

"""New thresholds for a model as it is, and what they change, measured on rows not used to tune them. numpy only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from multitag.config.objective import parse_objective
from multitag.errors import DataError
from multitag.evaluation.arrays import as_labels, as_probabilities
from multitag.evaluation.intervals.bootstrap import Interval, interval_of
from multitag.evaluation.intervals.resamples import draw_resamples
from multitag.evaluation.metrics.decisions import DecisionCounts, DecisionKernel, count_decisions
from multitag.evaluation.thresholds.costs import Costs
from multitag.evaluation.thresholds.objectives import (
    AtLeastPrecision,
    AtLeastRecall,
    FBeta,
    Hamming,
    MicroF1,
    Objective,
    find_objective,
)
from multitag.evaluation.thresholds.search import MIN_ROWS_TO_TUNE
from multitag.evaluation.thresholds.thresholds import Thresholds, apply_thresholds
from multitag.evaluation.thresholds.tune import tune_thresholds

PARTS = 5

_STANDARD = (FBeta(1), MicroF1(), AtLeastPrecision(1), AtLeastRecall(1), Hamming())  # measured whatever is tuned for

# What the figures are called in metrics.json; F-beta follows from its name.
_FILE_KEYS = {
    "micro_f1": "Micro F1",
    "micro_precision": "Micro precision",
    "micro_recall": "Micro recall",
    "hamming_loss": "Hamming loss",
    "cost_per_row": "Cost a row",
}

Value = TypeVar("Value")


@dataclass(frozen=True)
class Retuned:
    """Thresholds and what they change.

    Parameters
    ----------
    thresholds : Thresholds
        The new ones, tuned on all rows.
    n_rows : int
        Rows that they were tuned on.
    before : dict of str to (float or None)
        Figures of the rows at the thresholds before, by name; None where undefined. That of the objective is first,
        such as ``"macro_f1"`` or ``"cost_per_row"``.
    after : dict of str to (float or None)
        The same, each part of the rows decided by thresholds tuned on the other parts.
    difference : dict of str to (tuple of float or None)
        After minus before: the low and the high end of the 95% interval of the paired bootstrap; None where it is
        undefined or no resample moves it.
    fair : bool
        Whether the figures before, too, are of rows that had no say.
    """

    thresholds: Thresholds
    n_rows: int
    before: dict[str, float | None]
    after: dict[str, float | None]
    difference: dict[str, Interval | None]
    fair: bool = True

    @property
    def objective_figure(self) -> str:
        """Name of the figure that the thresholds were tuned for."""
        return next(iter(self.after))

    def to_dict(self) -> dict[str, Any]:
        """Return plain values that fit JSON: the part ``retuned`` of metrics.json."""
        return {
            "objective": self.thresholds.objective,
            "tuned_on": self.thresholds.tuned_on,
            "rows": self.n_rows,
            "before": _by_file_key(self.before),
            "after": _by_file_key(self.after),
            "difference": _by_file_key({name: ends and list(ends) for name, ends in self.difference.items()}),
        }


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
    same_rows: bool = False,
) -> Retuned:
    """Tune thresholds, and compare them with the present ones.

    Thresholds look better than they are on the rows that they were tuned on. So for the figures the rows are divided
    into five parts at random, and each is decided by thresholds that were tuned on the other four: by the new
    objective, and where the present ones were tuned on these rows, by theirs.

    Parameters
    ----------
    y_true : array_like, shape (n_rows, n_labels)
        1 where the row has the label, 0 where it has not, UNKNOWN where nobody judged.
    y_prob : array_like, shape (n_rows, n_labels)
        Calibrated probabilities in [0, 1], of rows that the model was not trained on.
    present : Thresholds
        Those to compare with; their fixed threshold is kept.
    tuned_on : str
        What the rows are.
    seed : int
        Random seed of the division and of the resamples.
    resamples : int
        Of the bootstrap behind the intervals, at least 100. Fewer are drawn, 200 at least, where rows times labels are
        more than 200,000.
    objective : str
    costs : Costs, optional
        As in :func:`~multitag.evaluation.thresholds.tune.tune_thresholds`.
    same_rows : bool, default False
        Whether the present thresholds were tuned on these rows. Those by costs of which nothing is known here are
        measured as they are.

    Returns
    -------
    Retuned

    Raises
    ------
    DataError
        If there are too few rows to tune on or none has a label, or the arrays do not fit each other.
    ConfigError
        If there is no such objective, the costs do not go with it, or there are fewer than 100 resamples.
    """
    true, prob = as_labels(y_true, "y_true"), as_probabilities(y_prob, "y_prob")
    if len(true) < MIN_ROWS_TO_TUNE:
        raise DataError(f"{tuned_on}: thresholds tuned on so few rows are noise; use at least {MIN_ROWS_TO_TUNE}")

    def tune(rows: NDArray[np.bool_], objective: str) -> Thresholds:
        return tune_thresholds(
            true[rows], prob[rows], fixed=present.fixed, tuned_on=tuned_on, objective=objective,
            costs=costs if parse_objective(objective).needs_costs else None,
        )  # fmt: skip

    thresholds = tune(np.ones(len(true), dtype=bool), objective)
    if thresholds.per_label is None:
        raise DataError(f"{tuned_on}: no row has a label of the model; use rows that do")
    former = present.objective if same_rows and present.policy != "fixed" else None
    refits = former is not None and (costs is not None or not parse_objective(former).needs_costs)
    part = np.random.default_rng(seed).permutation(len(true)) % PARTS

    @cache  # where the objective is the former one too, both decide alike
    def tune_without(held_out: int, objective: str) -> Thresholds:
        return tune(part != held_out, objective)

    before, after = apply_thresholds(prob, present.values()), np.empty_like(true)
    for held_out in range(PARTS):
        inside = part == held_out
        after[inside] = apply_thresholds(prob[inside], tune_without(held_out, objective).values())
        if former is not None and refits:
            refitted = tune_without(held_out, former)
            if refitted.per_label is not None:
                refitted = replace(refitted, policy=present.policy)
            before[inside] = apply_thresholds(prob[inside], refitted.values())
    aims = {aim.figure: aim for aim in (find_objective(objective, costs, true.shape[1]), *_STANDARD)}
    old, new, ends = _compare(aims, true, before, after, resamples, seed)
    return Retuned(thresholds, len(true), old, new, ends, fair=refits or former is None)


def _compare(
    aims: Mapping[str, Objective],
    true: NDArray[np.int64],
    before: NDArray[np.int64],
    after: NDArray[np.int64],
    resamples: int,
    seed: int,
) -> tuple[dict[str, float | None], dict[str, float | None], dict[str, Interval | None]]:
    """Measure two predictions of the same rows, and the interval of their differences."""

    def measure(counts: DecisionCounts) -> NDArray[np.float64]:
        return np.stack([aim.value(counts) for aim in aims.values()])  # (n_aims, n_weightings)

    old, new = (measure(count_decisions(true, pred))[:, 0] for pred in (before, after))
    old_kernel, new_kernel = DecisionKernel(true, before), DecisionKernel(true, after)
    n_rows, n_labels = true.shape
    moved = [
        measure(new_kernel.count(weights)) - measure(old_kernel.count(weights))
        for weights in draw_resamples(n_rows, n_labels, resamples, seed)
    ]
    ends = map(interval_of, np.concatenate(moved, axis=1), new - old)
    return _defined(aims, old), _defined(aims, new), dict(zip(aims, ends, strict=True))


def _defined(names: Iterable[str], values: NDArray[np.float64]) -> dict[str, float | None]:
    return {name: None if np.isnan(value) else float(value) for name, value in zip(names, values, strict=True)}


def _by_file_key(figures: Mapping[str, Value]) -> dict[str, Value]:
    return {_FILE_KEYS.get(name, name.replace("macro_f", "Macro F")): value for name, value in figures.items()}

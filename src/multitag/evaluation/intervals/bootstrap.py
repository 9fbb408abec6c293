"""How far a figure would move with other rows: 95% intervals of figures, and of what sets two classifiers apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from multitag.errors import DataError
from multitag.evaluation.arrays import as_binary, as_labels, check_probabilities, check_same_shape, count_labels
from multitag.evaluation.intervals.resamples import draw_resamples
from multitag.evaluation.metrics.decisions import DecisionKernel
from multitag.evaluation.metrics.kernel import Draws, FigureKernel, WeightedFigures, compute_points
from multitag.evaluation.metrics.rankings import RankingKernel

Interval = tuple[float, float]
Predicted = tuple[ArrayLike, ArrayLike]  # y_prob and y_pred, each of shape (n_rows, n_labels)

LEVEL = 0.95
ROUNDING = 1e-9  # of a figure that was added up in another order than its resamples
MIN_SUPPORT = 5  # rows with a label, below which resampling them says nothing about that label


@dataclass(frozen=True)
class Intervals:
    """95% intervals of all figures at one kind of threshold.

    Parameters
    ----------
    overall : dict of str to (tuple of float or None)
        Low and high, by the names in ``Metrics.values``; None where :func:`interval_of` gives none.
    per_label : tuple of dict of str to (tuple of float or None), length n_labels
        By the names in ``LabelMetrics``.
    """

    overall: dict[str, Interval | None]
    per_label: tuple[dict[str, Interval | None], ...]


def bootstrap_intervals(
    y_true: ArrayLike, y_prob: ArrayLike, y_preds: Sequence[ArrayLike], *, resamples: int, seed: int
) -> list[Intervals]:
    """Compute the 95% interval of every figure: the rows are drawn anew, as many as there are, and measured each time.

    Parameters
    ----------
    y_true : array_like, shape (n_rows, n_labels)
        0 and 1, and UNKNOWN where nobody judged.
    y_prob : array_like, shape (n_rows, n_labels)
        Probabilities in [0, 1].
    y_preds : sequence of array_like, each of shape (n_rows, n_labels)
        0 and 1: what is predicted at each kind of threshold.
    resamples : int
        At least 100. Fewer are drawn, 200 at least, where rows times labels are more than 200,000.
    seed : int
        Random seed of the draws.

    Returns
    -------
    list of Intervals
        One for each of ``y_preds``. A label on fewer than 5 rows has None for all figures, and one that fewer than
        5 rows lack has None for ROC-AUC: a figure that hangs on so few rows moves with rows that were never drawn.

    Raises
    ------
    DataError
        If there are no rows, the shapes differ or a value is out of range.
    ConfigError
        If there are fewer than 100 resamples.

    References
    ----------
    Efron and Tibshirani (1993), "An Introduction to the Bootstrap".
    """
    true = as_labels(y_true, "y_true").astype(np.int8)
    _check(true, y_prob, *y_preds)
    ranked, drawn = _resample(RankingKernel(true, check_probabilities(y_prob, "y_prob")), true.shape, resamples, seed)
    intervals = []
    for y_pred in y_preds:
        points, draws = _resample(DecisionKernel(true, as_binary(y_pred, "y_pred")), true.shape, resamples, seed)
        intervals.append(_intervals(points | ranked, draws | drawn, *count_labels(true)))
    return intervals


def paired_differences(
    y_true: ArrayLike, a: Predicted, b: Predicted, *, resamples: int, seed: int
) -> dict[str, tuple[float, float, float]]:
    """Compute by how much one classifier's figures are above another's on the same rows, with 95% intervals.

    Both are measured on the same resamples: what makes rows easy or hard for both cancels, so the interval is of the
    difference, and mostly narrower than those of the two figures.

    Parameters
    ----------
    y_true : array_like, shape (n_rows, n_labels)
        0 and 1, and UNKNOWN where nobody judged.
    a, b : tuple of array_like
        Probabilities in [0, 1] and predictions (0 and 1), each of shape (n_rows, n_labels).
    resamples : int
        At least 100. Fewer are drawn, 200 at least, where rows times labels are more than 200,000.
    seed : int
        Random seed of the draws.

    Returns
    -------
    dict of str to tuple of float
        ``a`` minus ``b`` on all rows, then the low and the high end, by the names in ``Metrics.values``; without those
        that are undefined for either, or outside of their interval (see :func:`interval_of`).

    Raises
    ------
    DataError
        If there are no rows, the shapes differ or a value is out of range.
    ConfigError
        If there are fewer than 100 resamples.
    """
    true = as_labels(y_true, "y_true").astype(np.int8)
    for predicted in (a, b):
        _check(true, *predicted)
    (of_a, drawn_a), (of_b, drawn_b) = (_resample_overall(true, predicted, resamples, seed) for predicted in (a, b))
    differences = {name: float(of_a[name][0] - of_b[name][0]) for name in of_a}
    defined = [name for name, value in differences.items() if not np.isnan(value)]
    ends = {name: _ends(drawn_a[name] - drawn_b[name]).tolist() for name in defined}
    return {
        name: (differences[name], low, high)
        for name, (low, high) in ends.items()
        if _holds(low, high, differences[name])
    }


def interval_of(draws: Draws, value: float) -> Interval | None:
    """Compute the 95% interval of a figure from its values in the resamples.

    Parameters
    ----------
    draws : ndarray of float64, shape (n_resamples,)
        NaN where it is undefined; these are left out.
    value : float
        The figure on the rows themselves.

    Returns
    -------
    tuple of float, or None
        Low and high. None where the figure is undefined, or no resample moves it: that is no sign of certainty, these
        rows say nothing about how far it would move. None, too, where they do not hold the figure: a resample lacks
        labels that are on one or two rows, and the mean of the others is of another thing.

    Examples
    --------
    >>> interval_of(np.array([0.2] * 50 + [0.4] * 50), 0.3)
    (0.2, 0.4)
    """
    if np.isnan(value):
        return None
    low, high = _ends(draws)
    return _interval(float(low), float(high), value)


def _check(true: NDArray[np.int8], y_prob: ArrayLike, *y_preds: ArrayLike) -> None:
    """Check all before any is resampled, and keep no copy: of a large table, each is much."""
    prob = check_probabilities(y_prob, "y_prob")
    for y_pred in y_preds:
        check_same_shape(y_true=true, y_prob=prob, y_pred=as_binary(y_pred, "y_pred"))
    if len(true) == 0:
        raise DataError("nothing to resample: 0 rows; expected at least one")


def _resample(
    kernel: FigureKernel, shape: tuple[int, ...], resamples: int, seed: int
) -> tuple[WeightedFigures, WeightedFigures]:
    """Compute the figures of the rows themselves, and of resamples: the same ones for all kernels.

    They are drawn again for each kernel, which takes next to no time: so only one kernel is in memory.
    """
    n_rows, n_labels = shape
    draws = [kernel.compute(weights) for weights in draw_resamples(n_rows, n_labels, resamples, seed)]
    return compute_points(kernel, n_rows), WeightedFigures.concatenate(draws)


def _resample_overall(
    true: NDArray[np.int8], predicted: Predicted, resamples: int, seed: int
) -> tuple[dict[str, Draws], dict[str, Draws]]:
    """Compute the figures of all labels together, of the rows themselves and of resamples."""
    y_prob, y_pred = predicted
    points, draws = _resample(DecisionKernel(true, as_binary(y_pred, "y_pred")), true.shape, resamples, seed)
    ranking = RankingKernel(true, check_probabilities(y_prob, "y_prob"))
    ranked, drawn = _resample(ranking, true.shape, resamples, seed)
    return points.overall | ranked.overall, draws.overall | drawn.overall


def _intervals(
    points: WeightedFigures, draws: WeightedFigures, support: NDArray[np.int64], judged: NDArray[np.int64]
) -> Intervals:
    overall = {name: interval_of(values, float(points.overall[name][0])) for name, values in draws.overall.items()}
    enough = dict.fromkeys(draws.per_label, support >= MIN_SUPPORT)  # (n_labels,) each
    enough["roc_auc"] = np.minimum(support, judged - support) >= MIN_SUPPORT
    columns = {}
    for name, values in draws.per_label.items():
        of_labels = zip(*_ends(values).tolist(), points.per_label[name][0].tolist(), enough[name], strict=True)
        columns[name] = [_interval(low, high, value) if rows else None for low, high, value, rows in of_labels]
    per_label = zip(*columns.values(), strict=True)
    return Intervals(overall, tuple(dict(zip(columns, of_label, strict=True)) for of_label in per_label))


def _interval(low: float, high: float, value: float) -> Interval | None:
    return (low, high) if high > low and _holds(low, high, value) else None


def _holds(low: float, high: float, value: float) -> bool:
    return low - ROUNDING <= value <= high + ROUNDING


def _ends(draws: Draws) -> NDArray[np.float64]:
    """Compute the percentiles of what is defined, shape (2,) or (2, n_labels); NaN where nothing is.

    As ``np.nanquantile``, which takes the labels one after another.
    """
    ordered = np.sort(draws, axis=0)  # NaN last
    last = np.maximum((~np.isnan(draws)).sum(axis=0) - 1, 0)  # (n_labels,)
    place = np.multiply.outer([(1 - LEVEL) / 2, (1 + LEVEL) / 2], last)  # (2, n_labels)
    before = place.astype(np.int64)
    low, high = (np.take_along_axis(ordered, index, axis=0) for index in (before, np.minimum(before + 1, last)))
    return np.asarray(low + (high - low) * (place - before))

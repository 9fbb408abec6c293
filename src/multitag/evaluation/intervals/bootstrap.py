"""How far a figure would move with other rows: 95% intervals of figures, and of what sets two classifiers apart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from multitag.errors import ConfigError, DataError
from multitag.evaluation.arrays import as_binary, as_labels, as_probabilities, check_same_shape, count_labels
from multitag.evaluation.metrics.decisions import DecisionKernel
from multitag.evaluation.metrics.kernel import Draws, FigureKernel, WeightedFigures, Weights, compute_points
from multitag.evaluation.metrics.rankings import RankingKernel

Interval = tuple[float, float]
Predicted = tuple[ArrayLike, ArrayLike]  # y_prob and y_pred, each of shape (n_rows, n_labels)

LEVEL = 0.95
ROUNDING = 1e-9  # of a figure that was added up in another order than its resamples
MIN_SUPPORT = 5  # rows with a label, below which resampling them says nothing about that label
MIN_RESAMPLES = 100  # fewer do not reach to the 2.5th percentile with any steadiness
AT_ONCE = 2_000_000  # numbers of one running sum: resamples are drawn in parts that stay within the caches
# Rows x labels x resamples that are drawn at most, for some ten seconds: on so many rows intervals are so narrow that
# the noise of fewer resamples does not show.
MAX_WORK, LEAST_RESAMPLES = 400_000_000, 200


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
    true, prob = as_labels(y_true, "y_true"), as_probabilities(y_prob, "y_prob")
    preds = [as_binary(y_pred, "y_pred") for y_pred in y_preds]
    _check(true, prob, *preds)
    kernels: list[FigureKernel] = [RankingKernel(true, prob), *(DecisionKernel(true, pred) for pred in preds)]
    points, draws = _resample(kernels, true.shape, resamples, seed)
    return [
        _intervals(points[kind] | points[0], draws[kind] | draws[0], *count_labels(true))
        for kind in range(1, len(kernels))
    ]


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
    true = as_labels(y_true, "y_true")
    kernels: list[FigureKernel] = []
    for y_prob, y_pred in (a, b):
        prob, pred = as_probabilities(y_prob, "y_prob"), as_binary(y_pred, "y_pred")
        _check(true, prob, pred)
        kernels += [RankingKernel(true, prob), DecisionKernel(true, pred)]
    points, draws = _resample(kernels, true.shape, resamples, seed)
    of_a, of_b = ((points[first + 1] | points[first]).overall for first in (0, 2))
    drawn_a, drawn_b = ((draws[first + 1] | draws[first]).overall for first in (0, 2))
    differences = {name: float(of_a[name][0] - of_b[name][0]) for name in of_a}
    ends = {name: _ends(drawn_a[name] - drawn_b[name]) for name, value in differences.items() if not np.isnan(value)}
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
    return (low, high) if high > low and _holds(low, high, value) else None


def draw_resamples(n_rows: int, n_labels: int, resamples: int, seed: int) -> Iterator[Weights]:
    """Draw resamples, no more than are worth their time, in parts that stay within the caches.

    Parameters
    ----------
    n_rows, n_labels : int
    resamples : int
        At least 100. Fewer are drawn, 200 at least, where rows times labels are more than 200,000.
    seed : int
        Random seed of the draws.

    Returns
    -------
    iterator of ndarray of int64, shape (n_part, n_rows)
        How often each row was drawn.

    Raises
    ------
    ConfigError
        If there are fewer than 100 resamples.
    """
    if resamples < MIN_RESAMPLES:
        raise ConfigError(f"resamples: expected at least {MIN_RESAMPLES}, got {resamples}")
    affordable = max(LEAST_RESAMPLES, MAX_WORK // (n_rows * n_labels))
    return draw_weights(n_rows, min(resamples, affordable), seed, max(1, AT_ONCE // (n_rows * n_labels)))


def draw_weights(n_rows: int, resamples: int, seed: int, at_once: int) -> Iterator[Weights]:
    """Draw ``n_rows`` rows with replacement, ``resamples`` times, and count how often each was drawn.

    Yields
    ------
    ndarray of int64, shape (at_once, n_rows)
        Each row sums to ``n_rows``; the last part may be shorter.
    """
    rng = np.random.default_rng(seed)
    for start in range(0, resamples, at_once):
        many = min(at_once, resamples - start)
        drawn = rng.integers(n_rows, size=(many, n_rows)) + n_rows * np.arange(many)[:, None]
        yield np.bincount(drawn.ravel(), minlength=many * n_rows).reshape(many, n_rows)


def _check(true: NDArray[np.int64], prob: NDArray[np.float64], *preds: NDArray[np.int64]) -> None:
    for pred in preds:
        check_same_shape(y_true=true, y_prob=prob, y_pred=pred)
    if len(true) == 0:
        raise DataError("nothing to resample: 0 rows; expected at least one")


def _resample(
    kernels: Sequence[FigureKernel], shape: tuple[int, ...], resamples: int, seed: int
) -> tuple[list[WeightedFigures], list[WeightedFigures]]:
    """Compute the figures of the rows themselves, and of resamples: the same ones for all kernels."""
    n_rows, n_labels = shape
    weightings = draw_resamples(n_rows, n_labels, resamples, seed)
    parts = [[kernel.compute(weights) for kernel in kernels] for weights in weightings]
    points = [compute_points(kernel, n_rows) for kernel in kernels]
    return points, [WeightedFigures.concatenate(of_kernel) for of_kernel in zip(*parts, strict=True)]


def _intervals(
    points: WeightedFigures, draws: WeightedFigures, support: NDArray[np.int64], judged: NDArray[np.int64]
) -> Intervals:
    overall = {name: interval_of(values, float(points.overall[name][0])) for name, values in draws.overall.items()}
    per_label: list[dict[str, Interval | None]] = []
    for label, (rows, of_rows) in enumerate(zip(support.tolist(), judged.tolist(), strict=True)):
        enough = dict.fromkeys(draws.per_label, rows >= MIN_SUPPORT)
        enough["roc_auc"] = min(rows, of_rows - rows) >= MIN_SUPPORT
        per_label.append(
            {
                name: interval_of(values[:, label], float(points.per_label[name][0, label])) if enough[name] else None
                for name, values in draws.per_label.items()
            }
        )
    return Intervals(overall, tuple(per_label))


def _holds(low: float, high: float, value: float) -> bool:
    return low - ROUNDING <= value <= high + ROUNDING


def _ends(draws: Draws) -> Interval:
    """Compute the percentiles of what is defined."""
    low, high = np.nanquantile(draws, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)

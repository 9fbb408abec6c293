"""How far probabilities can be taken at their word: Brier score, expected calibration error, reliability curve."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from multitag.errors import DataError
from multitag.evaluation.arrays import as_labels, as_probabilities, check_same_shape, judged_cells
from multitag.evaluation.records import Count, Record, Share, in_json

N_BINS = 15


@dataclass(frozen=True)
class Reliability(Record):
    """Figures of probabilities against what came true.

    Parameters
    ----------
    brier : float
        Mean squared difference of probability and truth over all (row, label) pairs, in [0, 1], which is also the mean
        of the labels' own where all pairs were judged; 0 is best.
    ece : float
        Expected calibration error in [0, 1] of all (row, label) pairs together, in the bins of the reliability
        curve.
    label_ece : float or None
        Mean of the labels' own expected calibration errors, over the labels with a positive. A label that is too high
        and one that is too low cancel in ``ece`` and do not here; few positives make it larger than it is.
    curve : tuple of (mean probability, share of positives, pairs)
        Mean probability, share that has the label and number of pairs of each bin. All (row, label) pairs are sorted by
        probability into bins of as equal numbers as ties allow.
    """

    brier: Share
    ece: Share
    label_ece: Share | None
    curve: tuple[tuple[Share, Share, Count], ...] = field(metadata=in_json("reliability"))


@dataclass(frozen=True)
class CalibrationComparison(Record):
    """Probabilities before calibration and after.

    Parameters
    ----------
    side : str
        The rows measured: ``"out_of_fold"``, ``"test"`` or ``"validation"``.
    method : str
        How they were calibrated, such as ``"platt"``; ``"none"`` where they were not.
    before : Reliability
        Of the model's probabilities.
    after : Reliability
        Of the calibrated ones.
    """

    side: str
    method: str
    before: Reliability
    after: Reliability


def measure_reliability(y_true: ArrayLike, y_prob: ArrayLike, *, n_bins: int = N_BINS) -> Reliability:
    """Measure probabilities against the truth.

    Parameters
    ----------
    y_true : array_like, shape (n_rows, n_labels)
        1 where the row has the label, 0 where it has not, UNKNOWN where nobody judged: such pairs are left out.
    y_prob : array_like, shape (n_rows, n_labels)
        Probabilities in [0, 1].
    n_bins : int, default 15

    Returns
    -------
    Reliability

    Raises
    ------
    DataError
        If there are no rows, or none on which a label was judged, the shapes differ or a value is out of range.

    References
    ----------
    Brier (1950), "Verification of forecasts expressed in terms of probability".
    Nguyen and O'Connor (2015), "Posterior calibration and exploratory analysis for natural language processing models",
    on bins of equal mass.

    Examples
    --------
    >>> measured = measure_reliability([[0], [1], [1], [1]], [[0.2], [0.2], [0.9], [0.9]], n_bins=2)
    >>> round(measured.brier, 3), round(measured.ece, 3), measured.curve[1]
    (0.175, 0.2, (0.9, 1.0, 2))
    """
    true, prob = as_labels(y_true, "y_true"), as_probabilities(y_prob, "y_prob")
    check_same_shape(y_true=true, y_prob=prob)
    if len(true) == 0:
        raise DataError("nothing to measure: 0 rows; expected at least one")
    judged = judged_cells(true)
    if not judged.any():
        raise DataError("nothing to measure: no label was judged on any row; expected at least one")
    curve = _curve(true[judged], prob[judged], n_bins)
    occurring = np.flatnonzero((true == 1).any(axis=0))
    errors = [
        _error(_curve(true[rows, label], prob[rows, label], n_bins))
        for label, rows in ((label, judged[:, label]) for label in occurring)
    ]
    squares = np.sort(np.square(prob - true)[judged])  # sums round differently when rows change places
    return Reliability(float(squares.mean()), _error(curve), float(np.mean(errors)) if errors else None, tuple(curve))


def compare_calibration(
    y_true: ArrayLike, y_raw: ArrayLike, y_prob: ArrayLike, *, side: str, method: str
) -> CalibrationComparison:
    """Measure probabilities before and after calibration.

    Parameters
    ----------
    y_true : array_like, shape (n_rows, n_labels)
    y_raw : array_like, shape (n_rows, n_labels)
        Probabilities of the model, in [0, 1].
    y_prob : array_like, shape (n_rows, n_labels)
        The same, calibrated by what was fitted on other rows.
    side : str
        The rows measured, such as ``"test"``.
    method : str
        How they were calibrated, such as ``"platt"``.

    Returns
    -------
    CalibrationComparison

    Raises
    ------
    DataError
        As :func:`measure_reliability`.
    """
    before, after = measure_reliability(y_true, y_raw), measure_reliability(y_true, y_prob)
    return CalibrationComparison(side, method, before, after)


def _curve(true: NDArray[np.int64], prob: NDArray[np.float64], n_bins: int) -> list[tuple[float, float, int]]:
    """Sort into bins of equal mass; equal probabilities are never parted. Both of shape (n,), n at least 1."""
    order = np.argsort(prob, kind="stable")
    true, prob = true[order], prob[order]
    starts = (np.arange(n_bins) * len(prob)) // n_bins
    starts = np.unique(np.searchsorted(prob, prob[starts], side="left"))  # to the first of equal probabilities
    ends = np.append(starts[1:], len(prob))
    return [
        (float(prob[start:end].mean()), float(true[start:end].mean()), int(end - start))
        for start, end in zip(starts, ends, strict=True)
    ]


def _error(curve: list[tuple[float, float, int]]) -> float:
    mean, share, rows = np.array(curve).T  # (n_bins,) each
    return float((np.abs(mean - share) * rows).sum() / rows.sum())

"""Precision and recall of each label at a few thresholds, kept so that a stricter or looser cut can be judged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from multitag.evaluation.records import Record, Share
from multitag.labels import UNKNOWN

# Closer together where tuned thresholds of rare labels are.
GRID = (
    0.0, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.7, 0.8, 0.9, 0.95,
)  # fmt: skip
DECIMALS = 4  # finer than any number of held-out rows can tell


@dataclass(frozen=True)
class ThresholdCurve(Record):
    """What one label's precision and recall were at each of some thresholds.

    Parameters
    ----------
    thresholds : tuple of float
        Calibrated probabilities from which the label is predicted, rising.
    precision : tuple of (float or None)
        At each threshold; None where the label is predicted on no row.
    recall : tuple of (float or None)
        At each threshold; None where no row has the label.
    """

    thresholds: tuple[Share, ...]
    precision: tuple[Share | None, ...]
    recall: tuple[Share | None, ...]


def measure_curves(
    y_true: NDArray[np.integer], y_prob: NDArray[np.floating], label_names: Sequence[str]
) -> dict[str, ThresholdCurve]:
    """Measure every label at 21 thresholds.

    Parameters
    ----------
    y_true : ndarray of int, shape (n_rows, n_labels)
        0 and 1; where :data:`~multitag.labels.UNKNOWN`, the row is left out for that label.
    y_prob : ndarray of float, shape (n_rows, n_labels)
        Calibrated probabilities in [0, 1] of rows that the model was not trained on.
    label_names : sequence of str, length n_labels

    Returns
    -------
    dict of str to ThresholdCurve
        By label, in their order.

    Examples
    --------
    >>> curve = measure_curves(np.array([[1], [0], [1]]), np.array([[0.9], [0.6], [0.2]]), ["Drama"])["Drama"]
    >>> [(curve.precision[place], curve.recall[place]) for place in (0, 14, 20)]
    [(0.6667, 1.0), (0.5, 0.5), (None, 0.0)]
    """
    return {name: _measure(y_true[:, column], y_prob[:, column]) for column, name in enumerate(label_names)}


def _measure(true: NDArray[np.integer], prob: NDArray[np.floating]) -> ThresholdCurve:
    judged = true != UNKNOWN
    true, prob = true[judged] == 1, prob[judged].astype(np.float64)  # a threshold is compared in float64, as it decides
    predicted = prob[:, None] >= np.array(GRID)  # (n_judged, n_thresholds)
    hits, counts = predicted[true].sum(axis=0), predicted.sum(axis=0)
    n_true = int(true.sum())
    precision = tuple(
        round(float(hit / count), DECIMALS) if count else None for hit, count in zip(hits, counts, strict=True)
    )
    recall = tuple(round(float(hit / n_true), DECIMALS) if n_true else None for hit in hits)
    return ThresholdCurve(GRID, precision, recall)

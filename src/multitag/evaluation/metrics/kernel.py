"""The figures of a classifier where each row has a weight, for many weightings at once. numpy only.

A bootstrap resample is nothing but whole weights of the rows, so what is sorted or compared is so once, not once a
resample.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Weights = NDArray[np.int64]  # (n_resamples, n_rows): how often each row counts
Draws = NDArray[np.float64]  # (n_resamples,) or (n_resamples, n_labels): a figure a resample, NaN where undefined


@dataclass(frozen=True)
class Resampled:
    """Figures of many resamples, NaN where undefined.

    Parameters
    ----------
    overall : dict of str to ndarray, shape (n_resamples,)
        By the names in ``Metrics.values``.
    per_label : dict of str to ndarray, shape (n_resamples, n_labels)
        By the names in ``LabelMetrics``.
    """

    overall: dict[str, Draws]
    per_label: dict[str, Draws]


class Figures(Protocol):
    """Figures that can be had for any weights of the rows."""

    def of(self, weights: Weights) -> Resampled:
        """Measure the rows at each of the weights."""


class DecisionFigures:
    """Figures of predicted labels: the F1s, precision, recall, Hamming loss, subset accuracy.

    Parameters
    ----------
    true, pred : ndarray of int64, shape (n_rows, n_labels)
        0 and 1.
    """

    def __init__(self, true: NDArray[np.int64], pred: NDArray[np.int64]) -> None:
        right = true == pred
        # Products of whole numbers in float64 are exact, and BLAS multiplies nothing else.
        self._counts = np.hstack([true & pred, pred, true]).astype(np.float64)  # (n_rows, 3 * n_labels)
        row_f1 = _divide(2 * (true & pred).sum(axis=1), true.sum(axis=1) + pred.sum(axis=1))
        self._rows = np.column_stack(
            [(~right).mean(axis=1), right.all(axis=1), np.nan_to_num(row_f1), ~np.isnan(row_f1)]
        )  # (n_rows, 4)

    def of(self, weights: Weights) -> Resampled:
        """Measure the rows at each of the weights.

        Parameters
        ----------
        weights : ndarray of int64, shape (n_resamples, n_rows)

        Returns
        -------
        Resampled
        """
        exact = weights.astype(np.float64)
        found, predicted, actual = np.split(exact @ self._counts, 3, axis=1)  # (n_resamples, n_labels) each
        wrong, whole, row_f1, has_f1 = (exact @ self._rows).T  # (n_resamples,) each
        rows = exact.sum(axis=1)
        f1 = _divide(2 * found, predicted + actual)
        macro = _mean_defined(f1)
        weighted = _divide((np.nan_to_num(f1) * actual).sum(axis=1), actual.sum(axis=1))
        overall = {
            "macro_f1": macro,
            "micro_f1": _divide(2 * found.sum(axis=1), (predicted + actual).sum(axis=1)),
            "weighted_f1": np.where(np.isnan(weighted), macro, weighted),  # as scikit-learn: no label on any row
            "samples_f1": _divide(row_f1, has_f1),
            "hamming_loss": wrong / rows,
            "subset_accuracy": whole / rows,
        }
        per_label = {"precision": _divide(found, predicted), "recall": _divide(found, actual), "f1": f1}
        return Resampled(overall, per_label)


class RankingFigures:
    """Figures of probabilities, whatever the thresholds: ROC-AUC, average precision, label ranking.

    Parameters
    ----------
    true : ndarray of int64, shape (n_rows, n_labels)
        0 and 1.
    prob : ndarray of float64, shape (n_rows, n_labels)
        In [0, 1].
    """

    def __init__(self, true: NDArray[np.int64], prob: NDArray[np.float64]) -> None:
        n_rows, n_labels = true.shape
        rows = np.arange(n_rows)
        self._labels = [Ranking(rows, true[:, each], prob[:, each]) for each in range(n_labels)]
        self._all = Ranking(np.repeat(rows, n_labels), true.ravel(), prob.ravel())
        self._row_precision = rank_labels(true, prob)  # (n_rows,)

    def of(self, weights: Weights) -> Resampled:
        """Measure the rows at each of the weights.

        Parameters
        ----------
        weights : ndarray of int64, shape (n_resamples, n_rows)

        Returns
        -------
        Resampled
        """
        of_labels = [each.of(weights) for each in self._labels]
        roc_auc = np.column_stack([auc for auc, _ in of_labels])
        precision = np.column_stack([precision for _, precision in of_labels])
        overall = {
            "macro_roc_auc": _mean_defined(roc_auc),
            "micro_roc_auc": self._all.of(weights)[0],
            "macro_average_precision": _mean_defined(precision),
            "label_ranking_average_precision": weights @ self._row_precision / weights.sum(axis=1),
        }
        return Resampled(overall, {"roc_auc": roc_auc, "average_precision": precision})


class Ranking:
    """ROC-AUC and average precision of one list of scores, sorted once.

    Both only need the weight of what is scored below each positive, equal scores counted half for ROC-AUC: one
    running sum a resample.

    Parameters
    ----------
    rows : ndarray of int64, shape (n,)
        Which row each score belongs to, and thereby its weight.
    true : ndarray of int64, shape (n,)
        0 and 1.
    scores : ndarray of float64, shape (n,)
    """

    def __init__(self, rows: NDArray[np.int64], true: NDArray[np.int64], scores: NDArray[np.float64]) -> None:
        order = np.argsort(scores, kind="stable")
        scores, positive = scores[order], np.flatnonzero(true[order])
        self._rows, self._positive_rows = rows[order], rows[order][positive]
        values, self._first = np.unique(scores[positive], return_index=True)  # of the positives with each score
        self._next = np.append(self._first[1:], len(positive)).astype(np.int64)
        self._below = np.searchsorted(scores, values, side="left")  # scores below each of the values
        self._up_to = np.searchsorted(scores, values, side="right")

    def of(self, weights: Weights) -> tuple[Draws, Draws]:
        """Measure at each of the weights.

        Parameters
        ----------
        weights : ndarray of int64, shape (n_resamples, n_rows)

        Returns
        -------
        roc_auc : ndarray of float64, shape (n_resamples,)
            NaN where no score or every score is of a positive.
        average_precision : ndarray of float64, shape (n_resamples,)
            NaN where no score is of a positive.
        """
        below_all = _running_sum(weights, self._rows)  # (n_resamples, n + 1)
        below_positive = _running_sum(weights, self._positive_rows)
        total, positives = below_all[:, -1], below_positive[:, -1]
        # (n_resamples, n_values) each; take, as indexing is several times slower
        low, high = below_all.take(self._below, axis=1), below_all.take(self._up_to, axis=1)
        low_positive = below_positive.take(self._first, axis=1)
        high_positive = below_positive.take(self._next, axis=1)
        here = (high_positive - low_positive).astype(np.float64)  # positives with each score
        negatives = (low - low_positive) + (high - high_positive)  # twice: below, and half of the equal ones
        roc_auc = _divide((here * negatives).sum(axis=1), 2.0 * positives * (total - positives))
        # Where nothing is left from a score upwards, no positive is there either: 0 of 1 adds nothing.
        found, predicted = positives[:, None] - low_positive, np.maximum(total[:, None] - low, 1)
        return roc_auc, _divide((here * found / predicted).sum(axis=1), positives)


def rank_labels(true: NDArray[np.int64], prob: NDArray[np.float64]) -> NDArray[np.float64]:
    """Label ranking average precision of each row; 1 for a row with none or all of the labels, as scikit-learn has it.

    Parameters
    ----------
    true : ndarray of int64, shape (n_rows, n_labels)
    prob : ndarray of float64, shape (n_rows, n_labels)

    Returns
    -------
    ndarray of float64, shape (n_rows,)
        In (0, 1].

    References
    ----------
    Tsoumakas, Katakis and Vlahavas (2010), "Mining multi-label data".
    """
    n_labels = true.shape[1]
    order = np.argsort(-prob, axis=1, kind="stable")
    true, prob = np.take_along_axis(true, order, axis=1), np.take_along_axis(prob, order, axis=1)
    last = np.append(prob[:, 1:] != prob[:, :-1], np.ones((len(prob), 1), dtype=bool), axis=1)
    ends = np.where(last, np.arange(n_labels), n_labels)
    last_equal = np.minimum.accumulate(ends[:, ::-1], axis=1)[:, ::-1]  # equal labels all have the last one's rank
    found = np.take_along_axis(true.cumsum(axis=1), last_equal, axis=1)
    support = true.sum(axis=1)
    mean = (true * found / (last_equal + 1)).sum(axis=1) / np.maximum(support, 1)
    return np.asarray(np.where((support > 0) & (support < n_labels), mean, 1.0))


def _running_sum(weights: Weights, rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """Sum of the weights of the first 0, 1, ... rows, shape (n_resamples, len(rows) + 1)."""
    sums = np.zeros((len(weights), len(rows) + 1), dtype=np.int64)
    np.cumsum(weights.take(rows, axis=1), axis=1, out=sums[:, 1:])
    return sums


def _divide(part: NDArray[Any], whole: NDArray[Any]) -> NDArray[np.float64]:
    """Divide; NaN where the whole is 0."""
    return np.asarray(np.divide(part, whole, out=np.full(np.shape(whole), np.nan), where=whole != 0))


def _mean_defined(values: Draws) -> Draws:
    """Mean over labels of what is not NaN; NaN where all are. Shape (n_resamples,)."""
    return _divide(np.nan_to_num(values).sum(axis=1), (~np.isnan(values)).sum(axis=1))

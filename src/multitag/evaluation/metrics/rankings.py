"""Figures of probabilities, whatever the thresholds: ROC-AUC, average precision, label ranking. numpy only."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from multitag.evaluation.arrays import judged_cells
from multitag.evaluation.metrics.kernel import Draws, WeightedFigures, Weights, divide, mean_defined


class RankingKernel:
    """Computes ROC-AUC, average precision and label ranking average precision of probabilities.

    Parameters
    ----------
    y_true : ndarray of int64, shape (n_rows, n_labels)
        0 and 1, and UNKNOWN where nobody judged: such cells are in no ranking.
    y_prob : ndarray of float64, shape (n_rows, n_labels)
        In [0, 1].
    """

    def __init__(self, y_true: NDArray[np.int64], y_prob: NDArray[np.float64]) -> None:
        judged = judged_cells(y_true)  # (n_rows, n_labels)
        of_labels = map(np.flatnonzero, judged.T)  # rows of each label
        self._labels = [
            Ranking(rows, y_true[rows, label], y_prob[rows, label]) for label, rows in enumerate(of_labels)
        ]
        self._pooled = Ranking(np.nonzero(judged)[0], y_true[judged], y_prob[judged])
        self._judged = judged.any(axis=1).astype(np.int64)  # (n_rows,)
        self._row_precision = rank_labels(y_true, y_prob) * self._judged  # (n_rows,)

    def compute(self, weights: Weights) -> WeightedFigures:
        """Compute the figures at each of the weightings.

        Parameters
        ----------
        weights : ndarray of int64, shape (n_weightings, n_rows)

        Returns
        -------
        WeightedFigures
        """
        of_labels = [ranking.compute(weights) for ranking in self._labels]
        roc_auc = np.column_stack([auc for auc, _ in of_labels])
        precision = np.column_stack([precision for _, precision in of_labels])
        overall = {
            "macro_roc_auc": mean_defined(roc_auc),
            "micro_roc_auc": self._pooled.compute(weights)[0],
            "macro_average_precision": mean_defined(precision),
            "label_ranking_average_precision": divide(weights @ self._row_precision, weights @ self._judged),
        }
        return WeightedFigures(overall, {"roc_auc": roc_auc, "average_precision": precision})


class Ranking:
    """Computes ROC-AUC and average precision of one list of scores, sorted once.

    Both only need the weight of what is scored below each positive, equal scores counted half for ROC-AUC: one
    running sum a weighting.

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

    def compute(self, weights: Weights) -> tuple[Draws, Draws]:
        """Compute both at each of the weightings.

        Parameters
        ----------
        weights : ndarray of int64, shape (n_weightings, n_rows)

        Returns
        -------
        roc_auc : ndarray of float64, shape (n_weightings,)
            NaN where no score or every score is of a positive.
        average_precision : ndarray of float64, shape (n_weightings,)
            NaN where no score is of a positive.
        """
        below_all = _running_sum(weights, self._rows)  # (n_weightings, n + 1)
        below_positive = _running_sum(weights, self._positive_rows)
        total, positives = below_all[:, -1], below_positive[:, -1]
        # (n_weightings, n_values) each; take, as indexing is several times slower
        low, high = below_all.take(self._below, axis=1), below_all.take(self._up_to, axis=1)
        low_positive = below_positive.take(self._first, axis=1)
        high_positive = below_positive.take(self._next, axis=1)
        here = (high_positive - low_positive).astype(np.float64)  # positives with each score
        negatives = (low - low_positive) + (high - high_positive)  # twice: below, and half of the equal ones
        roc_auc = divide((here * negatives).sum(axis=1), 2.0 * positives * (total - positives))
        # Where nothing is left from a score upwards, no positive is there either: 0 of 1 adds nothing.
        true_positives, predicted = positives[:, None] - low_positive, np.maximum(total[:, None] - low, 1)
        return roc_auc, divide((here * true_positives / predicted).sum(axis=1), positives)


def rank_labels(y_true: NDArray[np.int64], y_prob: NDArray[np.float64]) -> NDArray[np.float64]:
    """Compute label ranking average precision row by row; 1 where a row has none or all of the labels.

    That is scikit-learn's convention. Of labels that nobody judged on a row, the row's ranking has none.

    Parameters
    ----------
    y_true : ndarray of int64, shape (n_rows, n_labels)
        0 and 1, and UNKNOWN where nobody judged.
    y_prob : ndarray of float64, shape (n_rows, n_labels)

    Returns
    -------
    ndarray of float64, shape (n_rows,)
        In (0, 1].

    References
    ----------
    Tsoumakas, Katakis and Vlahavas (2010), "Mining multi-label data".
    """
    n_labels, judged = y_true.shape[1], judged_cells(y_true)
    y_true, y_prob = y_true * judged, np.where(judged, y_prob, -1.0)  # below all others
    order = np.argsort(-y_prob, axis=1, kind="stable")
    true, prob = np.take_along_axis(y_true, order, axis=1), np.take_along_axis(y_prob, order, axis=1)
    last = np.append(prob[:, 1:] != prob[:, :-1], np.ones((len(prob), 1), dtype=bool), axis=1)
    ends = np.where(last, np.arange(n_labels), n_labels)
    last_equal = np.minimum.accumulate(ends[:, ::-1], axis=1)[:, ::-1]  # equal labels all have the last one's rank
    true_so_far = np.take_along_axis(true.cumsum(axis=1), last_equal, axis=1)
    support = true.sum(axis=1)
    mean = (true * true_so_far / (last_equal + 1)).sum(axis=1) / np.maximum(support, 1)
    return np.asarray(np.where((support > 0) & (support < judged.sum(axis=1)), mean, 1.0))


def _running_sum(weights: Weights, rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """Add up the weights of the first 0, 1, ... rows, shape (n_weightings, len(rows) + 1)."""
    sums = np.zeros((len(weights), len(rows) + 1), dtype=np.int64)
    np.cumsum(weights.take(rows, axis=1), axis=1, out=sums[:, 1:])
    return sums

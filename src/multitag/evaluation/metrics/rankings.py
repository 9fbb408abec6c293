"""Figures of probabilities, whatever the thresholds: ROC-AUC, average precision, label ranking. numpy only."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from multitag.evaluation.arrays import judged_cells
from multitag.evaluation.metrics.group_sums import AT_ONCE, GroupSums, pair_keys
from multitag.evaluation.metrics.kernel import Draws, WeightedFigures, Weights, divide, mean_defined


class RankingKernel:
    """Computes ROC-AUC, average precision and label ranking average precision of probabilities.

    Parameters
    ----------
    y_true : ndarray of int, shape (n_rows, n_labels)
        0 and 1, and UNKNOWN where nobody judged: such cells are in no ranking.
    y_prob : ndarray of float, shape (n_rows, n_labels)
        In [0, 1].
    """

    def __init__(self, y_true: NDArray[np.integer], y_prob: NDArray[np.floating]) -> None:
        self._pooled = Ranking(y_true, y_prob)  # first, while little else is in memory: it is of all cells at once
        self._labels = [Ranking(y_true[:, label], y_prob[:, label]) for label in range(y_true.shape[1])]
        self._judged = judged_cells(y_true).any(axis=1).astype(np.int64)  # (n_rows,)
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
        narrow = weights.astype(np.int32)  # half as much to gather, again and again
        of_labels = [ranking.compute(narrow) for ranking in self._labels]
        roc_auc = np.column_stack([auc for auc, _ in of_labels])
        precision = np.column_stack([precision for _, precision in of_labels])
        overall = {
            "macro_roc_auc": mean_defined(roc_auc),
            "micro_roc_auc": self._pooled.compute(narrow)[0],
            "macro_average_precision": mean_defined(precision),
            "label_ranking_average_precision": divide(weights @ self._row_precision, weights @ self._judged),
        }
        return WeightedFigures(overall, {"roc_auc": roc_auc, "average_precision": precision})


class Ranking:
    """Computes ROC-AUC and average precision of scores that are ranked together, sorted once.

    Both only need how much weight there is between one positive's score and the next, equal scores counted half for
    ROC-AUC: negatives are grouped by the positives that they lie between, and added up group by group.

    Parameters
    ----------
    true : ndarray of int, shape (n_rows,) or (n_rows, n_labels)
        0 and 1, and UNKNOWN where nobody judged.
    scores : ndarray of float, of the same shape
        Finite.
    """

    def __init__(self, true: NDArray[np.integer], scores: NDArray[np.floating]) -> None:
        true, scores = true.reshape(len(true), -1), scores.reshape(len(true), -1)
        rows, columns = np.nonzero(true == 1)
        self._values, place = np.unique(scores[rows, columns], return_inverse=True)
        self._positives = GroupSums(pair_keys(place, rows), len(self._values))  # by score
        self._negatives = GroupSums(self._place_negatives(true, scores), 2 * len(self._values) + 1)

    def compute(self, weights: NDArray[np.integer]) -> tuple[Draws, Draws]:
        """Compute both at each of the weightings.

        Parameters
        ----------
        weights : ndarray of int, shape (n_weightings, n_rows)
            Below 32,768.

        Returns
        -------
        roc_auc : ndarray of float64, shape (n_weightings,)
            NaN where no score or every score is of a positive.
        average_precision : ndarray of float64, shape (n_weightings,)
            NaN where no score is of a positive.
        """
        at_once = max(1, AT_ONCE // (2 * len(self._values) + 1))
        parts = [self._compute(weights[start : start + at_once]) for start in range(0, len(weights), at_once)]
        roc_auc, precision = (np.concatenate(of_parts) for of_parts in zip(*parts, strict=True))
        return roc_auc, precision

    def _compute(self, weights: NDArray[np.integer]) -> tuple[Draws, Draws]:
        here = self._positives.add_up(weights)  # (n_weightings, n_values)
        positives = here.sum(axis=1)
        below = self._negatives.add_up(weights).cumsum(axis=1)  # (n_weightings, 2 * n_values + 1)
        negatives, lower, up_to = below[:, -1], below[:, :-1:2], below[:, 1::2]  # up_to: equal ones as well
        roc_auc = divide((here * (lower + up_to)).sum(axis=1), 2.0 * positives * negatives)
        # Where nothing is left from a score upwards, no positive is there either: 0 of 1 adds nothing.
        true_positives = positives[:, None] - here.cumsum(axis=1) + here
        predicted = np.maximum(true_positives + negatives[:, None] - lower, 1)
        return roc_auc, divide((here * true_positives / predicted).sum(axis=1), positives)

    def _place_negatives(self, true: NDArray[np.integer], scores: NDArray[np.floating]) -> NDArray[np.uint64]:
        """Group the negatives: 2 * i between the positives' scores i - 1 and i, 2 * i + 1 where equal to score i."""
        ends = np.append(self._values, np.inf)
        keys, filled = np.empty(np.count_nonzero(true == 0), dtype=np.uint64), 0
        at_once = max(1, AT_ONCE // true.shape[1])
        for start in range(0, len(true), at_once):  # a few rows at once: of a large table, all would need much memory
            rows, columns = np.nonzero(true[start : start + at_once] == 0)
            of_part = scores[start + rows, columns]
            place = np.searchsorted(self._values, of_part)
            part = pair_keys(2 * place + (ends[place] == of_part), start + rows)
            keys[filled : filled + len(part)] = part
            filled += len(part)
        return keys


def rank_labels(y_true: NDArray[np.integer], y_prob: NDArray[np.floating]) -> NDArray[np.float64]:
    """Compute label ranking average precision row by row; 1 where a row has none or all of the labels.

    That is scikit-learn's convention. Of labels that nobody judged on a row, the row's ranking has none.

    Parameters
    ----------
    y_true : ndarray of int, shape (n_rows, n_labels)
        0 and 1, and UNKNOWN where nobody judged.
    y_prob : ndarray of float, shape (n_rows, n_labels)

    Returns
    -------
    ndarray of float64, shape (n_rows,)
        In (0, 1].

    References
    ----------
    Tsoumakas, Katakis and Vlahavas (2010), "Mining multi-label data".
    """
    at_once = max(1, AT_ONCE // y_true.shape[1])
    parts = range(0, len(y_true), at_once)
    return np.concatenate([_rank(y_true[start : start + at_once], y_prob[start : start + at_once]) for start in parts])


def _rank(y_true: NDArray[np.integer], y_prob: NDArray[np.floating]) -> NDArray[np.float64]:
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

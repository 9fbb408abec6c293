"""Figures of predicted labels: their counts label by label, and what follows from them. numpy only.

Cells that nobody judged are neither right nor wrong: they are in no count.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multitag.evaluation.arrays import judged_cells
from multitag.evaluation.metrics.kernel import WeightedFigures, Weights, divide, mean_defined

Floats = NDArray[np.float64]

EXACT = 2**24  # up to which every whole number is a float32
AT_ONCE = 4_000_000  # cells that are multiplied at once


@dataclass(frozen=True, eq=False)
class DecisionCounts:
    """Counts of decisions at several weightings of the rows.

    Parameters
    ----------
    true_positives : ndarray of float64, shape (n_weightings, n_labels)
        Rows that have the label and are predicted to.
    predicted : ndarray of float64, shape (n_weightings, n_labels)
        Rows that are predicted to have the label.
    positives : ndarray of float64, shape (n_weightings, n_labels)
        Rows that have the label.
    judged : ndarray of float64, shape (n_weightings, n_labels)
        Rows on which somebody judged whether they have the label; all other counts are of these.
    n_rows : ndarray of float64, shape (n_weightings,)
    """

    true_positives: Floats
    predicted: Floats
    positives: Floats
    judged: Floats
    n_rows: Floats

    @property
    def false_positives(self) -> Floats:
        """Rows that are predicted to have the label and do not, shape (n_weightings, n_labels)."""
        return self.predicted - self.true_positives

    @property
    def false_negatives(self) -> Floats:
        """Rows that have the label and are not predicted to, shape (n_weightings, n_labels)."""
        return self.positives - self.true_positives

    def pooled(self) -> DecisionCounts:
        """Add up the labels as if they were one: its figures are the micro averages."""
        counts = (self.true_positives, self.predicted, self.positives, self.judged)
        true_positives, predicted, positives, judged = (of_labels.sum(axis=-1, keepdims=True) for of_labels in counts)
        return DecisionCounts(true_positives, predicted, positives, judged, self.n_rows)

    def precision(self) -> Floats:
        """Compute the precision of each label, in [0, 1]; NaN where it is predicted on no row."""
        return divide(self.true_positives, self.predicted)

    def recall(self) -> Floats:
        """Compute the recall of each label, in [0, 1]; NaN where no row has it."""
        return divide(self.true_positives, self.positives)

    def f_beta(self, beta: float = 1.0) -> Floats:
        """Compute the F-beta of each label, in [0, 1]; NaN where no row has it or is predicted to.

        Recall weighs ``beta`` times as much as precision.
        """
        square = beta**2
        return divide((1 + square) * self.true_positives, self.predicted + square * self.positives)

    def hamming_loss(self) -> Floats:
        """Compute the share of wrong decisions, in [0, 1]; NaN where there are none; shape (n_weightings,)."""
        wrong = self.predicted + self.positives - 2 * self.true_positives
        return divide(wrong.sum(axis=-1), self.judged.sum(axis=-1))


def count_decisions(y_true: NDArray[np.integer], y_pred: NDArray[np.integer]) -> DecisionCounts:
    """Count the decisions on the rows themselves: a single weighting, in which each row counts once.

    Examples
    --------
    >>> count_decisions(np.array([[1, 0], [1, 1]]), np.array([[1, 1], [0, 1]])).f_beta().round(3).tolist()
    [[0.667, 0.667]]
    """
    return DecisionKernel(y_true, y_pred).count(np.ones((1, len(y_true)), dtype=np.int64))


class DecisionKernel:
    """Computes the F1s, precision, recall, Hamming loss and subset accuracy of predictions.

    Parameters
    ----------
    y_true : ndarray of int, shape (n_rows, n_labels)
        0 and 1, and UNKNOWN where nobody judged.
    y_pred : ndarray of int, shape (n_rows, n_labels)
        0 and 1.
    """

    def __init__(self, y_true: NDArray[np.integer], y_pred: NDArray[np.integer]) -> None:
        judged = judged_cells(y_true)
        true, pred = ((y & judged).astype(np.int8) for y in (y_true, y_pred))
        both = true & pred
        self._counted = (both, pred, true)  # (n_rows, n_labels) each
        self._judged = None if judged.all() else judged  # (n_rows, n_labels)
        row_f1 = divide(2 * both.sum(axis=1), true.sum(axis=1) + pred.sum(axis=1))  # sums of int8 are int64
        exact = (true == pred).all(axis=1) & judged.any(axis=1)
        self._rows = np.column_stack([exact, np.nan_to_num(row_f1), ~np.isnan(row_f1)])  # (n_rows, 3)

    def count(self, weights: Weights) -> DecisionCounts:
        """Count the decisions at each of the weightings.

        Parameters
        ----------
        weights : ndarray of int64, shape (n_weightings, n_rows)

        Returns
        -------
        DecisionCounts
        """
        return self._count(weights.astype(np.float64))

    def compute(self, weights: Weights) -> WeightedFigures:
        """Compute the figures at each of the weightings.

        Parameters
        ----------
        weights : ndarray of int64, shape (n_weightings, n_rows)

        Returns
        -------
        WeightedFigures
        """
        as_floats = weights.astype(np.float64)
        counts = self._count(as_floats)
        exact, row_f1, has_f1 = (as_floats @ self._rows).T  # (n_weightings,) each
        f1 = counts.f_beta()
        macro = mean_defined(f1)
        weighted = divide((np.nan_to_num(f1) * counts.positives).sum(axis=1), counts.positives.sum(axis=1))
        overall = {
            "macro_f1": macro,
            "micro_f1": counts.pooled().f_beta()[:, 0],
            "weighted_f1": np.where(np.isnan(weighted), macro, weighted),  # as scikit-learn: no label on any row
            "samples_f1": divide(row_f1, has_f1),
            "hamming_loss": counts.hamming_loss(),
            "subset_accuracy": divide(exact, self._count_judged_rows(as_floats)),
        }
        return WeightedFigures(overall, {"precision": counts.precision(), "recall": counts.recall(), "f1": f1})

    def _count(self, weights: Floats) -> DecisionCounts:
        true_positives, predicted, positives = (_count_rows(weights, cells) for cells in self._counted)
        n_rows: Floats = weights.sum(axis=1)
        all_rows = np.broadcast_to(n_rows[:, None], positives.shape)
        judged = all_rows if self._judged is None else _count_rows(weights, self._judged)
        return DecisionCounts(true_positives, predicted, positives, judged, n_rows)

    def _count_judged_rows(self, weights: Floats) -> Floats:
        """Count the rows on which some label was judged, shape (n_weightings,)."""
        rows = np.ones(weights.shape[1]) if self._judged is None else self._judged.any(axis=1).astype(np.float64)
        counts: Floats = weights @ rows
        return counts


def _count_rows(weights: Floats, cells: NDArray[Any]) -> Floats:
    """Add up the weights of the rows in which each label's cell is 1, shape (n_weightings, n_labels).

    BLAS multiplies floats only, and products and sums of whole numbers are exact in them: up to 2**24 in float32, which
    is twice as fast. Some labels are multiplied at once, as floats of all would take several times the memory.
    """
    kind = np.float32 if weights.sum(axis=1).max(initial=0) <= EXACT else np.float64
    weights = weights.astype(kind)
    at_once = max(1, AT_ONCE // len(cells))
    parts = range(0, cells.shape[1], at_once)
    return np.hstack([weights @ cells[:, start : start + at_once].astype(kind) for start in parts]).astype(np.float64)

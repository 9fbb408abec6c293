"""Decisions counted label by label, on the rows as they are or on resamples of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Tally:
    """Counts of decisions; the axes before the labels' are those of the weights, none without.

    Parameters
    ----------
    true_positives, false_positives : ndarray of float64, shape (..., n_labels)
    positives : ndarray of float64, shape (..., n_labels)
        Rows that have the label.
    n_rows : int
    """

    true_positives: NDArray[np.float64]
    false_positives: NDArray[np.float64]
    positives: NDArray[np.float64]
    n_rows: int

    @classmethod
    def of(
        cls, true: NDArray[np.integer], pred: NDArray[np.integer], weights: NDArray[np.integer] | None = None
    ) -> Self:
        """Count.

        Parameters
        ----------
        true, pred : ndarray of int, shape (n_rows, n_labels)
            0 and 1.
        weights : ndarray of int, shape (n_resamples, n_rows), optional
            How often each row is drawn; each resample has as many rows as there are.
        """
        rows = np.ones(len(true)) if weights is None else weights.astype(np.float64)
        has, given = true.astype(np.float64), pred.astype(np.float64)
        return cls(rows @ (has * given), rows @ (given * (1 - has)), rows @ has, len(true))

    @property
    def predicted(self) -> NDArray[np.float64]:
        """Rows that are given the label, shape (..., n_labels)."""
        return self.true_positives + self.false_positives

    @property
    def false_negatives(self) -> NDArray[np.float64]:
        """Rows that have the label and are not given it, shape (..., n_labels)."""
        return self.positives - self.true_positives


def ratio(part: NDArray[np.float64], whole: NDArray[np.float64]) -> NDArray[np.float64]:
    """Divide, of one shape; NaN where the whole is 0."""
    return np.where(whole > 0, part / np.where(whole > 0, whole, 1), np.nan)

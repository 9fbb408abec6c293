"""The cuts that thresholds make in rankings of rows by probability, and the middle of the best ones. numpy only.

Every threshold between two neighbouring distinct probabilities makes the same cut. Of the ranges with the best score
the widest is taken (of equally wide ones the highest), and its middle is the threshold: as far as can be from the
probabilities where the score changes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# Scores this close, as a share of the highest, are equal: sums round differently when rows change places.
_TIE = 1e-9


@dataclass(frozen=True, eq=False)
class CutCounts:
    """Counts of decisions at the cuts of rankings, which fall from the most to the least probable row.

    A cut predicts the label for the rows above it.

    Parameters
    ----------
    true_positives, false_positives : ndarray of float64, shape (n_cuts, n_rankings)
        They grow from cut to cut; at the first nothing is predicted, at the last everything.
    positives : ndarray of float64, shape (n_rankings,)
        Rows that have the label.
    possible : ndarray of bool, shape (n_cuts, n_rankings)
        Whether a threshold makes the cut: none divides rows of equal probability.
    """

    true_positives: NDArray[np.float64]
    false_positives: NDArray[np.float64]
    positives: NDArray[np.float64]
    possible: NDArray[np.bool_]

    @property
    def predicted(self) -> NDArray[np.float64]:
        """Rows that are predicted to have the label, shape (n_cuts, n_rankings)."""
        return self.true_positives + self.false_positives


def count_cuts(
    true: NDArray[np.int64], prob: NDArray[np.float64], weights: NDArray[np.int64] | None = None
) -> CutCounts:
    """Count at every cut of rankings whose ``prob`` falls, both of shape (n_rows, n_rankings).

    Rows with UNKNOWN are in no count. The cuts above and below one have the same score, so the best range of
    thresholds is that of the other rows. ``weights``, of the same shape, count a row several times or not at all.
    """
    nothing = np.zeros((1, true.shape[1]))
    ones, zeros = (true == 1) * (1 if weights is None else weights), (true == 0) * (1 if weights is None else weights)
    true_positives = np.concatenate([nothing, ones.cumsum(axis=0)])
    false_positives = np.concatenate([nothing, zeros.cumsum(axis=0)])
    return CutCounts(true_positives, false_positives, true_positives[-1], _possible(prob))


def _possible(prob: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return which cuts do not divide rows of equal probability, shape (n_rows + 1, n_rankings)."""
    always = np.ones((1, prob.shape[1]), dtype=bool)  # at threshold 0 everything is predicted
    return np.concatenate([prob[:1] < 1, prob[1:] != prob[:-1], always])


def widest_best_middle(prob: NDArray[np.float64], score: NDArray[np.float64]) -> float:
    """Return the middle of the widest range of thresholds with the best score.

    ``prob`` falls, shape (n,), and ``score[i]`` is the score with the first ``i`` predicted, shape (n + 1,). A
    threshold in ``(low, high]``, neighbouring distinct probabilities, predicts everything from ``high`` up.
    """
    possible = _possible(prob[:, None])[:, 0]
    score, high, low = score[possible], np.append(1.0, prob)[possible], np.append(prob, 0.0)[possible]
    best = score >= score.max() - _TIE * np.abs(score[np.isfinite(score)]).max()
    edges = np.flatnonzero(np.diff(best, prepend=False, append=False))
    high, low = high[edges[::2]], low[edges[1::2] - 1]  # runs of ranges that touch are one
    widest = int(np.argmax(high - low))
    middle = (high[widest] + low[widest]) / 2
    if middle <= low[widest]:  # neighbouring floats have nothing between them
        return float(high[widest])
    return float(middle)

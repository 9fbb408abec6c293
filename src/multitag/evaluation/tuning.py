"""The search for the best thresholds of an objective: one for all labels, one for each, shrunk towards it. numpy only.

Every threshold between two neighbouring distinct probabilities makes the same cut. Of the ranges with the best score
the widest is taken (of equally wide ones the highest), and its middle is the threshold: as far as can be from the
probabilities where the score changes.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from multitag.evaluation.objectives import Counts, Objective

MIN_ROWS_TO_TUNE = 20  # on fewer rows tuned thresholds are noise

# How many positives a label needs before its own best threshold weighs as much as the common one. The F1-best
# threshold of a handful of positives follows those few rows, not the label: it jumps with every row, and
# one of a rare label may be so low that everything gets the label (Fan and Lin 2007, on SCut and FBR; Lipton
# et al. 2014 on predicting everything). Shrinking towards the threshold that all labels vote on bounds that.
SHRINKAGE = 10.0

# Scores this close, as a share of the highest, are equal: sums round differently when rows change places.
_TIE = 1e-9

# Logits of 0 and 1 are infinite and would swallow any weight; float32 sigmoids are coarser than this near 1.
_EDGE = 1e-6


def search_thresholds(
    true: NDArray[np.int64], prob: NDArray[np.float64], objective: Objective
) -> tuple[float, NDArray[np.float64]]:
    """Find the threshold that is best for all labels and the one that is best for each, the latter not yet shrunk.

    Parameters
    ----------
    true : ndarray of int64, shape (n_rows, n_labels)
        Zeros and ones; at least one row.
    prob : ndarray of float64, shape (n_rows, n_labels)
        In [0, 1].
    objective : Objective

    Returns
    -------
    common : float
        In [0, 1], the one for all labels.
    own : ndarray of float64, shape (n_labels,)
        In [0, 1], the one of each label.
    """
    order = np.argsort(-prob, axis=0, kind="stable")  # (n_rows, n_labels), most probable first
    true, prob = np.take_along_axis(true, order, axis=0), np.take_along_axis(prob, order, axis=0)
    counts = _count(true, prob)
    scores = objective.score_labels(counts)  # (n_rows + 1, n_labels)
    own = [_widest_best_middle(prob[:, column], scores[:, column]) for column in range(prob.shape[1])]
    flat = np.argsort(-prob, axis=None, kind="stable")  # of all labels at once
    everything = prob.ravel()[flat, None]  # (n_rows * n_labels, 1)
    if objective.pooled:
        together = objective.score(_count(true.ravel()[flat, None], everything))[:, 0]
    else:  # lower one threshold through all labels, adding up what each step does to the score of its label
        steps = np.diff(scores, axis=0).ravel()[flat]
        together = np.append(0.0, steps.cumsum())
    return _widest_best_middle(everything[:, 0], together), np.array(own)


def shrink_thresholds(
    own: NDArray[np.float64], common: float, support: NDArray[np.int64], shrinkage: float = SHRINKAGE
) -> NDArray[np.float64]:
    """Draw each label's threshold towards the common one, the more the fewer positives it was found with.

    The result is ``sigmoid(w * logit(own) + (1 - w) * logit(common))`` with ``w = support / (support + shrinkage)``;
    without positives it is the common one.

    Parameters
    ----------
    own : ndarray of float64, shape (n_labels,)
        In [0, 1].
    common : float
        In [0, 1].
    support : ndarray of int64, shape (n_labels,)
        Positives of each label.
    shrinkage : float
        Above 0: at so many positives both weigh the same.

    Returns
    -------
    ndarray of float64, shape (n_labels,)
        In [0, 1].
    """
    weight = support / (support + shrinkage)
    logit = weight * _logit(own) + (1 - weight) * _logit(np.array(common))
    return np.where(support > 0, 1 / (1 + np.exp(-logit)), common)


def _count(true: NDArray[np.int64], prob: NDArray[np.float64]) -> Counts:
    """Count at every cut of rankings whose ``prob`` falls, both of shape (n_rows, n_rankings)."""
    nothing = np.zeros((1, true.shape[1]))
    found = np.concatenate([nothing, true.cumsum(axis=0)])
    wrong = np.arange(len(true) + 1.0)[:, None] - found
    return Counts(found, wrong, found[-1], _possible(prob))


def _possible(prob: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Tell the cuts that do not divide rows of equal probability, shape (n_rows + 1, n_rankings)."""
    always = np.ones((1, prob.shape[1]), dtype=bool)  # at threshold 0 everything is predicted
    return np.concatenate([prob[:1] < 1, prob[1:] != prob[:-1], always])


def _widest_best_middle(prob: NDArray[np.float64], score: NDArray[np.float64]) -> float:
    """Middle of the widest range of thresholds with the best score.

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


def _logit(share: NDArray[np.float64]) -> NDArray[np.float64]:
    clipped = np.clip(share, _EDGE, 1 - _EDGE)
    return np.asarray(np.log(clipped) - np.log1p(-clipped))

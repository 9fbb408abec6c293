"""The search for F1-best thresholds: one for all labels, one for each, shrunk towards it. numpy only.

Every threshold between two neighbouring distinct probabilities gives the same F1. Of the ranges with the best
F1 the widest is taken (of equally wide ones the highest), and its middle is the threshold: as far as can be
from the probabilities where F1 changes.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

# How many positives a label needs before its own best threshold weighs as much as the common one. The F1-best
# threshold of a handful of positives follows those few rows, not the label: it jumps with every row, and
# one of a rare label may be so low that everything gets the label (Fan and Lin 2007, on SCut and FBR; Lipton
# et al. 2014 on predicting everything). Shrinking towards the threshold that all labels vote on bounds that.
SHRINKAGE = 10.0

# Scores this close are equal: the running sum of macro-F1 rounds differently when rows change places.
_TIE = 1e-9

# Logits of 0 and 1 are infinite and would swallow any weight; float32 sigmoids are coarser than this near 1.
_EDGE = 1e-6


def search_thresholds(
    true: NDArray[np.int64], prob: NDArray[np.float64]
) -> tuple[float, NDArray[np.float64]]:
    """Find the thresholds that maximise macro-F1 together and F1 label by label, the latter not yet shrunk.

    Parameters
    ----------
    true : ndarray of int64, shape (n_rows, n_labels)
        Zeros and ones, with a positive for each label.
    prob : ndarray of float64, shape (n_rows, n_labels)
        In [0, 1].

    Returns
    -------
    common : float
        In [0, 1], the one for all labels.
    own : ndarray of float64, shape (n_labels,)
        In [0, 1], the one of each label.
    """
    order = np.argsort(-prob, axis=0, kind="stable")  # (n_rows, n_labels), most probable first
    true, prob = np.take_along_axis(true, order, axis=0), np.take_along_axis(prob, order, axis=0)
    f1 = _f1_of_first(true)
    own = [_widest_best_middle(prob[:, column], f1[:, column]) for column in range(prob.shape[1])]
    return _search_common(prob, f1), np.array(own)


def shrink_thresholds(
    own: NDArray[np.float64], common: float, support: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Draw each label's threshold towards the common one, the more the fewer positives it was found with.

    The result is ``sigmoid(w * logit(own) + (1 - w) * logit(common))`` with
    ``w = support / (support + SHRINKAGE)``.

    Parameters
    ----------
    own : ndarray of float64, shape (n_labels,)
        In [0, 1].
    common : float
        In [0, 1].
    support : ndarray of int64, shape (n_labels,)
        Positives of each label.

    Returns
    -------
    ndarray of float64, shape (n_labels,)
        In (0, 1).
    """
    weight = support / (support + SHRINKAGE)
    logit = weight * _logit(own) + (1 - weight) * _logit(np.array(common))
    return np.asarray(1 / (1 + np.exp(-logit)))


def _f1_of_first(true: NDArray[np.int64]) -> NDArray[np.float64]:
    """F1 of each label when it is predicted for the first 1, 2, ... rows, shape (n_rows, n_labels)."""
    predicted = np.arange(1, len(true) + 1)[:, None]
    return np.asarray(2.0 * true.cumsum(axis=0) / (predicted + true.sum(axis=0)))


def _search_common(prob: NDArray[np.float64], f1: NDArray[np.float64]) -> float:
    """Lower one threshold through all labels at once, adding up what each step does to the macro-F1."""
    gains = np.diff(f1, axis=0, prepend=0.0).ravel(order="F")
    flat = prob.ravel(order="F")
    order = np.argsort(-flat, kind="stable")
    return _widest_best_middle(flat[order], gains[order].cumsum() / f1.shape[1])


def _widest_best_middle(prob: NDArray[np.float64], score: NDArray[np.float64]) -> float:
    """Middle of the widest range of thresholds with the best score.

    ``prob`` falls and ``score[i]`` is the score with everything up to ``i`` predicted, both of shape (n,). A
    threshold in ``(low, high]``, neighbouring distinct probabilities, predicts everything from ``high`` up.
    """
    last = np.append(prob[1:] != prob[:-1], True)  # the last of equal probabilities: they go together
    high, score = prob[last], score[last]
    low = np.append(high[1:], 0.0)
    best = score >= score.max() - _TIE
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

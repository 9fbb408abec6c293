"""The search for the best thresholds of an objective: one for all labels, one for each, drawn to it. numpy only."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from multitag.evaluation.log_odds import logit, sigmoid
from multitag.evaluation.thresholds.cuts import count_cuts, widest_best_middle
from multitag.evaluation.thresholds.objectives import Objective

MIN_ROWS_TO_TUNE = 20  # on fewer rows tuned thresholds are noise

# How many positives a label needs before its own best threshold weighs as much as the common one. The F1-best
# threshold of a handful of positives follows those few rows, not the label: it jumps with every row, and
# one of a rare label may be so low that everything gets the label (Fan and Lin 2007, on SCut and FBR; Lipton
# et al. 2014 on predicting everything). Shrinking towards the threshold that all labels vote on bounds that.
SHRINKAGE = 10.0

# Logits of 0 and 1 are infinite and would swallow any weight; float32 sigmoids are coarser than this near 1.
_EDGE = 1e-6


def search_thresholds(
    true: NDArray[np.int64], prob: NDArray[np.float64], objective: Objective
) -> tuple[float, NDArray[np.float64]]:
    """Find the threshold that is best for all labels and the one that is best for each, the latter not yet shrunk.

    Parameters
    ----------
    true : ndarray of int64, shape (n_rows, n_labels)
        0 and 1, and UNKNOWN where nobody judged; at least one row.
    prob : ndarray of float64, shape (n_rows, n_labels)
        In [0, 1].
    objective : Objective

    Returns
    -------
    common : float
        In [0, 1], the one for all labels.
    of_labels : ndarray of float64, shape (n_labels,)
        In [0, 1], the one of each label.
    """
    order = np.argsort(-prob, axis=0, kind="stable")  # (n_rows, n_labels), most probable first
    true, prob = np.take_along_axis(true, order, axis=0), np.take_along_axis(prob, order, axis=0)
    counts = count_cuts(true, prob)
    scores = objective.score_labels(counts)  # (n_rows + 1, n_labels)
    of_labels = [widest_best_middle(prob[:, label], scores[:, label]) for label in range(prob.shape[1])]
    flat = np.argsort(-prob, axis=None, kind="stable")  # of all labels at once
    everything = prob.ravel()[flat, None]  # (n_rows * n_labels, 1)
    if objective.pooled:
        together = objective.score(count_cuts(true.ravel()[flat, None], everything))[:, 0]
    else:  # lower one threshold through all labels, adding up what each step does to the score of its label
        steps = np.diff(scores, axis=0).ravel()[flat]
        together = np.append(0.0, steps.cumsum())
    return widest_best_middle(everything[:, 0], together), np.array(of_labels)


def shrink_thresholds(
    of_labels: NDArray[np.float64], common: float, support: NDArray[np.int64], shrinkage: float = SHRINKAGE
) -> NDArray[np.float64]:
    """Draw each label's threshold towards the common one, the more the fewer positives it was tuned on.

    The result is ``sigmoid(w * logit(of_label) + (1 - w) * logit(common))`` with
    ``w = support / (support + shrinkage)``; without positives it is the common one.

    Parameters
    ----------
    of_labels : ndarray of float64, shape (n_labels,)
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
    log_odds = weight * logit(of_labels, _EDGE) + (1 - weight) * logit(np.array(common), _EDGE)
    return np.where(support > 0, sigmoid(log_odds), common)

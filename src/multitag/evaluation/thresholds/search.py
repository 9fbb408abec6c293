"""The search for the best thresholds of an objective: one for all labels, one for each, drawn to it. numpy only."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from multitag.evaluation.arrays import judged_cells
from multitag.evaluation.log_odds import logit, sigmoid
from multitag.evaluation.thresholds.cuts import count_cuts, widest_best_middle
from multitag.evaluation.thresholds.objectives import Objective

MIN_ROWS_TO_TUNE = 20  # on fewer rows tuned thresholds are noise

# How many positives a label needs before its own threshold weighs as much as the common one: a label with one or two
# follows those rows alone, and may end so low that everything gets it (Lipton et al. 2014).
SHRINKAGE = 1.0
BAGS, FEWEST_BAGS = 50, 5  # resamples that a label's threshold is the mean over; fewer of large tables, whose cuts
MOST_CELLS = 50_000_000  # vary less: rows x labels x resamples, some 5 s

# Logits of 0 and 1 are infinite and would swallow any weight; float32 sigmoids are coarser than this near 1.
_EDGE = 1e-6


def rank_rows(
    true: NDArray[np.int64], prob: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Sort the rows of each label, the most probable first, as the searches below take them.

    Parameters
    ----------
    true : ndarray of int64, shape (n_rows, n_labels)
        0 and 1, and UNKNOWN where nobody judged; at least one row.
    prob : ndarray of float64, shape (n_rows, n_labels)
        In [0, 1].

    Returns
    -------
    true, prob : ndarray, of the same shapes
        Equal probabilities are in an order that is not the table's.
    """
    order = np.lexsort((true, -prob), axis=0)  # (n_rows, n_labels)
    return np.take_along_axis(true, order, axis=0), np.take_along_axis(prob, order, axis=0)


def search_common(true: NDArray[np.int64], prob: NDArray[np.float64], objective: Objective) -> float:
    """Find the threshold that is best for all labels, in [0, 1].

    Parameters
    ----------
    true, prob : ndarray, shape (n_rows, n_labels)
        Of :func:`rank_rows`.
    objective : Objective
    """
    flat = np.argsort(-prob, axis=None, kind="stable")  # of all labels at once
    everything = prob.ravel()[flat, None]  # (n_rows * n_labels, 1)
    if objective.pooled:
        together = objective.score(count_cuts(true.ravel()[flat, None], everything))[:, 0]
    else:  # lower one threshold through all labels, adding up what each step does to the score of its label
        scores = objective.score_labels(count_cuts(true, prob))  # (n_rows + 1, n_labels)
        steps = np.diff(scores, axis=0).ravel()[flat]
        together = np.append(0.0, steps.cumsum())
    return widest_best_middle(everything[:, 0], together)


def search_labels(
    true: NDArray[np.int64],
    prob: NDArray[np.float64],
    objective: Objective,
    weights: NDArray[np.int64] | None = None,
) -> NDArray[np.float64]:
    """Find the threshold that is best for each label, not yet shrunk.

    Parameters
    ----------
    true, prob : ndarray, shape (n_rows, n_labels)
        Of :func:`rank_rows`.
    objective : Objective
    weights : ndarray of int64, shape (n_rows, n_labels), optional
        How often each row counts.

    Returns
    -------
    ndarray of float64, shape (n_labels,)
        In [0, 1].
    """
    scores = objective.score_labels(count_cuts(true, prob, weights))  # (n_rows + 1, n_labels)
    return np.array([widest_best_middle(prob[:, label], scores[:, label]) for label in range(prob.shape[1])])


def bag_thresholds(
    true: NDArray[np.int64],
    prob: NDArray[np.float64],
    objective: Objective,
    common: float,
    seed: int,
) -> NDArray[np.float64]:
    """Find the threshold of each label as the mean, in log-odds, over those that are best on resampled rows.

    The best cut of some rows jumps with every row that changes; its mean over resamples moves little, and is better on
    other rows (docs/evaluation.md). A resample counts each row a number of times that is Poisson with mean 1, drawn by
    the row's rank among those on which the label was judged, so that the order of the rows changes nothing. Where it
    holds no positive of a label, the common threshold stands in.

    Parameters
    ----------
    true, prob : ndarray, shape (n_rows, n_labels)
        Of :func:`rank_rows`.
    objective : Objective
    common : float
        The threshold for all labels, in [0, 1].
    seed : int
        Random seed of the resamples.

    Returns
    -------
    ndarray of float64, shape (n_labels,)
        In [0, 1].

    References
    ----------
    Breiman (1996), "Bagging predictors".
    """
    rank = np.maximum(judged_cells(true).cumsum(axis=0) - 1, 0)  # (n_rows, n_labels)
    bags = min(BAGS, max(FEWEST_BAGS, MOST_CELLS // true.size))
    total = np.zeros(true.shape[1])
    for bag in range(bags):  # each with a generator of its own: rows that nobody judged change no draw
        weights = np.random.default_rng((seed, bag)).poisson(1.0, len(true))[rank]
        has_positives = ((true == 1) & (weights > 0)).any(axis=0)  # (n_labels,)
        best = np.where(has_positives, search_labels(true, prob, objective, weights), common)
        total += logit(best, _EDGE)
    return sigmoid(total / bags)


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

"""Precision against recall. numpy only."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def precision_at_recall(
    y_true: NDArray[np.integer], y_prob: NDArray[np.floating], levels: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Compute the highest precision that some threshold reaches with a recall of at least each level.

    It never rises with the level, unlike the precision at each threshold, which goes up and down with every row.

    Parameters
    ----------
    y_true : ndarray of int, shape (n_rows,)
        0 and 1, with at least one 1.
    y_prob : ndarray of float, shape (n_rows,)
        In [0, 1].
    levels : ndarray of float64, shape (n_levels,)
        Recall, in [0, 1].

    Returns
    -------
    ndarray of float64, shape (n_levels,)
        In (0, 1].

    References
    ----------
    Manning, Raghavan and Schütze (2008), "Introduction to Information Retrieval", section 8.4: interpolated precision.

    Examples
    --------
    >>> y_true, y_prob = np.array([1, 0, 1, 0]), np.array([0.9, 0.8, 0.7, 0.1])
    >>> precision_at_recall(y_true, y_prob, np.array([0.5, 1.0])).round(3).tolist()
    [1.0, 0.667]
    """
    order = np.argsort(-y_prob, kind="stable")
    true, prob = y_true[order], y_prob[order]
    possible = np.append(prob[1:] != prob[:-1], True)  # no threshold divides rows of equal probability
    true_positives = true.cumsum(dtype=np.float64)[possible]
    precision = true_positives / (np.flatnonzero(possible) + 1)
    recall = true_positives / true_positives[-1]
    best = np.maximum.accumulate(precision[::-1])[::-1]  # recall rises, so this is over all that reach as much
    reached = np.searchsorted(recall, levels - 1e-9, side="left")  # a hair lower: 0.7 is not 7 / 10 in floats
    return np.asarray(best[reached], dtype=np.float64)

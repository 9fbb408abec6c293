"""Precision against recall."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from multitag.extras import import_extra


def precision_at_recall(
    y_true: NDArray[np.integer], y_prob: NDArray[np.floating], levels: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Give the highest precision that some threshold reaches with a recall of at least each level.

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
    precision, recall, _ = import_extra("sklearn.metrics", "train").precision_recall_curve(y_true, y_prob)
    precision, recall = precision[:-1], recall[:-1]  # without the point that scikit-learn adds at recall 0
    best = np.maximum.accumulate(precision)  # recall falls, so this is over all that reach as much
    reached = np.searchsorted(-recall, -(levels - 1e-9), side="right") - 1  # a hair lower: 0.7 is not 7 / 10 in floats
    return np.asarray(best[reached], dtype=np.float64)

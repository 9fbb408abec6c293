"""How often labels stand together on a row."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from multitag.evaluation.arrays import judged_cells


def overlap(y: NDArray[np.integer]) -> NDArray[np.float64]:
    """Compute, for each two labels, the rows that have both as a share of the rows that have either.

    Parameters
    ----------
    y : ndarray of int, shape (n_rows, n_labels)
        0 and 1: true labels or predictions; UNKNOWN where nobody judged. Of two labels the rows count on which both
        were judged.

    Returns
    -------
    ndarray of float64, shape (n_labels, n_labels)
        In [0, 1], symmetric; 0 where no row has either.

    References
    ----------
    Jaccard (1912), "The distribution of the flora in the alpine zone".

    Examples
    --------
    >>> overlap(np.array([[1, 1], [1, 0], [0, 0]])).tolist()
    [[1.0, 0.5], [0.5, 1.0]]
    """
    judged = judged_cells(y).astype(np.float64)
    counts = y * judged
    both = counts.T @ counts
    alone = counts.T @ judged  # of the first label, on rows on which the second was judged
    either = alone + alone.T - both
    return np.divide(both, either, out=np.zeros_like(both), where=either > 0)

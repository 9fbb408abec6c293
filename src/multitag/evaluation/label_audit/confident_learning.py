"""Confident learning: which labels of which rows are likely wrong, and which are likely missing. numpy only.

A label on a row is doubted where a model that was not trained on that row says otherwise. How many labels are wrong is
estimated first, and as many of the most doubted are named, so that a model that is merely unsure does not fill the
list. Each label is judged by itself: it is on a row or it is not.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from multitag.evaluation.arrays import as_labels, as_probabilities, check_same_shape

MIN_ROWS = 5  # with a label, and without it; of fewer a model learns nothing that others could be judged by
EQUAL = 1e-9  # a probability that differs from a mean by less is equal to it

Floats = NDArray[np.float64]
Booleans = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Doubts:
    """What a model thinks of the labels that rows have and have not.

    Parameters
    ----------
    confidence : ndarray of float64, shape (n_rows, n_labels)
        The model's probability that the given label is wrong, in [0, 1]; 0 where none is given.
    wrong : ndarray of bool, shape (n_rows, n_labels)
        Labels that are on a row and likely do not belong there.
    missing : ndarray of bool, shape (n_rows, n_labels)
        Labels that are not on a row and likely belong there.
    judged : ndarray of bool, shape (n_labels,)
        False for labels on too few rows, of which nothing is said.
    """

    confidence: Floats
    wrong: Booleans
    missing: Booleans
    judged: Booleans


def find_doubts(y_true: ArrayLike, y_prob: ArrayLike) -> Doubts:
    """Find the labels that are likely wrong, and those that are likely missing.

    Of each label as many rows are named as :func:`estimate_joint` counts ("prune by noise rate" in [1]_, label by
    label as in [2]_), those that the model is surest of; and only where it gives more than one half against what
    stands there.

    Parameters
    ----------
    y_true : array_like, shape (n_rows, n_labels)
        1 where the row has the label, 0 where it has not, UNKNOWN where nobody judged, where nothing is doubted; there
        may be no rows.
    y_prob : array_like, shape (n_rows, n_labels)
        Probabilities in [0, 1], best calibrated, by models that were not trained on the row that they score.

    Returns
    -------
    Doubts

    Raises
    ------
    DataError
        If the shapes differ or a value is out of range.

    References
    ----------
    .. [1] Northcutt, Jiang, Chuang (2021): Confident learning: estimating uncertainty in dataset labels. JAIR 70.
    .. [2] Thyagarajan, Snorrason, Northcutt, Mueller (2022): Identifying incorrect annotations in multi-label
       classification data.

    Examples
    --------
    >>> y_true = [[1], [1], [1], [1], [1], [1], [0], [0], [0], [0], [0], [0]]
    >>> y_prob = [[.9], [.9], [.9], [.8], [.8], [.1], [.9], [.2], [.1], [.1], [.1], [.1]]
    >>> doubts = find_doubts(y_true, y_prob)
    >>> np.flatnonzero(doubts.wrong).tolist(), np.flatnonzero(doubts.missing).tolist()
    ([5], [6])
    """
    true, prob = as_labels(y_true, "y_true"), as_probabilities(y_prob, "y_prob")
    check_same_shape(y_true=true, y_prob=prob)
    labelled, lacking = true == 1, true == 0
    confidence = np.where(labelled, 1 - prob, np.where(lacking, prob, 0.0))
    judged = (labelled.sum(axis=0) >= MIN_ROWS) & (lacking.sum(axis=0) >= MIN_ROWS)  # (n_labels,)
    counts = np.rint(estimate_joint(true, prob)).astype(np.int64) * judged[:, None, None]
    wrong = _surest(confidence, labelled, counts[:, 1, 0])
    missing = _surest(confidence, lacking, counts[:, 0, 1])
    return Doubts(confidence, wrong, missing, judged)


def estimate_joint(y_true: NDArray[np.integer], y_prob: Floats) -> Floats:
    """Estimate how many rows have a label and should have it, have it and should not, and so on.

    A row counts as one that should have the label if its probability is at least the mean of the rows that have it,
    and as one that should not if it is at most the mean of the rows that have not; of both, the likelier. The others
    are not counted, and the counts are then scaled to the number of rows that have the label, and of those that have
    not.

    Parameters
    ----------
    y_true : ndarray of int, shape (n_rows, n_labels)
        0 and 1; rows with UNKNOWN count for neither.
    y_prob : ndarray of float64, shape (n_rows, n_labels)
        In [0, 1].

    Returns
    -------
    ndarray of float64, shape (n_labels, 2, 2)
        Rows by whether they have the label, and whether they should.
    """
    labelled, lacking = y_true == 1, y_true == 0
    n_with, n_without = labelled.sum(axis=0), lacking.sum(axis=0)
    usual_with = (y_prob * labelled).sum(axis=0) / np.maximum(n_with, 1)  # (n_labels,)
    usual_without = (y_prob * lacking).sum(axis=0) / np.maximum(n_without, 1)
    high, low = y_prob >= usual_with - EQUAL, y_prob <= usual_without + EQUAL
    should = high & (~low | (y_prob > 0.5))
    should_not = low & (~high | (y_prob <= 0.5))
    joint = np.empty((labelled.shape[1], 2, 2))
    for has, rows, n_rows in ((0, lacking, n_without), (1, labelled, n_with)):
        counted = np.stack([(rows & should_not).sum(axis=0), (rows & should).sum(axis=0)], axis=1)  # (n_labels, 2)
        counted[:, has] = np.maximum(counted[:, has], 1)  # some row is right, or there is nothing to scale
        joint[:, has] = counted * (n_rows / counted.sum(axis=1))[:, None]
    return joint


def _surest(confidence: Floats, among: Booleans, counts: NDArray[np.int64]) -> Booleans:
    """Choose so many rows of each label, the surest of those above one half; equally sure ones go together."""
    candidates = np.where(among & (confidence > 0.5), confidence, -np.inf)
    if not len(candidates):
        return among
    ordered = -np.sort(-candidates, axis=0)
    last = np.take_along_axis(ordered, np.maximum(counts - 1, 0)[None], axis=0)[0]  # (n_labels,)
    chosen: Booleans = (candidates >= last) & np.isfinite(candidates) & (counts > 0)
    return chosen

"""Rows into folds: each row is held out once, labels spread evenly, rows that are alike kept together."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from multitag.config import SplitMethod
from multitag.errors import DataError
from multitag.extras import import_extra

Ints = NDArray[np.int64]

NO_FOLD = -1  # a row that no fold holds out, of a separate table


def fold_rows(
    groups: Ints, y: NDArray[np.integer], n_folds: int, method: SplitMethod, seed: int, *, named: bool = False
) -> Ints:
    """Number the fold of each row.

    Parameters
    ----------
    groups : ndarray of int64, shape (n_rows,)
        Number of each row's group, from 0 without gaps; rows of a group share a fold.
    y : ndarray of int, shape (n_rows, n_labels)
        Multi-hot labels; what is unknown counts as 0.
    n_folds : int
        At least 2.
    method : {"stratified", "random"}
        Iterative stratification [1]_ of the groups, which have the labels of all their rows; or at random.
    seed : int
        The same seed gives the same folds.
    named : bool, default False
        A column names the groups, for messages.

    Returns
    -------
    ndarray of int64, shape (n_rows,)
        From 0 to ``n_folds - 1``; each occurs.

    Raises
    ------
    DataError
        If there are fewer different texts than folds.

    References
    ----------
    .. [1] Sechidis, Tsoumakas, Vlahavas (2011): On the stratification of multi-label data. ECML PKDD.
    """
    n_groups = int(groups.max(initial=-1)) + 1
    if n_groups < n_folds:
        alike = "group(s)" if named else "different text(s)"
        raise DataError(
            f"{len(groups)} rows with only {n_groups} {alike} cannot fill {n_folds} folds; use fewer --folds"
        )
    labels = np.zeros((n_groups, y.shape[1] + 1), dtype=np.uint8)  # a column of zeros: one label is multi-label too
    np.maximum.at(labels[:, :-1], groups, (y == 1).astype(np.uint8))  # an unknown label counts as none
    splitter: Any
    if method == "random":
        splitter = import_extra("sklearn.model_selection", "train").KFold(n_folds, shuffle=True, random_state=seed)
    else:
        iterstrat: Any = import_extra("iterstrat.ml_stratifiers", "train")
        splitter = iterstrat.MultilabelStratifiedKFold(n_folds, shuffle=True, random_state=seed)
    fold = np.empty(n_groups, dtype=np.int64)
    for number, (_, held_out) in enumerate(splitter.split(labels, labels)):
        fold[held_out] = number
    return _without_empty(fold, n_folds)[groups]


def _without_empty(fold: Ints, n_folds: int) -> Ints:
    """Move a group of the fullest fold to an empty one: stratification may leave one where groups are few."""
    counts = np.bincount(fold, minlength=n_folds)
    while not counts.all():
        fullest, empty = int(counts.argmax()), int(counts.argmin())
        fold[np.flatnonzero(fold == fullest)[-1]] = empty
        counts = np.bincount(fold, minlength=n_folds)
    return fold

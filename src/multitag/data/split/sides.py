"""Rows to train, validation and test: iterative stratification, with rows that are alike kept on one side."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from multitag.config import SplitConfig
from multitag.data.split.draw import draw_side
from multitag.errors import ConfigError, DataError

SIDES = ("train", "validation", "test")
ROWS_AT_ONCE = 100_000


@dataclass(frozen=True, eq=False)
class Split:
    """Which rows of a table train, validate and test.

    Parameters
    ----------
    train, validation, test : ndarray of int64
        Indices into the table, ascending; disjoint, and all rows together. A side that was left out is empty.
    """

    train: NDArray[np.int64]
    validation: NDArray[np.int64]
    test: NDArray[np.int64]

    def sides(self) -> dict[str, NDArray[np.int64]]:
        """Return the indices by the name of their side: train, validation, test."""
        return {"train": self.train, "validation": self.validation, "test": self.test}

    def to_dict(self, rows: Sequence[int]) -> dict[str, list[int]]:
        """Return the row numbers of each side for saving; ``rows[i]`` is the source's number of table row i."""
        return {side: [int(rows[index]) for index in indices] for side, indices in self.sides().items()}


def split_rows(
    groups: NDArray[np.int64], y: NDArray[np.integer], config: SplitConfig, seed: int, *, named: bool = False
) -> Split:
    """Divide rows into train, validation and test.

    Rows whose texts are alike stay on one side: a text that is trained on would otherwise be tested on. They
    count as one group that has the labels of all of them.

    Parameters
    ----------
    groups : ndarray of int64, shape (n_rows,)
        Number of each row's group, from 0 without gaps; see :class:`~multitag.data.duplicates.groups.DuplicateGroups`.
    y : ndarray of int, shape (n_rows, n_labels)
        Multi-hot labels, 0 or 1; rows and columns of zeros are allowed. What is unknown counts as 0.
    config : SplitConfig
        Method and sizes. A share is rounded up to whole rows, as scikit-learn does. ``"stratified"`` is
        iterative stratification [1]_; ``"random"`` is ``sklearn.model_selection.train_test_split`` over the
        groups in order of their numbers. The test side is drawn first, the validation side from the rest.
    seed : int
        The same seed gives the same split.
    named : bool, default False
        A column names the groups, for messages.

    Returns
    -------
    Split
        Sizes are exactly those asked for where no text is repeated, elsewhere as near as whole groups allow.

    Raises
    ------
    ConfigError
        If the sizes leave nothing to train on.
    DataError
        If there are fewer different texts than sides.

    References
    ----------
    .. [1] Sechidis, Tsoumakas, Vlahavas (2011): On the stratification of multi-label data. ECML PKDD.
    """
    wanted = _wanted_rows(len(groups), config)
    weights = np.bincount(groups)  # (n_groups,) rows of each group
    sides_left = 1 + sum(rows > 0 for rows in wanted.values())
    if len(weights) < sides_left:
        alike = "group(s)" if named else "different text(s)"
        stay = "groups stay" if named else "equal texts stay"
        raise DataError(
            f"{len(groups)} rows with only {len(weights)} {alike} cannot fill {sides_left} sides, "
            f"as {stay} on one side; leave out a side with --validation-size 0 or --test-size 0"
        )
    labels = np.zeros((len(weights), y.shape[1]), dtype=np.uint8)  # (n_groups, n_labels)
    for start in range(0, len(y), ROWS_AT_ONCE):
        rows = slice(start, start + ROWS_AT_ONCE)
        np.maximum.at(labels, groups[rows], (y[rows] == 1).astype(np.uint8))  # an unknown label counts as none
    rest = np.arange(len(weights))
    drawn = {"test": rest[:0], "validation": rest[:0]}
    for side in ("test", "validation"):
        if wanted[side]:
            sides_left -= 1
            of_rest = labels if len(rest) == len(labels) else labels[rest]
            inside = draw_side(weights[rest], of_rest, wanted[side], sides_left, config.method, seed)
            drawn[side], rest = rest[inside], rest[~inside]
    sides = (rest, drawn["validation"], drawn["test"])
    return Split(*(np.flatnonzero(np.isin(groups, chosen)) for chosen in sides))


def _wanted_rows(n_rows: int, config: SplitConfig) -> dict[str, int]:
    sizes = {"validation": config.validation_size, "test": config.test_size}
    wanted = {side: math.ceil(size * n_rows) if size < 1 else int(size) for side, size in sizes.items()}
    if sum(wanted.values()) >= n_rows:
        raise ConfigError(
            f"{n_rows} row(s): validation ({wanted['validation']}) and test ({wanted['test']}) leave nothing "
            "to train on; set a smaller --validation-size and --test-size, or 0"
        )
    return wanted


def label_counts(y: NDArray[np.integer], split: Split, label_names: Sequence[str]) -> dict[str, dict[str, int]]:
    """Count the rows of each label on each side.

    Parameters
    ----------
    y : ndarray of int, shape (n_rows, n_labels)
        Multi-hot labels; what is unknown is not counted.
    split : Split
        Sides of the same rows.
    label_names : sequence of str, length n_labels
        Names of the columns.

    Returns
    -------
    dict
        ``{label: {"train": n, "validation": n, "test": n}}``; 0 on a side that was left out.
    """
    counts = {side: (y[indices] == 1).sum(axis=0) for side, indices in split.sides().items()}
    return {name: {side: int(counts[side][i]) for side in SIDES} for i, name in enumerate(label_names)}

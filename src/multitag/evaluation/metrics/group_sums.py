"""Weights of rows added up group by group, at many weightings at once. numpy only."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

AT_ONCE = 1 << 16  # numbers that are gathered at once: they stay within a core's own cache


class GroupSums:
    """Adds up the weights of each group's rows; a row may be in a group more than once, and in any number of groups.

    Parameters
    ----------
    keys : ndarray of uint64, shape (n,)
        Of :func:`pair_keys`: the pairs of a group and a row, in any order. Overwritten.
    n_groups : int
    """

    def __init__(self, keys: NDArray[np.uint64], n_groups: int) -> None:
        keys.sort()
        self._n_groups = n_groups
        self._rows = keys.astype(np.uint32)  # the lower half
        keys >>= np.uint64(32)
        self._starts = np.flatnonzero(np.append(True, keys[1:] != keys[:-1]))[: len(keys)]
        self._groups = keys[self._starts].astype(np.int64)  # those that have rows

    def add_up(self, weights: NDArray[np.integer]) -> NDArray[np.int64]:
        """Add up the weights of each group's rows at each of the weightings.

        Parameters
        ----------
        weights : ndarray of int, shape (n_weightings, n_rows)
            Below 32,768.

        Returns
        -------
        ndarray of int64, shape (n_weightings, n_groups)
            0 for a group without rows.
        """
        sums = np.zeros((len(weights), self._n_groups), dtype=np.int64)
        at_once = max(512, AT_ONCE // max(1, len(weights)))
        for start in range(0, len(self._rows), at_once):
            first = np.searchsorted(self._starts, start, side="right") - 1  # the group that goes on here
            last = np.searchsorted(self._starts, start + at_once)
            starts = np.maximum(self._starts[first:last] - start, 0)
            drawn = weights.take(self._rows[start : start + at_once], axis=1)
            sums[:, self._groups[first:last]] += np.add.reduceat(drawn, starts, axis=1, dtype=weights.dtype)
        return sums


def pair_keys(groups: NDArray[np.integer], rows: NDArray[np.integer]) -> NDArray[np.uint64]:
    """Pack pairs of a group and a row, both below 2**32, into numbers that sort by group, then by row.

    Packed, they are sorted in place and several times faster than by an order of their own.

    Examples
    --------
    >>> sums = GroupSums(pair_keys(np.array([1, 0, 1]), np.array([0, 0, 2])), n_groups=3)
    >>> sums.add_up(np.array([[5, 6, 7]])).tolist()
    [[5, 12, 0]]
    """
    return groups.astype(np.uint64) << np.uint64(32) | rows.astype(np.uint64)

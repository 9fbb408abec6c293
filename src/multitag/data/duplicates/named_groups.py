"""What rows belong to, by a column: a user, a film, a document; rows of one stay on one side."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from multitag.data.cells import is_missing
from multitag.data.phrases import count_noun

Ints = NDArray[np.int64]


def read_groups(cells: Sequence[object]) -> tuple[str, ...]:
    """Return the name of each row's group; empty where there is none, and the row is a group of its own.

    Examples
    --------
    >>> read_groups(["Alien", " Alien ", 7, 7.0, None])
    ('Alien', 'Alien', '7', '7', '')
    """
    return tuple("" if is_missing(cell) else _name(cell) for cell in cells)


def _name(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer():  # numbers beside empty cells become floats in a DataFrame
        return str(int(cell))
    return str(cell).strip()


def count_groups(groups: Sequence[str]) -> int:
    """Count the groups, those of one row without a name included."""
    return len(set(groups) - {""}) + groups.count("")


def describe_groups(groups: Sequence[str]) -> str:
    """Count the groups in words.

    Examples
    --------
    >>> describe_groups(("Alien", "Alien", "Heat", ""))
    '3 groups, each kept on one side; 1 row without one is a group of its own'
    """
    line = f"{count_noun(count_groups(groups), 'group', 'groups')}, each kept on one side"
    empty = groups.count("")
    if not empty:
        return line
    are = "is a group of its own" if empty == 1 else "are each a group of their own"
    return f"{line}; {count_noun(empty, 'row', 'rows')} without one {are}"


def number_groups(groups: Sequence[str]) -> Ints:
    """Number the groups by first appearance, shape (n_rows,); each row without a name has a number of its own."""
    numbers: dict[str | int, int] = {}
    return np.array(
        [numbers.setdefault(name or index, len(numbers)) for index, name in enumerate(groups)], dtype=np.int64
    )


def join_groups(one: Ints, other: Ints) -> Ints:
    """Number the rows that hang together by either grouping, by first appearance.

    Parameters
    ----------
    one, other : ndarray of int64, shape (n_rows,)
        Numbers from 0 without gaps.

    Examples
    --------
    >>> join_groups(np.array([0, 1, 1, 2, 3]), np.array([0, 0, 1, 2, 3])).tolist()
    [0, 0, 0, 1, 2]
    """
    root = list(range(int(one.max(initial=-1)) + 1))

    def find(index: int) -> int:
        while root[index] != index:
            root[index] = root[root[index]]
            index = root[index]
        return index

    first: dict[int, int] = {}  # of each group of the other, a group of the one
    for number, group in zip(one.tolist(), other.tolist(), strict=True):
        here, there = find(number), find(first.setdefault(group, number))
        root[max(here, there)] = min(here, there)
    numbers: dict[int, int] = {}
    return np.array([numbers.setdefault(find(number), len(numbers)) for number in one.tolist()], dtype=np.int64)

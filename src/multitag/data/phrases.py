"""Names and numbers of things as parts of a sentence."""

from __future__ import annotations

from collections.abc import Sequence


def join_phrase(items: Sequence[str]) -> str:
    """Join items with commas, and the last with "and".

    Examples
    --------
    >>> join_phrase(["a"]), join_phrase(["a", "b"]), join_phrase(["a", "b", "c"])
    ('a', 'a and b', 'a, b and c')
    """
    return " and ".join(filter(None, [", ".join(items[:-1]), *items[-1:]]))


def list_first(items: Sequence[str], most: int = 3, rest: str = "more") -> str:
    """List the first items and count the others.

    Examples
    --------
    >>> list_first(["'War'", "'Sport'"])
    "'War' and 'Sport'"
    >>> list_first(["a", "b", "c", "d", "e"])
    'a, b, c and 2 more'
    """
    if len(items) > most:
        return f"{', '.join(items[:most])} and {len(items) - most} {rest}"
    return join_phrase(items)


def list_columns(columns: Sequence[str]) -> str:
    """List columns: all of a few, else the first and the last.

    Examples
    --------
    >>> print(list_columns(["Genre1", "Genre2"]), list_columns([f"SDG{n}" for n in range(1, 18)]))
    'Genre1', 'Genre2' 'SDG1' to 'SDG17'
    """
    if len(columns) <= 4:
        return ", ".join(map(repr, columns))
    return f"{columns[0]!r} to {columns[-1]!r}"


def describe_columns(columns: Sequence[str]) -> str:
    """Return ``column 'Genre'`` or ``columns 'G1', 'G2'``."""
    return f"column {columns[0]!r}" if len(columns) == 1 else f"columns {list_columns(columns)}"


def count_noun(count: int, one: str, several: str) -> str:
    """Return a number with its noun.

    Examples
    --------
    >>> count_noun(1, "row is", "rows are"), count_noun(3, "row is", "rows are")
    ('1 row is', '3 rows are')
    """
    return f"{count} {one if count == 1 else several}"

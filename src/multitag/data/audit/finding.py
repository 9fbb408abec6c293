"""One thing that is wrong or odd with a table: for a program its kind, rows and labels, for a person a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

NAMED = 3  # of what was found, in the sentence; the rest is in the rows and labels


@dataclass(frozen=True)
class Finding:
    """Something found in a table.

    Parameters
    ----------
    kind : str
        A name that stays the same from version to version, such as ``"rare_labels"``.
    message : str
        One sentence.
    rows : tuple of tuple of int
        Numbers of the rows it is about, those that belong together in one tuple.
    labels : tuple of tuple of str
        Names of the labels it is about, likewise.
    """

    kind: str
    message: str
    rows: tuple[tuple[int, ...], ...] = ()
    labels: tuple[tuple[str, ...], ...] = ()


def listed(things: Sequence[str]) -> str:
    """Name the first three of some things, and count the rest.

    Examples
    --------
    >>> listed(["'War'", "'Sport'"])
    "'War' and 'Sport'"
    >>> listed(["a", "b", "c", "d", "e"])
    'a, b, c and 2 more'
    """
    shown = [*things[:NAMED]]
    if len(things) > NAMED:
        return f"{', '.join(shown)} and {len(things) - NAMED} more"
    return " and ".join(filter(None, [", ".join(shown[:-1]), shown[-1]]))


def same_rows(groups: Sequence[Sequence[int]], mark: str = "=") -> str:
    """Name groups of rows that belong together.

    Examples
    --------
    >>> same_rows([(3, 9), (4, 5, 6)])
    'rows 3 = 9 and 4 = 5 = 6'
    """
    shown = [f" {mark} ".join([*map(str, group[:NAMED]), *["..."] * (len(group) > NAMED)]) for group in groups]
    return f"rows {listed(shown)}"

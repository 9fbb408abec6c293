"""One thing that is wrong or odd with a table: for a program its kind, rows and labels, for a person a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from multitag.data.phrases import list_first

SHOWN = 3  # rows of a group in the sentence; all are in the rows of the finding


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


def same_rows(groups: Sequence[Sequence[int]], mark: str = "=") -> str:
    """List groups of rows that belong together.

    Examples
    --------
    >>> same_rows([(3, 9), (4, 5, 6)])
    'rows 3 = 9 and 4 = 5 = 6'
    """
    shown = [f" {mark} ".join([*map(str, group[:SHOWN]), *["..."] * (len(group) > SHOWN)]) for group in groups]
    return f"rows {list_first(shown)}"

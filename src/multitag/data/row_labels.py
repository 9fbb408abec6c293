"""RowLabels: what the cells of one row say about its labels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class RowLabels(NamedTuple):
    """The labels of a row, those that nobody judged, and how sure the others are.

    Parameters
    ----------
    names : tuple of str
        Labels that the row has, each once, in the order in which they stand.
    unknown : tuple of str
        Labels of which the row does not tell whether it has them; never any of ``names``.
    shares : tuple of (str, float)
        Soft labels, in [0, 1]: each label with its share, where shares were given; ``names`` are those of at
        least 0.5. Empty where labels are plain.
    judged : bool
        Whether somebody looked and found no label, where ``names`` is empty: zeros, ``[]``, an annotator's answer. An
        empty cell is no answer.
    """

    names: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    shares: tuple[tuple[str, float], ...] = ()
    judged: bool = False


NOTHING = RowLabels()


def join_rows(parts: Sequence[RowLabels]) -> RowLabels:
    """Join what several columns say about one row."""
    if len(parts) == 1:
        return parts[0]
    names = tuple(dict.fromkeys(name for part in parts for name in part.names))
    unknown = (name for part in parts for name in part.unknown if name not in names)
    shares = dict(share for part in parts for share in part.shares)
    return RowLabels(names, tuple(dict.fromkeys(unknown)), tuple(shares.items()), any(part.judged for part in parts))

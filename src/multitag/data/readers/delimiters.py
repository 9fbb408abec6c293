"""What stands between the cells of a CSV, detected by what makes its rows equally long."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Sequence

DELIMITERS = (",", "\t", ";", "|")


def find_delimiter(lines: Sequence[str], candidates: Iterable[str] = DELIMITERS) -> str:
    r"""Detect the delimiter of a CSV.

    Parameters
    ----------
    lines : sequence of str
        The first lines of the file, with their ends.
    candidates : iterable of str
        The likeliest first.

    Returns
    -------
    str
        The one that the first row holds and by which most rows are as long as the first. Labels within a cell
        may have a separator of their own, which is more frequent in some rows than in others.

    Examples
    --------
    >>> find_delimiter(["text;labels\n", "One, two, three;Drama,War\n"])
    ';'
    >>> find_delimiter(["text,labels\n", "One;Drama;War\n", "Two,War\n", "Three,Drama;War\n"])
    ','
    """
    candidates = tuple(candidates)
    return max(candidates, key=lambda mark: _agreement(lines, mark))  # the first of equals


def _agreement(lines: Sequence[str], delimiter: str) -> float:
    """Return the share of rows as long as the first; 0 where that is one cell."""
    lengths = row_lengths(lines, delimiter)
    if not lengths or lengths[0] < 2:
        return 0.0
    return lengths.count(lengths[0]) / len(lengths)


def row_lengths(lines: Iterable[str], delimiter: str) -> list[int]:
    """Count the cells of each row that is not blank."""
    return [len(row) for row in csv.reader(lines, delimiter=delimiter) if any(row)]


def usual_length(lines: Iterable[str], delimiter: str) -> int:
    """Return the number of cells that most rows have; 0 where there is no row."""
    lengths = Counter(row_lengths(lines, delimiter))
    return max(lengths, key=lambda length: lengths[length], default=0)

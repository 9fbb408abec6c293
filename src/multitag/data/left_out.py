"""Rows that are left out: each with its place and reason, counted in one line, written to a file if asked for."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from multitag.atomic import new_file

# Kinds, in the words that count them. Rows that cannot be split into cells have the kinds of their reader.
BAD_LABELS, BAD_TEXT = "with labels that cannot be read", "with a text that cannot be read"
WITHOUT_TEXT, WITHOUT_LABELS, REPEATED_HEADER = "without text", "without labels", "repeating the header"
NOT_JUDGED, BAD_SHARE = "with no label judged", "with a share outside [0, 1]"

MERGED = "merged with an earlier row of their text"  # used all the same

MIN_LOST, SHARE_LOST = 3, 0.02  # rows left out; fewer are single bad ones

HEADER = ("file", "row", "column", "reason", "content")


@dataclass(frozen=True)
class LeftOut:
    """A row of a source that is not used.

    Parameters
    ----------
    file : str
        As messages name it.
    row : int
        Number in its file; 1 is the first row under the header.
    column : str or None
        The column at fault; None where it is the whole row.
    kind : str
        Words that count such rows: 3 ``"without text"``.
    reason : str
        What is wrong and what to do, ready to follow the place.
    content : str
        The row as it stands, for a quarantine file; empty where none was asked for.
    """

    file: str
    row: int
    column: str | None
    kind: str
    reason: str
    content: str = ""

    @classmethod
    def unreadable(cls, file: str, row: int, reason: str, content: str) -> Self:
        """Describe a row that cannot be split into cells; the reason begins with the kind, as in ``ragged: ...``."""
        return cls(file, row, None, reason.partition(":")[0], reason, content)

    @property
    def place(self) -> str:
        """File, row and column, as in ``IMDB.csv, row 412, column 'Genre'``."""
        return f"{self.file}, row {self.row}" + (f", column {self.column!r}" if self.column else "")


def least_of_a_kind(n_rows: int) -> float:
    """Return from how many rows on those left out of ``n_rows`` may be all those of a kind, and not single bad ones."""
    return max(MIN_LOST, SHARE_LOST * n_rows)


def count_kinds(left_out: Iterable[LeftOut]) -> dict[str, int]:
    """Count the rows of each kind, the most frequent first."""
    return dict(Counter(row.kind for row in left_out).most_common())


def summary_line(n_rows: int, n_used: int, left_out: Iterable[LeftOut]) -> str:
    """Return the account of every row that was read.

    Examples
    --------
    >>> summary_line(3, 2, [LeftOut("x.csv", 2, "Plot", "without text", "empty text in column 'Plot'")])
    '3 rows read: 2 used, 1 left out (1 without text)'
    """
    kinds = count_kinds(left_out)
    if not kinds:
        return f"{n_rows} rows read: all used"
    counted = ", ".join(f"{count} {kind}" for kind, count in kinds.items())
    return f"{n_rows} rows read: {n_used} used, {sum(kinds.values())} left out ({counted})"


def write_quarantine(path: Path, left_out: Iterable[LeftOut]) -> None:
    """Write rows that are left out to a CSV: file, row, column, reason and content; replaced if it exists.

    Raises
    ------
    OutputError
        If it cannot be written; what was there is then as it was.
    """
    with new_file(path, replace=True) as file:
        # JSON can hold halves of characters, which UTF-8 has no bytes for: they are why some rows are here.
        text = io.TextIOWrapper(file, encoding="utf-8", errors="backslashreplace", newline="")
        writer = csv.writer(text)
        writer.writerow(HEADER)
        for row in left_out:
            writer.writerow((row.file, row.row, row.column or "", row.reason, row.content))
        text.detach()

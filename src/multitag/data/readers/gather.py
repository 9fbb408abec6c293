"""Chunks of records from one or more files to columns, with the place of every row."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from multitag.data.columns import Columns
from multitag.data.label_formats.class_labels import name_classes
from multitag.data.readers.mojibake import Mojibake
from multitag.data.readers.records import Chunk, Rejected
from multitag.errors import DataError

MANY = 1000  # rejected rows after which a file is given up early, if they are most of it


class Gathered:
    """Collects the cells of files by column.

    Attributes
    ----------
    starts : list of int
        How many rows the files before each file gave.
    rows : array of int
        Number, from 1, of each row in its file.
    rejected : list of Rejected
    notes : list of str
    """

    def __init__(self) -> None:
        self.cells: dict[str, list[Any]] = {}
        self.starts: list[int] = []
        self.rows = array("q")
        self.rejected: list[Rejected] = []
        self.notes: list[str] = []

    def add(self, chunks: Iterable[Chunk], label: str, *, same_columns: bool = True) -> None:
        """Add a file.

        Parameters
        ----------
        chunks : iterable of Chunk
            All of it.
        label : str
            The file, in messages about rows.
        same_columns : bool, default True
            Refuse columns that the files before do not have, and the lack of any; else what is lacking is None.

        Raises
        ------
        DataError
            If the columns are others than those before, or more than half of the rows are rejected.
        """
        known = tuple(self.cells) if self.starts and same_columns else None
        self.starts.append(len(self.rows))
        mojibake = Mojibake()
        n_read = n_rejected = 0
        for chunk in chunks:
            _check_same(known, chunk.columns, label)
            self._add(chunk, mojibake)
            self.rejected += [replace(each, file=label) for each in chunk.rejected]
            self.notes += [f"{label}: {note}" for note in chunk.notes]
            n_read += len(chunk.rows) + len(chunk.rejected)
            n_rejected += len(chunk.rejected)
            if n_rejected > MANY:
                self._refuse_most(n_rejected, n_read, label)
        self._refuse_most(n_rejected, n_read, label)
        if note := mojibake.note():
            self.notes.append(f"{label}: {note}")

    def _add(self, chunk: Chunk, mojibake: Mojibake) -> None:
        name_classes(chunk.records, chunk.class_names)
        before = len(self.rows)
        self.rows.extend(chunk.rows)
        for column in chunk.columns:
            self.cells.setdefault(column, [None] * before)
        for column, cells in self.cells.items():
            new = [record.get(column) for record in chunk.records]
            cells += new
            for row, cell in zip(chunk.rows, new, strict=True):
                if isinstance(cell, str) and not cell.isascii():
                    mojibake.look(cell, f"row {row}, column {column!r}")

    def _refuse_most(self, n_rejected: int, n_read: int, label: str) -> None:
        if n_rejected * 2 > n_read:
            first = self.rejected[-n_rejected]
            raise DataError(
                f"{label}: {n_rejected} of {n_read} rows cannot be read, row {first.row} first: {first.reason}"
            )

    def columns(self) -> Columns:
        """Return the columns, in the order in which they came."""
        return Columns.of(self.cells, len(self.rows))


def _check_same(known: Sequence[str] | None, columns: Sequence[str], label: str) -> None:
    if known is None or set(known) == set(columns):
        return
    more = [name for name in columns if name not in known]
    lacking = [name for name in known if name not in columns]
    said = [f"{word} {names[0]!r}" for word, names in (("without", lacking), ("with", more)) if names]
    raise DataError(f"{label}: other columns than in the files before it: {' and '.join(said)}; make them the same")

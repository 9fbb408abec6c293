"""Chunks of records from one or more files to columns, with the place of every row."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import replace

from multitag.data.columns import Columns
from multitag.data.label_formats.class_labels import name_classes
from multitag.data.left_out import LeftOut
from multitag.data.readers.mojibake import Mojibake
from multitag.data.readers.records import Chunk
from multitag.data.stored.column import Column
from multitag.errors import DataError

MANY = 1000  # rows left out after which the reading stops early, if they are most of the file


class Gathered:
    """Collects the cells of files by column.

    Attributes
    ----------
    starts : list of int
        Number of rows of the files before each file.
    rows : array of int
        Number, from 1, of each row in its file.
    left_out : list of LeftOut
    notes : list of str
    """

    def __init__(self) -> None:
        self.cells: dict[str, Column] = {}
        self.starts: list[int] = []
        self.rows = array("q")
        self.left_out: list[LeftOut] = []
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
            Refuse columns that the files before do not have, and missing ones; else missing cells are None.

        Raises
        ------
        DataError
            If the columns differ from those before, or more than half of the rows cannot be read, or all of a kind.
        """
        expected = tuple(self.cells) if self.starts and same_columns else None
        self.starts.append(len(self.rows))
        mojibake = Mojibake()
        n_read = n_left_out = 0
        doubt = ""
        for chunk in chunks:
            _check_same(expected, chunk.columns, label)
            self._add(chunk, mojibake)
            self.left_out += [replace(row, file=label) for row in chunk.left_out]
            self.notes += [f"{label}: {note}" for note in chunk.notes]
            n_read += len(chunk.rows) + len(chunk.left_out)
            n_left_out += len(chunk.left_out)
            doubt = doubt or chunk.doubt
            if n_left_out > MANY:
                self._refuse_most(n_left_out, n_read, label)
        self._refuse_most(n_left_out, n_read, label)
        if doubt:
            raise DataError(f"{label}: {doubt}")
        if note := mojibake.note():
            self.notes.append(f"{label}: {note}")

    def _add(self, chunk: Chunk, mojibake: Mojibake) -> None:
        name_classes(chunk.records, chunk.class_names)
        before = len(self.rows)
        self.rows.extend(chunk.rows)
        for column in chunk.columns:
            if column not in self.cells:
                self.cells[column] = Column(before)
        for column, cells in self.cells.items():
            new = [record.get(column) for record in chunk.records]
            cells.extend(new)
            for row, cell in zip(chunk.rows, new, strict=True):
                if isinstance(cell, str) and not cell.isascii():
                    mojibake.look(cell, f"row {row}, column {column!r}")

    def _refuse_most(self, n_left_out: int, n_read: int, label: str) -> None:
        if n_left_out * 2 > n_read:
            first = self.left_out[-n_left_out]
            raise DataError(
                f"{label}: {n_left_out} of {n_read} rows cannot be read, first row {first.row}: {first.reason}"
            )

    def columns(self) -> Columns:
        """Return the columns, in the order in which they came."""
        return Columns.of({name: column.cells for name, column in self.cells.items()}, len(self.rows))


def _check_same(expected: Sequence[str] | None, columns: Sequence[str], label: str) -> None:
    if expected is None or set(expected) == set(columns):
        return
    missing = [name for name in expected if name not in columns]
    added = [name for name in columns if name not in expected]
    difference = [f"{word} {names[0]!r}" for word, names in (("without", missing), ("with", added)) if names]
    raise DataError(f"{label}: columns differ from the files before it: {' and '.join(difference)}; make them the same")

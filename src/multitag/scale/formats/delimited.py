"""CSV and TSV: every so many records of a file are a part; where each begins is found by reading it once."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from typing import BinaryIO

from multitag.data.readers.delimited.dialect import Dialect, find_dialect
from multitag.data.readers.delimited.header import name_columns
from multitag.data.readers.records import ReadOptions
from multitag.errors import DataError
from multitag.scale.formats.part import BLOCK_ROWS, MAX_ROW_BYTES, Part, Row

SAMPLE_LINES, SAMPLE_BYTES = 1000, 2**20


class DelimitedFile:
    """The header and the records of a file, each with the byte at which it begins.

    The file is UTF-8, its first row names the columns, and quotes are doubled within quoted cells.

    Parameters
    ----------
    file : binary file
        At its start.
    name : str
        For errors.
    delimiter : str or None
        None detects it in the first thousand lines.

    Raises
    ------
    DataError
        If it has no header, or is not written as above.
    ConfigError
        If the delimiter cannot be one.
    """

    def __init__(self, file: BinaryIO, name: str, delimiter: str | None = None) -> None:
        csv.field_size_limit(max(csv.field_size_limit(), MAX_ROW_BYTES))
        self.file, self.name = file, name
        dialect = self._dialect(delimiter)
        self.delimiter = dialect.delimiter
        lines = _Lines(file)
        for _ in range(dialect.before):
            next(lines, None)
        header = next(self._records(lines), None)
        if header is None or header[1] is None:
            raise DataError(f"{name}: expected a header and at least one row")
        self.columns = name_columns(header[1], name)
        self.first_offset = lines.offset

    def cut(self, number: int, part_rows: int) -> list[Part]:
        """Cut the file every ``part_rows`` records, reading all of it."""
        starts, position = [], -1
        lines = self._lines(self.first_offset)
        for position, (offset, _) in enumerate(self._records(lines)):
            if position % part_rows == 0:
                starts.append(offset)
        rows = position + 1
        return [
            Part(index, number, index * part_rows, min((index + 1) * part_rows, rows), offset)
            for index, offset in enumerate(starts)
        ]

    def read(self, part: Part, columns: Sequence[str]) -> Iterator[list[Row]]:
        """Read the records of a part in blocks; one that does not fit the header is a row with an error."""
        places = [(column, self.columns.index(column)) for column in dict.fromkeys(columns)]
        lines = self._lines(part.offset)
        records, block = self._records(lines), []
        for position in range(part.start, part.stop):
            _, cells = next(records)
            block.append(self._row(position, cells, lines, places))
            if len(block) == BLOCK_ROWS:
                yield block
                block = []
        if block:
            yield block

    def _row(
        self, position: int, cells: list[str] | None, lines: _Lines, places: Sequence[tuple[str, int]]
    ) -> Row:
        if cells is None:
            return Row(position, {}, f"a quote that is misplaced or never closed ({lines.error})", lines.content())
        if len(cells) > len(self.columns):
            reason = f"{len(cells)} cells, but the header has {len(self.columns)}"
            return Row(position, {}, f"{reason}; quote a cell that holds {self.delimiter!r}", lines.content())
        return Row(position, {column: cells[place] if place < len(cells) else "" for column, place in places})

    def _records(self, lines: _Lines) -> Iterator[tuple[int, list[str] | None]]:
        """Yield each record after the byte at which it begins; None for one that cannot be read. Blank lines are none.

        The same lines always make the same records: a part begins where one of these did.
        """
        reader = csv.reader(lines, delimiter=self.delimiter, strict=True)
        while True:
            offset = lines.begin()
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                lines.give_up(str(error))
                yield offset, None
                reader = csv.reader(lines, delimiter=self.delimiter, strict=True)
                continue
            if cells:
                yield offset, cells

    def _lines(self, offset: int) -> _Lines:
        self.file.seek(offset)
        return _Lines(self.file, offset)

    def _dialect(self, delimiter: str | None) -> Dialect:
        start = [line.decode("utf-8", "replace") for line in self.file.read(SAMPLE_BYTES).splitlines(keepends=True)]
        self.file.seek(0)
        if not "".join(start).strip("\ufeff\r\n "):
            raise DataError(f"{self.name}: nothing but blank lines; expected a header and at least one row")
        if "\0" in start[0] or start[0].startswith("\ufffd"):
            raise DataError(f"{self.name}: not UTF-8; save it as UTF-8, or as Parquet")
        suffixes = [".tsv"] if self.name.lower().endswith(".tsv") else []
        dialect = find_dialect(start[:SAMPLE_LINES], ReadOptions(delimiter), self.name, suffixes)
        if len(dialect.delimiter) != 1 or dialect.delimiter == "\n" or not dialect.quoted or dialect.wrapped:
            raise DataError(f"{self.name}: cannot be cut into parts as it is written; save it as Parquet or .jsonl")
        return dialect


class _Lines:
    """The lines of a file as text, and where the next one begins."""

    def __init__(self, file: BinaryIO, offset: int = 0) -> None:
        self.file, self.offset = file, offset
        self.taken: list[str] = []
        self.second, self.length, self.error = offset, 0, ""

    def begin(self) -> int:
        """Begin a record, and return the byte at which it begins."""
        self.taken, self.length = [], 0
        return self.offset

    def give_up(self, error: str) -> None:
        """Take the record's first line alone for it: a quote that is never closed must not swallow those after it."""
        self.error = error
        self.offset = self.second
        self.file.seek(self.offset)
        del self.taken[1:]

    def content(self) -> str:
        return "".join(self.taken)

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self.file.readline(MAX_ROW_BYTES)
        if not line:
            raise StopIteration
        # Half characters become what no text may hold, so that the row is set aside, and no other.
        text = line.decode("utf-8" if self.offset else "utf-8-sig", "surrogateescape")
        self.offset += len(line)
        self.length += len(line)
        while self.length >= MAX_ROW_BYTES and not line.endswith(b"\n") and (line := self.file.readline(2**20)):
            self.offset += len(line)
        if not self.taken:
            self.second = self.offset
        self.taken.append(text)
        if self.length >= MAX_ROW_BYTES:
            raise csv.Error(f"a row of more than {MAX_ROW_BYTES:,} bytes")
        return text

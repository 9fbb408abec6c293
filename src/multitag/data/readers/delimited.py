"""CSV and TSV to records: each cell as it stands in the file, each broken row reported by itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TextIO

from multitag.data.left_out import LeftOut
from multitag.data.readers.csv_records import MAX_RECORD, CsvRecords
from multitag.data.readers.delimiters import DELIMITERS, find_delimiter, row_lengths, usual_length
from multitag.data.readers.encodings import find_encoding, open_text
from multitag.data.readers.header import header_notes, name_columns
from multitag.data.readers.records import Chunk, ReadOptions, Record, Select
from multitag.data.readers.table_file import TableFile
from multitag.errors import DataError

SAMPLE_LINES = 1000
SAMPLE_CHARACTERS = 2**20


def read_delimited(
    file: TableFile, options: ReadOptions, chunk_rows: int, select: Select | None = None
) -> Iterator[Chunk]:
    """Read a CSV or TSV.

    Parameters
    ----------
    file : TableFile
    options : ReadOptions
    chunk_rows : int
        Rows of a chunk, those left out included.
    select : callable, optional
        Chooses the columns to keep.

    Yields
    ------
    Chunk
        At least one, possibly without records. A row with more cells than there are columns, and one with an
        unclosed quote, are left out; a row with fewer is filled up with empty cells.

    Raises
    ------
    DataError
        If there is nothing but blank lines, two columns have one name, or a quote is open at the end.
    """
    encoding = find_encoding(file, options.encoding)
    with open_text(file, encoding.codec) as (text, share):
        start = _first_lines(text)
        delimiter = options.delimiter or find_delimiter(start, _likeliest(file))
        rows = CsvRecords(text, file.name, delimiter, start)
        notes = [encoding.note] if encoding.note else []
        if options.header:
            columns = name_columns(_header(rows, file.name), file.name)
            notes += header_notes(columns)
        else:
            columns = tuple(map(str, range(1, usual_length(start, delimiter) + 1)))
        kept = columns if select is None else tuple(select(columns))
        sorter = _Sorter(file.name, columns, kept, delimiter)
        at_end = False
        while not at_end:
            before = sorter.number
            records, numbers, left_out = sorter.sort(islice(rows, chunk_rows), rows)
            at_end = sorter.number - before < chunk_rows
            notes += sorter.notes() if at_end else []
            yield Chunk(kept, records, numbers, share(), tuple(left_out), tuple(notes))
            notes = []


def _first_lines(text: TextIO) -> list[str]:
    """Read the lines that the delimiter is detected from."""
    lines: list[str] = []
    characters = 0
    while len(lines) < SAMPLE_LINES and characters < SAMPLE_CHARACTERS and (line := text.readline(MAX_RECORD)):
        lines.append(line)
        characters += len(line)
    return lines


def _likeliest(file: TableFile) -> tuple[str, ...]:
    """Order the delimiters: the tab first where the file's name says so."""
    tabs = {".tsv", ".tab"}.intersection(suffix.lower() for suffix in file.path.suffixes[-2:])
    return ("\t", *(mark for mark in DELIMITERS if mark != "\t")) if tabs else DELIMITERS


def _header(rows: CsvRecords, name: str) -> list[str]:
    for cells in rows:
        if cells is None:
            raise DataError(f"{name}, line {rows.line}: the header has a quote that is not closed or not at the end")
        return cells
    raise DataError(f"{name}: nothing but blank lines; expected a header and at least one row")


class _Sorter:
    """Numbers the rows of a file, and sorts those that fit its columns from those that do not."""

    def __init__(self, name: str, columns: tuple[str, ...], kept: tuple[str, ...], delimiter: str) -> None:
        self.name, self.columns, self.delimiter = name, columns, delimiter
        self.kept = [(column, columns.index(column)) for column in kept]
        self.number = 0  # of the last row
        self.n_short, self.first_short = 0, ""

    def sort(
        self, chunk: Iterable[list[str] | None], rows: CsvRecords
    ) -> tuple[list[Record], list[int], list[LeftOut]]:
        """Return the records of a chunk of ``rows``, their numbers, and the rows that are left out."""
        records: list[Record] = []
        numbers: list[int] = []
        left_out: list[LeftOut] = []
        width = len(self.columns)
        for cells in chunk:
            self.number += 1
            reason = self._defect(cells, rows)
            if cells is None or reason:
                left_out.append(LeftOut.unreadable(self.name, self.number, reason, rows.content()))
                continue
            if len(cells) < width:
                self.first_short = self.first_short or f"row {self.number} (line {rows.line})"
                self.n_short += 1
                cells += [""] * (width - len(cells))
            records.append({column: cells[position] for column, position in self.kept})
            numbers.append(self.number)
        return records, numbers, left_out

    def _defect(self, cells: list[str] | None, rows: CsvRecords) -> str:
        """Return why a row is left out; empty where it is not."""
        if cells is None and rows.unclosed:
            return f"with an unclosed quote: it opens in line {rows.line}; close it, or double it"
        n_cells = row_lengths([rows.content()], self.delimiter)[0] if cells is None else len(cells)
        if n_cells > len(self.columns):
            return (
                f"ragged: line {rows.line} has {n_cells} cells, the table {len(self.columns)} columns; "
                f"a cell that holds {self.delimiter!r} or a line break must be quoted, and quotes in it doubled"
            )
        if cells is None:
            return f"with a misplaced quote: text follows a closing quote in line {rows.line}; double quotes in a cell"
        return ""

    def notes(self) -> list[str]:
        if not self.n_short:
            return []
        rows = "1 row has" if self.n_short == 1 else f"{self.n_short} rows have"
        return [
            f"{rows} fewer cells than there are columns, first {self.first_short}; the missing cells are read as empty"
        ]

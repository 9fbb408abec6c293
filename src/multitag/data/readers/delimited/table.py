"""CSV and TSV to records: each cell as it stands in the file, each broken row reported by itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TextIO

from multitag.data.left_out import LeftOut, least_of_a_kind
from multitag.data.readers.delimited.csv_records import MAX_RECORD, CsvRecords
from multitag.data.readers.delimited.delimiters import row_lengths, usual_length
from multitag.data.readers.delimited.dialect import Dialect, find_dialect
from multitag.data.readers.delimited.header import COMMENTS, header_notes, name_columns, shared_name_notes
from multitag.data.readers.encodings import find_encoding, open_text
from multitag.data.readers.records import LINES, Chunk, ReadOptions, Record, Select
from multitag.data.readers.table_file import STDIN_NAME, TableFile
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
        skipped = sum(1 for _ in islice(iter(lambda: text.readline(MAX_RECORD), ""), options.skip_rows or 0))
        start = _first_lines(text)
        dialect = find_dialect(start, options, file.name, _suffixes(file))
        rows = CsvRecords(text, file.name, dialect, start, skipped=skipped, comment=options.comment)
        notes = [encoding.note] if encoding.note else []
        notes += dialect.notes
        if options.header:
            header = _header(rows, file.name)
            columns = name_columns(header, file.name)
            notes += shared_name_notes(header) + header_notes(columns)
        else:
            columns = _numbers(start, dialect)
        kept = columns if select is None else tuple(select(columns))
        sorter = _Sorter(file.name, columns, kept, dialect, options)
        at_end = False
        while not at_end:
            before = sorter.number
            records, numbers, left_out = sorter.sort(islice(rows, chunk_rows), rows)
            at_end = sorter.number - before < chunk_rows
            notes += sorter.notes() if at_end else []
            doubt = sorter.doubt() if at_end else ""
            yield Chunk(kept, records, numbers, share(), tuple(left_out), tuple(notes), doubt=doubt)
            notes = []


def _first_lines(text: TextIO) -> list[str]:
    """Read the lines that the delimiter is detected from."""
    lines: list[str] = []
    characters = 0
    while len(lines) < SAMPLE_LINES and characters < SAMPLE_CHARACTERS and (line := text.readline(MAX_RECORD)):
        lines.append(line)
        characters += len(line)
    return lines


def _suffixes(file: TableFile) -> list[str]:
    """Return what the file's name says of it; standard input may be a text file as well as a table."""
    return [".txt"] if file.name == STDIN_NAME else [suffix.lower() for suffix in file.path.suffixes[-2:]]


def _numbers(lines: list[str], dialect: Dialect) -> tuple[str, ...]:
    """Name the columns by their numbers, as many as most rows have cells."""
    rows = lines[dialect.before :]
    length = 1 if dialect.delimiter == LINES else usual_length(rows, dialect.delimiter, quoted=dialect.quoted)
    return tuple(map(str, range(1, length + 1)))


def _header(rows: CsvRecords, name: str) -> list[str]:
    for cells in rows:
        if cells is None:
            raise DataError(f"{name}, line {rows.line}: the header has a quote that is not closed or not at the end")
        return cells
    raise DataError(f"{name}: nothing but blank lines; expected a header and at least one row")


class _Sorter:
    """Numbers the rows of a file, and sorts those that fit its columns from those that do not."""

    def __init__(
        self, name: str, columns: tuple[str, ...], kept: tuple[str, ...], dialect: Dialect, options: ReadOptions
    ) -> None:
        self.name, self.columns, self.dialect = name, columns, dialect
        self.header = options.header
        self.auto = options.quoting == "auto" and dialect.quoted
        self.n_comments, self.comment, self.doubtful = 0, "", ""
        self.kept = [(column, columns.index(column)) for column in kept]
        self.number = 0  # of the last row
        self.n_short, self.first_short = 0, ""
        self.n_ragged, self.n_escaped = 0, 0
        self.holds_delimiter = not self.auto  # whether a cell of a row that is read holds it

    def sort(
        self, chunk: Iterable[list[str] | None], rows: CsvRecords
    ) -> tuple[list[Record], list[int], list[LeftOut]]:
        """Return the records of a chunk of ``rows``, their numbers, and the rows that are left out."""
        records: list[Record] = []
        numbers: list[int] = []
        left_out: list[LeftOut] = []
        width = len(self.columns)
        longest, taken, auto = width + self.dialect.surplus, rows.lines.taken, self.auto and width > 1
        for cells in chunk:
            self.number += 1
            if len(taken) > 1 and auto:
                self._refuse_rows_in_a_cell(cells, rows)
            if cells is not None and width < len(cells) <= longest and not any(cells[width:]):
                del cells[width:]
            reason = self._defect(cells, rows)
            if cells is None or reason:
                content = rows.content()
                left_out.append(LeftOut.unreadable(self.name, self.number, reason, content))
                self.n_ragged += cells is not None
                self.n_escaped += '\\"' in content
                continue
            if not self.holds_delimiter:
                self.holds_delimiter = any(self.dialect.delimiter in cell for cell in cells)
            if len(cells) < width:
                self.first_short = self.first_short or f"row {self.number} (line {rows.line})"
                self.n_short += 1
                mark = next((mark for mark in COMMENTS if cells[0].startswith(mark)), "")
                self.n_comments += bool(mark)
                self.comment = self.comment or mark
                cells += [""] * (width - len(cells))
            records.append({column: cells[position] for column, position in self.kept})
            numbers.append(self.number)
        return records, numbers, left_out

    def _defect(self, cells: list[str] | None, rows: CsvRecords) -> str:
        """Return why a row is left out; empty where it is not."""
        if cells is None and rows.unclosed:
            return f"with an unclosed quote: it opens in line {rows.line}; close or double it, or use --quoting none"
        delimiter = self.dialect.delimiter
        n_cells = row_lengths([rows.content()], delimiter)[0] if cells is None else len(cells)
        if n_cells > len(self.columns):
            lines = "" if self.header and len(self.columns) > 1 else "; if each line is one text, use --sep none"
            return (
                f"ragged: line {rows.line} has {n_cells} cells, the table {len(self.columns)} columns; "
                f"a cell that holds {delimiter!r} or a line break must be quoted, and quotes in it doubled{lines}"
            )
        if cells is None:
            return (
                f"with a misplaced quote: text follows a closing quote in line {rows.line}; double quotes in a cell, "
                "or use --quoting none"
            )
        return ""

    def _refuse_rows_in_a_cell(self, cells: list[str] | None, rows: CsvRecords) -> None:
        holds_rows = False if cells is None else rows.holds_rows(len(self.columns))
        if holds_rows is None:
            self.doubtful = self.doubtful or f"row {self.number} (line {rows.line})"
        if holds_rows:
            raise DataError(
                f"{self.name}, row {self.number}: one cell over {len(rows.lines.taken)} lines (from line {rows.line}), "
                f"and each of them holds {self.dialect.delimiter!r} as rows do; if quotes are part of the texts, use "
                "--quoting none, else --quoting double"
            )

    def doubt(self) -> str:
        """Return why the rows left out are all those of a kind; see :class:`Chunk`."""
        least = least_of_a_kind(self.number)
        go_on = "or leave these rows out with --quoting double"
        if self.auto and self.n_escaped >= least:
            return (
                f"{self.n_escaped} of {self.number} rows cannot be read, and they hold quotes behind a backslash; "
                f'write "" for a quote in a cell, or save as .jsonl, {go_on}'
            )
        if self.n_ragged >= least and not self.holds_delimiter:
            return (
                f"{self.n_ragged} of {self.number} rows have more cells than the table has columns, and no other row "
                f"holds {self.dialect.delimiter!r} in a cell: it is not quoted in this file, and every row that holds "
                f"it would be lost; put quotes around cells, {go_on}"
            )
        return ""

    def notes(self) -> list[str]:
        notes = []
        if self.n_short:
            rows = "1 row has" if self.n_short == 1 else f"{self.n_short} rows have"
            notes.append(
                f"{rows} fewer cells than there are columns, first {self.first_short}; "
                "the missing cells are read as empty"
            )
        if self.n_comments:
            begin = "1 of these begins" if self.n_comments == 1 else f"{self.n_comments} of these begin"
            notes.append(f"{begin} with {self.comment!r}; if that marks a comment, use --comment '{self.comment}'")
        if self.doubtful:
            notes.append(
                f"{self.doubtful} has a cell over 2 lines that may be 2 rows; if quotes are part of the texts, use "
                "--quoting none"
            )
        return notes

"""The rows of a CSV, with their lines: a quote that is not closed breaks its own row and no other."""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterable, Iterator
from typing import TextIO

from multitag.data.readers.delimited.dialect import Dialect, unwrap
from multitag.data.readers.records import LINES
from multitag.errors import DataError

MAX_RECORD = 2**24  # characters of one row: a quote that is never closed must not take all memory


class CsvRecords:
    """Rows of cells, one by one; None for a row with a broken quote.

    After each, ``line`` is the number of its first line, and :meth:`content` what it was read from. After None,
    ``unclosed`` says whether the quote is not closed within its line, or is, but in the middle of a cell.

    Parameters
    ----------
    text : TextIO
        With the ends of its lines as they are.
    name : str
        Of the file, for errors.
    dialect : Dialect
    start : iterable of str
        Lines that were taken from ``text`` before.
    skipped : int
        Number of lines of the file before those.
    comment : str, optional
        What the lines begin with that are comments.

    Raises
    ------
    DataError
        While iterating, if a quote is open at the end of the file, or a row is longer than 16 million characters.
    """

    def __init__(
        self, text: TextIO, name: str, dialect: Dialect, start: Iterable[str] = (), *,
        skipped: int = 0, comment: str | None = None,
    ) -> None:  # fmt: skip
        # The limit of the module is that of the whole interpreter; 128 KB is less than a long text may have.
        csv.field_size_limit(max(csv.field_size_limit(), MAX_RECORD))
        self.name = name
        self.delimiter, self.comment = dialect.delimiter, comment
        if dialect.wrapped:
            self.lines = _Lines(_Unwrapped(text), name, map(unwrap, start), skipped)
        else:
            self.lines = _Lines(text, name, start, skipped)
        for _ in range(dialect.before):
            next(self.lines)
        self.line = 1
        self.unclosed = False
        # Strict, or csv drops stray quotes, and takes an open one for closed at the end of the file.
        self.reader: Iterator[list[str]] = (
            csv.reader(self.lines, delimiter=self.delimiter, skipinitialspace=dialect.spaced, strict=True)
            if dialect.quoted
            else self._unquoted()
        )

    def __iter__(self) -> Iterator[list[str] | None]:
        while True:
            self.line = self.lines.begin()
            if self.comment is not None:
                self.line = self.lines.skip_comments(self.comment)
            try:
                cells: list[str] | None = next(self.reader)
            except StopIteration:
                return
            except csv.Error as error:
                if self.lines.ended:
                    raise DataError(
                        f"{self.name}, line {self.line}: a quote opens here and is never closed; "
                        "close it, double the quotes within a quoted cell, use --quoting none, or save as .jsonl"
                    ) from error
                self.unclosed = len(self.lines.taken) > 1
                self.lines.put_back()
                cells = None
            if cells is None or not self._is_blank(cells):
                yield cells

    def _is_blank(self, cells: list[str]) -> bool:
        return not cells or (len(cells) == 1 and not self.content().strip())

    def _unquoted(self) -> Iterator[list[str]]:
        for line in self.lines:
            cells = line.rstrip("\r\n")
            yield [cells] if self.delimiter == LINES else cells.split(self.delimiter)

    def holds_rows(self, width: int) -> bool | None:
        """Return whether the last row, of several lines, is as many rows whose quotes belong to texts; None in doubt.

        Each of its lines has as many cells as the table has columns if the quotes that open and close its cell are
        taken for letters. Of commas those count that no space follows, as in sentences, and two lines of a text may
        well have one each. A tab is rare in texts, so that one in each line is enough.
        """
        lines, mark = self.lines.taken, self.delimiter
        if lines[0].count('"') != 1 or lines[-1].count('"') != 1 or mark not in lines[0]:
            return False
        if mark in "\t|":
            counts = [line.count(mark) for line in lines]
            return all(counts) and counts.count(width - 1) * 2 > len(counts)
        ends = (f"{mark}\n", f"{mark}\r\n", f"{mark}\r")
        if any(line.count(mark) - line.count(f"{mark} ") - line.endswith(ends) != width - 1 for line in lines):
            return False
        return True if len(lines) > 2 else None

    def content(self) -> str:
        """Return the lines of the last row, without the last line's end."""
        return "".join(self.lines.taken).rstrip("\r\n")


class _Lines:
    """Lines that can be put back, and that remember which of them make the record being read."""

    def __init__(self, text: TextIO | _Unwrapped, name: str, start: Iterable[str], skipped: int) -> None:
        self.text, self.name = text, name
        self.pending = deque(start)
        self.number = skipped  # of the last line taken
        self.taken: list[str] = []
        self.characters = 0  # in them
        self.ended = False

    def begin(self) -> int:
        """Begin a record; return the number of its first line."""
        self.taken.clear()
        self.characters = 0
        return self.number + 1

    def skip_comments(self, mark: str) -> int:
        """Pass over comments before a record; return the number of its first line."""
        while (line := self._read()).startswith(mark):
            self.number += 1
        self.pending.appendleft(line)
        return self.number + 1

    def _read(self) -> str:
        return self.pending.popleft() if self.pending else self.text.readline(MAX_RECORD)

    def put_back(self) -> None:
        """Keep the first line of the record only: the others are read again."""
        self.pending.extendleft(reversed(self.taken[1:]))
        self.number -= len(self.taken) - 1
        del self.taken[1:]

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self.pending.popleft() if self.pending else self.text.readline(MAX_RECORD)
        if not line:
            self.ended = True
            raise StopIteration
        self.number += 1
        self.taken.append(line)
        self.characters += len(line)
        if self.characters >= MAX_RECORD:
            raise DataError(
                f"{self.name}, line {self.number - len(self.taken) + 1}: a row of more than {MAX_RECORD:,} "
                "characters begins here; is a quote left open?"
            )
        return line


class _Unwrapped:
    """Lines without the quotes around them."""

    def __init__(self, text: TextIO) -> None:
        self.text = text

    def readline(self, size: int) -> str:
        return unwrap(self.text.readline(size))

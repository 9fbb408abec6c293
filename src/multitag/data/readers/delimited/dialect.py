"""How a CSV is written: what stands before its header, between its cells and around them, seen in its first lines."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from multitag.data.readers.delimited.delimiters import (
    DELIMITERS,
    MOST_ROWS,
    agreement,
    count_surplus,
    find_delimiter,
    is_spaced,
    row_lengths,
)
from multitag.data.readers.delimited.header import is_sentence, refuse_titles
from multitag.data.readers.records import LINES, ReadOptions

EXCEL_LINE = re.compile(r'"?sep=(.)"?[,;\t|]*\s*', re.IGNORECASE)  # Excel's own first line, which it does not show
# A delimiter, with what shows that it is one of a sentence: a space or a quote's end after it, or digits around it.
IN_SENTENCES = r"{}(\W? |(?<=\d.)\d|)"


@dataclass(frozen=True)
class Dialect:
    """How the rows of a file are written.

    Parameters
    ----------
    delimiter : str
        :data:`~multitag.data.readers.records.LINES` where each line is one cell.
    before : int
        Lines before the first row, of those that were looked at.
    quoted : bool
        Quotes stand around cells, and are no part of them.
    spaced : bool
        Spaces stand before the quotes of cells.
    surplus : int
        Empty cells that every row has after the last column of the header.
    wrapped : bool
        Each line is one quoted cell that holds the cells of its row.
    notes : tuple of str
        What was taken for granted, in sentences.
    """

    delimiter: str
    before: int = 0
    quoted: bool = True
    spaced: bool = False
    surplus: int = 0
    wrapped: bool = False
    notes: tuple[str, ...] = ()


def find_dialect(lines: Sequence[str], options: ReadOptions, name: str, suffixes: Iterable[str] = ()) -> Dialect:
    """Detect how a CSV is written, where the options do not say it.

    Parameters
    ----------
    lines : sequence of str
        The first lines of the file, with their ends, after those that are skipped.
    options : ReadOptions
    name : str
        Of the file, for errors.
    suffixes : iterable of str
        Endings of the file's name, in lower case: .tsv and .tab make the tab likelier, .txt whole lines.

    Raises
    ------
    DataError
        If lines that are no rows stand before the header.
    """
    excel = EXCEL_LINE.fullmatch(lines[0].removeprefix("\ufeff")) if lines else None
    before, named = (1, options.delimiter or excel[1]) if excel else (0, options.delimiter)
    if named == LINES:
        return Dialect(LINES, before, quoted=False)
    rows = {n: line for n, line in enumerate(lines[before:], start=before + 1) if not _is_comment(line, options)}
    quoted = options.quoting != "none"
    wrapped = quoted and options.header and _is_wrapped(list(rows.values()), (named,) if named else DELIMITERS)
    if wrapped:
        rows = {n: unwrap(line) for n, line in rows.items()}
    content = list(rows.values())
    delimiter = named or find_delimiter(content, _order(suffixes), quoted=quoted)
    if options.header and options.skip_rows is None:
        refuse_titles(rows, delimiter, DELIMITERS if named is None else (), name)
    if named is None and _is_prose(content, delimiter, options, suffixes):
        note = "each line is read as one text; if cells stand between commas or the like, name it with --sep"
        return Dialect(LINES, before, quoted=False, notes=(note,))
    spaced = quoted and is_spaced(content, delimiter)
    surplus = count_surplus(content, delimiter, quoted=quoted, spaced=spaced) if options.header else 0
    notes = {
        "each line is one quoted cell; the lines are read without these quotes": wrapped,
        f"split at {delimiter!r}; if each line is one text, use --sep none":
            named is None and not options.header and ".txt" in suffixes and delimiter in ",;|"
            and agreement(content, delimiter) > 0,
        "spaces between a delimiter and a cell are dropped, as they stand before quotes": spaced,
        "the rows end with a delimiter that the header has not; the empty cell after it is dropped": surplus > 0,
    }  # fmt: skip
    return Dialect(
        delimiter, before, quoted, spaced, surplus, wrapped, tuple(note for note, holds in notes.items() if holds)
    )


def _is_comment(line: str, options: ReadOptions) -> bool:
    return options.comment is not None and line.startswith(options.comment)


def unwrap(line: str) -> str:
    """Return the row of a line that is one quoted cell; any other line as it is.

    Examples
    --------
    >>> unwrap('"A storm,War"'), unwrap('"A storm","War"')
    ('A storm,War', '"A storm","War"')
    """
    body = line.rstrip("\r\n")
    if not re.fullmatch('"(?:[^"]|"")*"', body):
        return line
    return body[1:-1].replace('""', '"') + line[len(body) :]


def _order(suffixes: Iterable[str]) -> tuple[str, ...]:
    """Order the delimiters: the tab first where the file's name says so."""
    tabs = {".tsv", ".tab"}.intersection(suffixes)
    return ("\t", *(mark for mark in DELIMITERS if mark != "\t")) if tabs else DELIMITERS


def _is_wrapped(lines: Sequence[str], delimiters: Sequence[str]) -> bool:
    """Return whether lines are rows in quotes: within these, most are as long as the header, which is several cells."""
    rows = [line for line in lines if line.strip()]
    inner = [unwrap(line) for line in rows]
    if len(rows) < 2 or any(after == line for after, line in zip(inner[1:], rows[1:], strict=True)):
        return False
    return any(agreement(inner, mark) > MOST_ROWS for mark in delimiters)


def _is_prose(lines: Sequence[str], delimiter: str, options: ReadOptions, suffixes: Iterable[str]) -> bool:
    """Return whether each line of a text file is a text: its commas are those of sentences, if it has any."""
    rows = [line for line in lines if line.strip()]
    if ".txt" not in suffixes or not rows or delimiter not in ",;":
        return False
    if any(line.startswith('"') for line in rows):
        if _is_strict(rows, delimiter):
            return False
        if agreement(rows, delimiter) == 0.0:
            return True
    if agreement(rows, delimiter) == 0.0:
        return any(length > 1 for length in row_lengths(rows, delimiter))  # else it is the same
    names = rows[0].strip().split(delimiter)
    if options.header and not any(map(is_sentence, names)):
        return False
    marks = [mark for line in rows for mark in re.findall(IN_SENTENCES.format(delimiter), line.rstrip())]
    return marks.count("") <= (1 - MOST_ROWS) * len(marks)


def _is_strict(lines: Sequence[str], delimiter: str) -> bool:
    try:
        return bool(list(csv.reader(lines, delimiter=delimiter, strict=True)))
    except csv.Error:
        return False

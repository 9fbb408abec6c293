"""The header of a table: the names of its columns, what is odd about them, and which one is meant."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import takewhile

from multitag.data.readers.delimited.delimiters import MOST_ROWS, agreement, find_delimiter, usual_length
from multitag.errors import DataError

LONGEST_NAME = 100  # characters; more is a text
SHOWN = 40  # characters of a name, in a message
NAME_WORDS = 4  # more, with a full stop, are a sentence; questions of a survey may name columns
COMMENTS = ("#", "//", "%")
MOST_TITLES = 20  # lines before the header
SHORT_NAME = 60  # characters, at most, where there is doubt that it is a name
SENTENCE = re.compile(r"[.!?]\W*$")
NUMBER = re.compile(r"[-+]?\d+([.,]\d+)*")


def name_columns(header: Sequence[str], where: str) -> tuple[str, ...]:
    """Return the columns' names by their header; one without a name by its number, but for the first of all.

    That one holds the index of a data frame, mostly, and keeps its empty name.

    Columns that share a name are told apart by their numbers, so that none of them is taken for another.

    Raises
    ------
    DataError
        If two columns have the same name even so.

    Examples
    --------
    >>> name_columns(["text", "note", "note"], "x.csv")
    ('text', 'note (column 2)', 'note (column 3)')
    """
    names = [name or (str(n) if n > 1 else "") for n, name in enumerate(header, start=1)]
    shared = {name for name, count in Counter(header).items() if name and count > 1}
    names = [f"{name} (column {n})" if name in shared else name for n, name in enumerate(names, start=1)]
    twice = next((name for name, count in Counter(names).items() if count > 1), None)
    if twice is not None:
        raise DataError(f"{where}, header: column {twice!r} appears more than once; rename one of them")
    return tuple(names)


def shared_name_notes(header: Sequence[str]) -> list[str]:
    """Return a sentence on each name that several columns have."""
    shared = [name for name, count in Counter(header).items() if name and count > 1]
    return [
        f"{header.count(name)} columns are named {name[:SHOWN]!r}; "
        f"the first is read as {f'{name} (column {header.index(name) + 1})'[: 2 * SHOWN]!r}, and so on"
        for name in shared
    ]


def looks_like_data(names: Sequence[str]) -> str | None:
    """Return the first name that is a number, a sentence or a long text, as without a header; None where none is."""
    # A column without a name goes by its number.
    named = (name for n, name in enumerate(names, start=1) if name != str(n))
    return next((name for name in named if _is_data(name.strip()) or len(name) > LONGEST_NAME), None)


def _is_data(name: str) -> bool:
    return bool(NUMBER.fullmatch(name)) or (name.endswith((".", "!")) and len(name.split()) > NAME_WORDS)


def header_notes(names: Sequence[str]) -> list[str]:
    """Return sentences on what is odd about a header."""
    notes = [
        f"column {name!r} has spaces around its name; {name.strip()!r} works too"
        for name in names
        if name != name.strip() and name.strip() and name.strip() not in names
    ]
    if (odd := looks_like_data(names)) is not None:
        notes.append(f"the first line names a column {odd[:SHOWN]!r}; if it is a row of data, use --no-header")
    return notes


def find_column(names: Sequence[str], column: str) -> str | None:
    """Return the column of that name, or the only one that has it between spaces; None where none has."""
    if column in names:
        return column
    spaced = [name for name in names if isinstance(name, str) and name.strip() == column.strip()]
    return spaced[0] if len(spaced) == 1 else None


def refuse_titles(
    rows: Mapping[int, str], delimiter: str, others: Sequence[str], name: str, *, place: str = "line"
) -> None:
    """Refuse a file whose header comes after titles or comments; ``place`` is what the numbers are of.

    Raises
    ------
    DataError
        Names the line of the header, and what to do.
    """
    numbers, lines = list(rows), list(rows.values())
    remedy = f"or --skip-rows 0 if the header is in the first {place}"
    if place == "line" and (comment := _comment_mark(lines)):
        raise DataError(
            f"{name}, line {numbers[0]}: lines that begin with {comment!r} seem to be comments, not the header; use "
            f"--comment '{comment}', {remedy}"
        )
    marks = (delimiter,) if agreement(lines, delimiter) > MOST_ROWS else (delimiter, *others)
    if n_titles := next(filter(None, (_count_titles(lines, mark) for mark in marks)), 0):
        line = numbers[n_titles]
        raise DataError(
            f"{name}: the header seems to be in {place} {line}, as the {place}s before it are not like its rows; use "
            f"--skip-rows {line - 1}, {remedy}"
        )


def _comment_mark(lines: Sequence[str]) -> str | None:
    """Return what the first lines begin with that are comments, not a header that begins so."""
    mark = next((mark for mark in COMMENTS if lines and lines[0].startswith(mark)), None)
    if mark is None:
        return None
    comments = list(takewhile(lambda line: line.startswith(mark) or not line.strip(), lines))
    rows = lines[len(comments) :]
    bodies = (rows, [line for line in rows if not line.startswith(mark)])  # the former for cells that begin so
    rest = max(bodies, key=lambda body: agreement(body, find_delimiter(body)))
    if not rest:
        return None
    delimiter = find_delimiter(rest)
    last = [line.strip() for line in comments if line.strip()][-1]
    like_rows = last.count(delimiter) + 1 == usual_length(rest, delimiter) and f"{delimiter} " not in last
    header = next(csv.reader(rest, delimiter=delimiter))
    is_table = agreement(rest, delimiter) > MOST_ROWS and _is_header(header)
    return mark if is_table and not like_rows else None


def _count_titles(lines: Sequence[str], delimiter: str) -> int:
    """Count the lines before the header, if that is clear: these hold one cell or a sentence."""
    reader = csv.reader(lines, delimiter=delimiter)
    starts, rows, start = [], [], 0
    for row in reader:
        starts.append(start)
        rows.append([cell.strip() for cell in row])
        start = reader.line_num
    sizes = Counter(len(row) for row in rows if any(row))
    usual = sizes.most_common(1)[0][0] if sizes else 0
    spaced = f"{delimiter} "  # a title may have commas, as sentences do
    if len(rows) > 1 and _are_merged(rows[0], rows[1], rows[2:]):
        return starts[1]
    n_titles = 0
    for start, row in zip(starts[: MOST_TITLES + 1], rows, strict=False):
        is_sentence_like = len(row) != usual and not _is_header(row) and lines[start].count(spaced) == len(row) - 1
        if len(list(filter(None, row))) > 1 and not is_sentence_like:
            break
        n_titles += 1
    if n_titles == len(rows):
        return 0
    titles, after = rows[:n_titles], [row for row in rows[n_titles + 1 :] if any(row)]
    if not any(map(any, titles)) or not all(title[0] for title in titles if any(title)) or not after:
        return 0
    width = len(list(filter(None, rows[n_titles])))
    several = sum(len(list(filter(None, row))) > 1 and len(row) >= width for row in after)
    as_long = usual_length(lines[starts[n_titles] :], delimiter) in range(width, len(rows[n_titles]) + 2)
    is_tight = spaced not in lines[starts[n_titles]]
    is_table = is_tight and _is_header(rows[n_titles]) and as_long and several >= MOST_ROWS * len(after)
    return starts[n_titles] if is_table else 0


def _are_merged(first: Sequence[str], second: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
    """Return whether the first line names groups of columns, as merged cells do, and the second the columns."""
    if not any(first) or all(first[1:]) or not all(second) or len(first) != len(second) or not _is_header(second):
        return False
    below = [row for row in rows if len(row) == len(second)]
    columns = ([row[place] for row in below if row[place]] for place in range(len(second)))
    return any(cells and all(map(NUMBER.fullmatch, cells)) for cells in columns)


def _is_header(row: Sequence[str]) -> bool:
    """Return whether cells are names: short, different, neither numbers nor sentences."""
    names = [cell.strip() for cell in row if cell.strip()]
    like_names = all(len(name) <= SHORT_NAME and not NUMBER.fullmatch(name) for name in names)
    return like_names and len(set(names)) == len(names) > 1 and not any(map(is_sentence, names))


def is_sentence(cell: str) -> bool:
    return bool(SENTENCE.search(cell)) or len(cell.split()) > NAME_WORDS

"""JSON Lines and JSON to records: an object a line, a list of objects, or an object of columns."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import TextIO

from multitag.data.left_out import LeftOut
from multitag.data.readers.delimited.csv_records import MAX_RECORD
from multitag.data.readers.encodings import find_encoding, open_text
from multitag.data.readers.records import Chunk, ReadOptions, Record, Select
from multitag.data.readers.table_file import TableFile
from multitag.errors import DataError

EXPECTED = 'expected a list of objects, an object of columns, or {"data": [...]}'


def read_json_lines(
    file: TableFile, options: ReadOptions, chunk_rows: int, select: Select | None = None
) -> Iterator[Chunk]:
    """Read JSON Lines: one object a line.

    Parameters
    ----------
    file : TableFile
    options : ReadOptions
    chunk_rows : int
        Rows of a chunk, those left out included.
    select : callable, optional
        Chooses the columns to keep; asked again where more come.

    Yields
    ------
    Chunk
        A line that is not one JSON object is left out; blank lines are not rows.

    Raises
    ------
    DataError
        If there is nothing but blank lines, or a line is longer than 16 million characters.
    """
    encoding = find_encoding(file, options.encoding)
    notes = (encoding.note,) if encoding.note else ()
    with open_text(file, encoding.codec) as (text, share):
        yield from _chunks(file, _parsed_lines(file, text), chunk_rows, select, share, notes)


def read_json(
    file: TableFile, options: ReadOptions, chunk_rows: int, select: Select | None = None
) -> Iterator[Chunk]:
    """Read a JSON file whole.

    Parameters
    ----------
    file : TableFile
    options : ReadOptions
    chunk_rows : int
        Rows of a chunk, those left out included.
    select : callable, optional
        Chooses the columns to keep; asked again where more come.

    Yields
    ------
    Chunk
        From a list of objects; from an object of columns of one length, be they lists or, as pandas writes them,
        objects with the keys "0", "1" and so on; from the only list of objects within an object; and from what is
        JSON Lines. Whatever in a list is not an object is left out.

    Raises
    ------
    DataError
        If the file is not one of these.
    """
    encoding = find_encoding(file, options.encoding)
    with open_text(file, encoding.codec) as (text, _):
        try:
            content = json.loads(text.read().removeprefix("\ufeff"))
        except json.JSONDecodeError as error:
            if error.msg != "Extra data":
                raise DataError(f"{file.name}, line {error.lineno}: not JSON: {error.msg}; {EXPECTED}") from error
            content = None
        except (ValueError, RecursionError) as error:
            raise DataError(f"{file.name}: not JSON: {error}; {EXPECTED}") from error
    if content is None:  # several values, one after the other
        yield from read_json_lines(file, options, chunk_rows, select)
        return
    values, note = _find_rows(content, file.name)
    rows = (_object(value, file.name, row) for row, value in enumerate(values, start=1))
    notes = tuple(filter(None, (encoding.note, note)))
    yield from _chunks(file, rows, chunk_rows, select, lambda: 1.0, notes)


def _chunks(
    file: TableFile, rows: Iterable[Record | LeftOut], chunk_rows: int, select: Select | None,
    share: Callable[[], float], notes: tuple[str, ...],
) -> Iterator[Chunk]:  # fmt: skip
    numbered = enumerate(rows, start=1)
    columns: dict[str, None] = {}
    kept: tuple[str, ...] = ()
    chunk = list(islice(numbered, chunk_rows))
    if not chunk:
        raise DataError(f"{file.name}: no rows; expected at least one JSON object")
    while chunk:
        numbers = [number for number, row in chunk if not isinstance(row, LeftOut)]
        records = [row for _, row in chunk if not isinstance(row, LeftOut)]
        columns.update(dict.fromkeys(name for record in records for name in record))
        kept = tuple(columns)
        if select is not None:
            kept = tuple(select(kept))
            records = [{name: record[name] for name in kept if name in record} for record in records]
        left_out = tuple(row for _, row in chunk if isinstance(row, LeftOut))
        yield Chunk(kept, records, numbers, share(), left_out, notes)
        notes = ()
        chunk = list(islice(numbered, chunk_rows))


def _parsed_lines(file: TableFile, text: TextIO) -> Iterator[Record | LeftOut]:
    row = 0
    for number, line in enumerate(iter(lambda: text.readline(MAX_RECORD), ""), start=1):
        if len(line) >= MAX_RECORD:
            raise DataError(f"{file.name}, line {number}: longer than {MAX_RECORD:,} characters; is it .json?")
        stripped = line.strip("\ufeff \t\r\n")
        if not stripped:
            continue
        row += 1
        try:
            value = json.loads(stripped)
            (value,) = _without_names([value]) or (value,)
            yield _object(value, file.name, row)
        except (ValueError, RecursionError) as error:
            yield LeftOut.unreadable(file.name, row, f"not JSON: line {number}: {error}", stripped)


def _object(value: object, name: str, row: int) -> Record | LeftOut:
    if isinstance(value, dict):
        return value
    content = json.dumps(value, ensure_ascii=False)
    return LeftOut.unreadable(name, row, f"not a JSON object: got {type(value).__name__}", content)


def _find_rows(content: object, name: str) -> tuple[Sequence[object], str | None]:
    """Find the rows in a JSON value, and a note on where they were, if that is not plain."""
    if isinstance(content, list):
        return _without_names(content) or content, None
    if isinstance(content, dict) and content:
        columns = {key: column for key, value in content.items() if (column := _column(value)) is not None}
        tables = [key for key, column in columns.items() if isinstance(content[key], list) and _holds_objects(column)]
        same = len(columns) == len(content) and len({len(column) for column in columns.values()}) == 1
        if same and len(tables) < len(columns):
            return [dict(zip(columns, cells, strict=True)) for cells in zip(*columns.values(), strict=True)], None
        if len(tables) == 1:
            return columns[tables[0]], f"the rows are those under {tables[0]!r}"
    raise DataError(f"{name}: JSON, but not a table; {EXPECTED}")


def _without_names(values: Sequence[object]) -> list[object] | None:
    """Name the parts of rows that are lists: spaCy's texts with their annotations, and what pipelines say of a text."""
    lists = [value for value in values if isinstance(value, list)]
    if not values or len(lists) < len(values):
        return None
    if all(len(value) == 2 and isinstance(value[0], str) and _has_cats(value[1]) for value in lists):
        return [{"text": text, **annotations} for text, annotations in lists]
    if all(value and all(map(_is_score, value)) for value in lists):
        return [{"output": value} for value in lists]
    return None


def _has_cats(value: object) -> bool:
    return isinstance(value, dict) and "cats" in value


def _is_score(value: object) -> bool:
    return isinstance(value, dict) and value.keys() == {"label", "score"}


def _column(value: object) -> list[object] | None:
    if isinstance(value, list):
        return value
    if isinstance(value, dict) and list(value) == [str(number) for number in range(len(value))]:
        return list(value.values())
    return None


def _holds_objects(values: Sequence[object]) -> bool:
    return bool(values) and all(isinstance(value, dict) for value in values)

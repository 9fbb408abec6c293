"""Table files of any format in chunks of records, so that a file larger than memory can be read."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from pathlib import Path

from multitag.data.readers.columnar import read_arrow, read_parquet
from multitag.data.readers.dataset_folder import read_dataset
from multitag.data.readers.delimited.table import read_delimited
from multitag.data.readers.fasttext_lines import is_label_lines, read_label_lines
from multitag.data.readers.json_tables import read_json, read_json_lines
from multitag.data.readers.records import Chunk, ReadOptions, Record, Select
from multitag.data.readers.table_file import TableFile, table_file
from multitag.data.readers.workbook import read_workbook
from multitag.errors import ConfigError, DataError

CHUNK_ROWS = 2048


def read_file(file: TableFile, options: ReadOptions, select: Select | None = None) -> Iterator[Chunk]:
    """Read a file in its format, in chunks of at most 2048 rows, at least one.

    Parameters
    ----------
    file : TableFile
    options : ReadOptions
    select : callable, optional
        Chooses the columns to keep from the names of all; asked again where more come, as in JSON.

    Raises
    ------
    DataError
        If the file cannot be read; the chunks before a defect have been yielded by then.
    ConfigError
        If a sheet is named, but the file is no workbook.
    """
    if options.sheet is not None and file.kind != "workbook":
        raise ConfigError(f"sheet: {file.name} is no workbook, so it has no sheets; leave it out")
    match file.kind:
        case "workbook":
            return read_workbook(file, options, CHUNK_ROWS, select)
        case "parquet":
            return read_parquet(file, CHUNK_ROWS, select)
        case "arrow":
            return read_arrow([file.path], file.name, CHUNK_ROWS, select)
        case "dataset":
            return read_dataset(file, CHUNK_ROWS, select)
        case "jsonl":
            return read_json_lines(file, options, CHUNK_ROWS, select)
        case "json":
            return read_json(file, options, CHUNK_ROWS, select)
        case _ if is_label_lines(file, options):
            return read_label_lines(file, options, CHUNK_ROWS, select)
        case _:
            return read_delimited(file, options, CHUNK_ROWS, select)


def read_chunks(
    path: Path,
    options: ReadOptions | None = None,
    say: Callable[[str], None] | None = None,
    *,
    error_column: str | None = None,
) -> Generator[tuple[list[Record], float], None, None]:
    """Read a table file row by row, none left out; close it where you do not read to the end.

    Parameters
    ----------
    path : Path
        A file, or ``-`` for standard input.
    options : ReadOptions, optional
    say : callable, optional
        Is called with each note on what was detected about the file.
    error_column : str, optional
        Keep rows that cannot be read: as records of no cells, but the reason in this column, which no other has.

    Yields
    ------
    records : list of dict
        At most 2048, in the order of the file. Cells of CSV are text as it stands; those of other formats keep
        their types.
    share : float
        Of the file that is read, in [0, 1].

    Raises
    ------
    DataError
        If the file or a row of it cannot be read, the rows before it have been yielded by then; if it has the
        ``error_column``.
    """
    with table_file(path) as file, closing(_chunks(file, options or ReadOptions())) as chunks:
        for chunk in chunks:
            if say is not None:
                for note in chunk.notes:
                    say(f"{file.name}: {note}")
            if error_column is not None:
                yield _with_unreadable(chunk, file.name, error_column), chunk.share
                continue
            first = chunk.left_out[0] if chunk.left_out else None
            before = len(chunk.rows) if first is None else bisect_left(chunk.rows, first.row)
            if before:
                yield chunk.records[:before], chunk.share
            if first is not None:
                raise DataError(f"{first.place}: {first.reason}")


def _with_unreadable(chunk: Chunk, name: str, error_column: str) -> list[Record]:
    """Put a record for each row that cannot be read in its place among the others."""
    if error_column in chunk.columns:
        raise DataError(f"{name}: column {error_column!r} would be written twice; rename or drop it in the input")
    numbered = dict(zip(chunk.rows, chunk.records, strict=True))
    for row in chunk.left_out:
        numbered[row.row] = {**dict.fromkeys(chunk.columns), error_column: row.reason}
    return [numbered[number] for number in sorted(numbered)]


def _chunks(file: TableFile, options: ReadOptions) -> Generator[Chunk, None, None]:
    yield from read_file(file, options)

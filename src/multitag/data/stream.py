"""Table files in chunks of records, so that a file larger than memory can be predicted."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Any, cast

from multitag.data.frame import (
    check_readable,
    delimited_errors,
    delimited_frames,
    find_delimiter,
    json_records,
    parquet_errors,
    table_format,
)
from multitag.errors import DataError
from multitag.extras import import_extra

CHUNK_ROWS = 2048

Record = dict[str, Any]
Chunk = tuple[list[Record], float]  # the records, and the share of the file that is read by then, in [0, 1]


def read_chunks(path: Path) -> Generator[Chunk, None, None]:
    """Read a CSV, TSV, JSONL or Parquet file in chunks; close it where you do not read to the end.

    Parameters
    ----------
    path : Path

    Yields
    ------
    records : list of dict
        At most 2048, in the order of the file. Cells of CSV and TSV are the text as it stands; those of JSONL
        and Parquet keep their types.
    share : float
        Of the file that is read, in [0, 1].

    Raises
    ------
    DataError
        If the file cannot be read; what comes before a defect has been given by then.
    """
    check_readable(path)
    kind = table_format(path)
    if kind == "jsonl":
        yield from _read_jsonl(path)
    elif kind == "parquet":
        yield from _read_parquet(path)
    else:
        yield from _read_delimited(path, find_delimiter(path) if kind == "csv" else "\t")


def _read_delimited(path: Path, separator: str) -> Iterator[Chunk]:
    size = path.stat().st_size
    with (
        path.open("rb") as file,
        delimited_errors(path, separator),
        closing(delimited_frames(path, file, separator, CHUNK_ROWS)) as frames,
    ):
        for frame in frames:
            if len(frame):  # the first may be the header alone
                yield cast("list[Record]", frame.to_dict("records")), file.tell() / size


def _read_jsonl(path: Path) -> Iterator[Chunk]:
    records = json_records(path)
    while chunk := list(islice(records, CHUNK_ROWS)):
        yield [record for record, _ in chunk], chunk[-1][1]


def _read_parquet(path: Path) -> Iterator[Chunk]:
    parquet: Any = import_extra("pyarrow.parquet", "train")
    with parquet_errors(path), parquet.ParquetFile(path) as file:
        done, total = 0, max(1, file.metadata.num_rows)
        for batch in file.iter_batches(batch_size=CHUNK_ROWS):
            done += batch.num_rows
            yield batch.to_pylist(), done / total


def parquet_schema(path: Path) -> Any:
    """Give the Arrow schema of a Parquet file, so that a copy with more columns can have the same types.

    Raises
    ------
    DataError
        If the file is no Parquet, or two columns have one name.
    """
    parquet: Any = import_extra("pyarrow.parquet", "train")
    with parquet_errors(path):
        schema = parquet.read_schema(path).remove_metadata()
    twice = sorted({name for name in schema.names if schema.names.count(name) > 1})
    if twice:
        raise DataError(f"{path}: column {twice[0]!r} comes more than once; rename one of them")
    return schema

"""Parquet, Arrow and whatever has the Arrow interface to records, a batch at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from multitag.data.label_formats.class_labels import class_names
from multitag.data.readers.records import Chunk, Select
from multitag.data.readers.table_file import TableFile
from multitag.errors import DataError, describe_error
from multitag.extras import import_extra

ARROW_FILE, FEATHER_1 = b"ARROW1", b"FEA1"
# Empty or equal rows take no bytes: a file of 500 may claim to have 10**12. Texts take more than this.
MAX_ROWS_PER_BYTE = 100


def read_parquet(file: TableFile, chunk_rows: int, select: Select | None = None) -> Iterator[Chunk]:
    """Read a Parquet file. Cells keep their types; nested ones become lists and dicts.

    Parameters
    ----------
    file : TableFile
    chunk_rows : int
    select : callable, optional
        Chooses columns; the others are not read.

    Raises
    ------
    DataError
        If the file is damaged or not Parquet, or two columns have the same name.
    MissingExtraError
        If pyarrow is not installed.
    """
    parquet: Any = import_extra("pyarrow.parquet", "train")
    # Mapped, as otherwise the columns of a whole row group are in memory, of which many a file has one.
    with arrow_errors(file.path, "Parquet"), parquet.ParquetFile(file.path, memory_map=True) as opened:
        schema, total = opened.schema_arrow, max(1, opened.metadata.num_rows)
        _refuse_empty_rows(file.path, total)
        columns, names = _columns(schema, file.name, select), class_names(schema)
        done = 0
        for batch in opened.iter_batches(batch_size=chunk_rows, columns=list(columns)):
            first, done = done + 1, done + batch.num_rows
            yield _chunk(batch, columns, names, first, done / total)
        if not done:
            yield Chunk(columns, [], [], 1.0)


def parquet_schema(path: Path) -> Any:
    """Return the Arrow schema of a Parquet file, so that a copy with more columns can have the same types.

    Raises
    ------
    DataError
        If the file is not Parquet, or two columns have the same name.
    """
    parquet: Any = import_extra("pyarrow.parquet", "train")
    with arrow_errors(path, "Parquet"):
        schema = parquet.read_schema(path).remove_metadata()
    _columns(schema, str(path), None)
    return schema


def read_arrow(paths: Sequence[Path], name: str, chunk_rows: int, select: Select | None = None) -> Iterator[Chunk]:
    """Read Arrow files, be they of its file format (Feather) or its stream format (``datasets``), as one table.

    Parameters
    ----------
    paths : sequence of Path
        Parts of one table, of one schema.
    name : str
        Of the table, for errors.
    chunk_rows : int
    select : callable, optional

    Raises
    ------
    DataError
        If a file is damaged or not Arrow, or two columns have the same name.
    MissingExtraError
        If pyarrow is not installed.
    """
    done = 0
    columns: tuple[str, ...] = ()
    for part, path in enumerate(paths):
        with arrow_errors(path, "Arrow"), _batches(path) as (schema, batches):
            columns, names = _columns(schema, name, select), class_names(schema)
            before = done
            for batch, share in batches:
                # What is damaged may point anywhere: converting it unchecked can end the process.
                _refuse_empty_rows(path, done - before + batch.num_rows)
                batch.validate(full=True)
                for piece in _pieces(batch.select(list(columns)), chunk_rows):
                    first, done = done + 1, done + piece.num_rows
                    yield _chunk(piece, columns, names, first, (part + share) / len(paths))
    if not done:
        yield Chunk(columns, [], [], 1.0)


def read_table_object(table: Any, name: str, chunk_rows: int, select: Select | None = None) -> Iterator[Chunk]:
    """Read an object in memory with the Arrow interface, such as a polars DataFrame or a pyarrow Table.

    Raises
    ------
    DataError
        If two columns have the same name, or it is not a table.
    MissingExtraError
        If pyarrow is not installed.
    """
    arrow: Any = import_extra("pyarrow", "train")
    try:
        content = arrow.table(table)
    except (arrow.ArrowException, TypeError, ValueError) as error:
        raise DataError(f"{name}: not a table by its Arrow interface: {describe_error(error)}") from error
    columns, names = _columns(content.schema, name, select), class_names(content.schema)
    done = 0
    for batch in content.select(list(columns)).to_batches(max_chunksize=chunk_rows):
        first, done = done + 1, done + batch.num_rows
        try:
            chunk = _chunk(batch, columns, names, first, done / max(1, content.num_rows))
        except ValueError as error:  # times finer than Python's, which only pandas has a type for
            raise DataError(f"{name}: {describe_error(error)}") from error
        yield chunk
    if not done:
        yield Chunk(columns, [], [], 1.0)


@contextmanager
def arrow_errors(path: Path, kind: str) -> Iterator[None]:
    """Turn what pyarrow raises on a file into an error of one line.

    Raises
    ------
    DataError
        If the file is damaged or not of its kind.
    """
    arrow: Any = import_extra("pyarrow", "train")
    try:
        yield
    except (arrow.ArrowException, OSError, ValueError, OverflowError) as error:
        reason = describe_error(error)
        raise DataError(f"{path}: not a readable {kind} file: {reason[:200]}") from error


@contextmanager
def _batches(path: Path) -> Iterator[tuple[Any, Iterable[tuple[Any, float]]]]:
    """Open an Arrow file of either format: its schema, and each batch with the share of the file behind it."""
    arrow: Any = import_extra("pyarrow", "train")
    with path.open("rb") as file:
        magic = file.read(len(ARROW_FILE))
    if magic.startswith(FEATHER_1):
        raise DataError(f"{path}: Feather version 1 is not supported; save it as Parquet or Feather version 2")
    size = path.stat().st_size
    with arrow.memory_map(str(path)) as mapped:
        if magic == ARROW_FILE:
            with arrow.ipc.open_file(mapped) as reader:
                total = reader.num_record_batches
                yield reader.schema, ((reader.get_batch(n), (n + 1) / total) for n in range(total))
        else:
            with arrow.ipc.open_stream(mapped) as reader:
                yield reader.schema, ((batch, min(1.0, mapped.tell() / size)) for batch in reader)


def _refuse_empty_rows(path: Path, n_rows: int) -> None:
    size = path.stat().st_size
    if n_rows > MAX_ROWS_PER_BYTE * size:
        raise DataError(f"{path}: claims {n_rows} rows in {size} bytes, which is impossible for a table of texts")


def _columns(schema: Any, name: str, select: Select | None) -> tuple[str, ...]:
    names = tuple(schema.names)
    twice = next((column for column, count in Counter(names).items() if count > 1), None)
    if twice is not None:
        raise DataError(f"{name}: column {twice!r} appears more than once; rename one of them")
    return names if select is None else tuple(select(names))


def _pieces(batch: Any, rows: int) -> Iterator[Any]:
    for start in range(0, batch.num_rows, rows):
        yield batch.slice(start, rows)


def _chunk(
    batch: Any, columns: tuple[str, ...], names: dict[str, tuple[str, ...]], first: int, share: float
) -> Chunk:
    records = batch.select(list(columns)).to_pylist() if columns else [{} for _ in range(batch.num_rows)]
    kept = {column: classes for column, classes in names.items() if column in columns}
    return Chunk(columns, records, list(range(first, first + batch.num_rows)), share, class_names=kept)

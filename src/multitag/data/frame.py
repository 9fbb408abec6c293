"""Files to DataFrames of untouched text: nothing becomes NaN, a number or a date by itself."""

from __future__ import annotations

import json
import os
from collections.abc import Generator, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from multitag.errors import DataError
from multitag.extras import import_extra

if TYPE_CHECKING:
    import pandas as pd

FORMATS = (".csv", ".tsv", ".jsonl", ".ndjson", ".parquet")


def table_format(path: Path) -> str:
    """Name the format of a table file by its ending.

    Returns
    -------
    str
        One of ``"csv"``, ``"tsv"``, ``"jsonl"``, ``"parquet"``.

    Raises
    ------
    DataError
        If the ending is none of the known ones.
    """
    suffix = path.suffix.lower()
    if suffix not in FORMATS:
        raise DataError(f"{path}: unknown table format {suffix!r}; expected one of {', '.join(FORMATS)}")
    return {".ndjson": "jsonl"}.get(suffix, suffix.removeprefix("."))


def read_frame(path: str | Path) -> pd.DataFrame:
    """Read a CSV, TSV, JSONL or Parquet file whole.

    Parameters
    ----------
    path : str or Path
        The file; its ending tells the format. A .csv whose header has semicolons or tabs and no comma is
        read with those.

    Returns
    -------
    DataFrame
        One row a record, in the order of the file. Cells of CSV and TSV are text as it stands in the file
        (``"NA"``, ``"007"`` and leading spaces stay); a cell that a short row lacks is empty. Cells of JSONL
        and Parquet keep their types; a cell that a JSONL record lacks is None.

    Raises
    ------
    DataError
        If the file is missing, empty, not UTF-8, ragged, damaged or of another format.
    """
    path = Path(path)
    check_readable(path)
    kind = table_format(path)
    if kind in ("csv", "tsv"):
        return _read_delimited(path, find_delimiter(path) if kind == "csv" else "\t")
    if kind == "jsonl":
        return _read_jsonl(path)
    return _read_parquet(path)


def check_readable(path: Path) -> None:
    """Refuse what is not a file with something in it.

    Raises
    ------
    DataError
        If the path does not exist, is not a file, may not be read or is empty.
    """
    if not path.exists():
        raise DataError(f"{path}: no such file; give a path, or the name of a packaged table: sample, imdb")
    if not path.is_file():
        kind = "a folder" if path.is_dir() else "neither file nor folder"
        raise DataError(f"{path}: expected a file, got {kind}; name a file")
    if not os.access(path, os.R_OK):
        raise DataError(f"{path}: you may not read this file; change its permissions")
    if path.stat().st_size == 0:
        raise DataError(f"{path}: the file is empty; expected a header line and at least one row")


def _read_delimited(path: Path, separator: str) -> pd.DataFrame:
    with path.open("rb") as file, delimited_errors(path, separator):
        return next(delimited_frames(path, file, separator))


def delimited_frames(
    path: Path, file: BinaryIO, separator: str, rows: int | None = None
) -> Generator[pd.DataFrame, None, None]:
    """Read a CSV or TSV in frames of text cells, of at most ``rows`` rows each; whole where that is None.

    Use it within :func:`delimited_errors`, and close it before the file if it is not read to its end.
    """
    import pandas as pd

    # The header is read as a row like any other: with header=0 a first row that is longer than the
    # header makes pandas take the first column as an index and shift every other one.
    read = pd.read_csv(
        file, sep=separator, header=None, dtype=object, keep_default_na=False, encoding="utf-8-sig",
        skip_blank_lines=True, chunksize=rows,
    )  # fmt: skip
    names: list[str] | None = None
    with nullcontext([read]) if isinstance(read, pd.DataFrame) else read as frames:
        for raw in frames:
            if names is None:
                names = [str(name) for name in raw.iloc[0]]
                _refuse_bad_header(path, names)
                raw = raw.iloc[1:]
            frame = raw.reset_index(drop=True)
            frame.columns = pd.Index(names, dtype=object)
            yield frame


@contextmanager
def delimited_errors(path: Path, separator: str) -> Iterator[None]:
    """Turn what pandas raises on a CSV or TSV into one line about the file.

    Raises
    ------
    DataError
        If the file is blank, an HTML page, ragged or not UTF-8.
    """
    import pandas as pd

    _refuse_html(path)
    try:
        yield
    except pd.errors.EmptyDataError as error:
        raise DataError(f"{path}: nothing but blank lines; expected a header and at least one row") from error
    except pd.errors.ParserError as error:
        reason = str(error).removeprefix("Error tokenizing data. C error: ").strip()
        raise DataError(
            f"{path}: {reason}; a cell that holds {separator!r} or a line break must be quoted"
        ) from error
    except UnicodeDecodeError as error:
        raise _not_utf8(path) from error


def find_delimiter(path: Path) -> str:
    """Find what stands between the cells of a .csv: spreadsheets of many countries write semicolons."""
    with path.open("rb") as file:
        header = next((line for line in iter(lambda: file.readline(2**16), b"") if line.strip()), b"")
    return next((mark for mark in (",", ";", "\t") if mark.encode() in header), ",")


def _not_utf8(path: Path) -> DataError:
    """Say where: the position in a UnicodeDecodeError of pandas counts from the start of a chunk."""
    content = path.read_bytes()
    try:
        content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line, byte = content.count(b"\n", 0, error.start) + 1, content[error.start]
        return DataError(f"{path}, line {line}: not UTF-8 text (byte 0x{byte:02x}); save it as UTF-8 first")
    return DataError(f"{path}: changed while it was read; try again")


def _refuse_html(path: Path) -> None:
    with path.open("rb") as file:
        start = file.read(1024).lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype html", b"<html")):
        raise DataError(f"{path}: this is an HTML page, not a table; download the raw file, not its page")


def _refuse_bad_header(path: Path, names: list[str]) -> None:
    twice = sorted({name for name in names if names.count(name) > 1 and name})
    if twice:
        raise DataError(f"{path}, header: column {twice[0]!r} comes more than once; rename one of them")


def _read_jsonl(path: Path) -> pd.DataFrame:
    import pandas as pd

    records = [record for record, _ in json_records(path)]
    if not records:
        raise DataError(f"{path}: nothing but blank lines; expected one JSON object a line")
    columns = list(dict.fromkeys(key for record in records for key in record))
    return pd.DataFrame(
        {column: pd.Series([record.get(column) for record in records], dtype=object) for column in columns}
    )


def json_records(path: Path) -> Iterator[tuple[dict[str, Any], float]]:
    """Read a JSONL file record by record, each with the share of the file that is read, in [0, 1].

    Raises
    ------
    DataError
        If a line is not one JSON object, or not UTF-8.
    """
    size, done = path.stat().st_size, 0
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            done += len(line)
            try:
                text = line.decode("utf-8-sig" if number == 1 else "utf-8")
            except UnicodeDecodeError as error:
                raise _not_utf8(path) from error
            if text.strip():
                yield parse_json_line(path, number, text), done / size


def parse_json_line(path: Path, number: int, line: str) -> dict[str, Any]:
    """Parse one line of a JSONL file.

    Raises
    ------
    DataError
        If the line is not one JSON object; names file and line.
    """
    try:
        record = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise DataError(
            f"{path}, line {number}: not JSON: {error}; expected one JSON object a line"
        ) from error
    if not isinstance(record, dict):
        raise DataError(f"{path}, line {number}: expected a JSON object, got {type(record).__name__}")
    return record


def _read_parquet(path: Path) -> pd.DataFrame:
    parquet: Any = import_extra("pyarrow.parquet", "train")
    with parquet_errors(path):
        # Without pandas' own metadata: a column that was its index is a column like any other.
        table = parquet.read_table(path)
        frame: pd.DataFrame = table.to_pandas(integer_object_nulls=True, ignore_metadata=True)
    return frame


@contextmanager
def parquet_errors(path: Path) -> Iterator[None]:
    """Turn what pyarrow raises on a Parquet file into one line about it.

    Raises
    ------
    DataError
        If the file is damaged or no Parquet.
    """
    arrow: Any = import_extra("pyarrow", "train")
    try:
        yield
    except (arrow.ArrowException, OSError, ValueError) as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        raise DataError(f"{path}: not a readable Parquet file: {reason[:200]}") from error

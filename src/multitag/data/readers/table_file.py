"""A table file before it is parsed: where it is, what it holds by its ending or content, and its bytes, unzipped."""

from __future__ import annotations

import gzip
import io
import json
import os
import shutil
import sys
import tempfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from multitag.errors import DataError, OutputError

KINDS = {
    ".csv": "delimited", ".tsv": "delimited", ".tab": "delimited", ".txt": "delimited",
    ".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "json",
    ".parquet": "parquet", ".arrow": "arrow", ".feather": "arrow",
    ".xlsx": "workbook", ".xlsm": "workbook", ".xls": "workbook",
}  # fmt: skip
OTHER_WORKBOOKS = (".xlsb", ".ods", ".numbers")  # of which nothing bounds what they take before they are parsed
TEXT_KINDS = ("delimited", "jsonl", "json")
DATASET_FILES = ("state.json", "dataset_dict.json")
STDIN = "-"
STDIN_NAME = "standard input"
GZIP, ZIP = b"\x1f\x8b", b"PK\x03\x04"

# A gzip bomb expands a thousandfold; tables, even of repeated rows, stay far below this. Small ones do no harm.
MAX_EXPANSION = 200
ALWAYS_ALLOWED = 64 * 2**20  # bytes


@dataclass(frozen=True)
class TableFile:
    """One file with one table.

    Parameters
    ----------
    name : str
        As messages about the file name it: its path, or ``"standard input"``.
    path : Path
        Where its bytes are.
    kind : {"delimited", "jsonl", "json", "parquet", "arrow", "workbook", "dataset"}
        ``"dataset"`` is a folder of ``datasets``' ``save_to_disk``.
    gzipped : bool
        Whether the bytes are to be unzipped first.
    """

    name: str
    path: Path
    kind: str
    gzipped: bool = False

    @contextmanager
    def open(self) -> Iterator[tuple[BinaryIO, Callable[[], float]]]:
        """Open the bytes, unzipped, with a function that returns the share of them that is read, in [0, 1].

        Raises
        ------
        DataError
            While reading, if a .gz is damaged or expands to more than 200 times its size.
        """
        size = max(1, self.path.stat().st_size)
        with self.path.open("rb") as raw:
            if not self.gzipped:
                yield raw, lambda: min(1.0, raw.tell() / size)
                return
            with io.BufferedReader(_Gunzipped(raw, self.name, size)) as unzipped:
                yield unzipped, lambda: min(1.0, raw.tell() / size)


class _Gunzipped(io.RawIOBase):
    """The content of a .gz, as far as it expands like a table."""

    def __init__(self, raw: BinaryIO, name: str, size: int) -> None:
        self.unzipped = gzip.GzipFile(fileobj=raw)
        self.name = name
        self.left = max(ALWAYS_ALLOWED, MAX_EXPANSION * size)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        try:
            count = self.unzipped.readinto(buffer)
        except (OSError, EOFError, zlib.error) as error:
            raise DataError(f"{self.name}: damaged or truncated gzip file: {error}; download it again") from error
        self.left -= count
        if self.left < 0:
            raise DataError(
                f"{self.name}: expands to more than {MAX_EXPANSION} times its size; unzip it yourself if you trust it"
            )
        return count


def display_name(path: str | Path) -> str:
    """Return how messages name a file: its path, or ``"standard input"`` for ``-``."""
    return STDIN_NAME if str(path) == STDIN else str(path)


@contextmanager
def table_file(path: str | Path) -> Iterator[TableFile]:
    """Find a file, and its format; standard input is copied to a temporary file meanwhile.

    Parameters
    ----------
    path : str or Path
        A file whose ending tells its format, with .gz after it for a zipped text format; a folder of
        ``datasets``; or ``-`` for standard input, whose content tells its format.

    Raises
    ------
    DataError
        If there is no such file, it may not be read, it is empty, or its format is unknown.
    OutputError
        If standard input cannot be copied.
    """
    if str(path) == STDIN:
        with _copied_stdin() as copy:
            yield copy
    else:
        yield _file_of(Path(path))


def _file_of(path: Path) -> TableFile:
    try:
        is_dataset = any((path / name).is_file() for name in DATASET_FILES)
    except (OSError, ValueError) as error:  # a name that is too long, or with a NUL in it
        raise DataError(f"{str(path)[:200]!r}: not the name of a file: {error.args[-1]}") from error
    if is_dataset:
        return TableFile(str(path), path, "dataset")
    _check_readable(path)
    gzipped = path.suffix.lower() == ".gz"
    ending = (Path(path.stem) if gzipped else path).suffix.lower()
    kind = KINDS.get(ending)
    if ending in OTHER_WORKBOOKS:
        raise DataError(
            f"{path}: a workbook of this kind is not read; save it as .xlsx, or the sheet as CSV (File, Save as), "
            "or in Python pass what pandas.read_excel returns"
        )
    if kind is None:
        raise DataError(
            f"{path}: unknown table format {ending + '.gz' * gzipped!r}; expected one of {', '.join(KINDS)}, "
            "or a text format with .gz after it"
        )
    if gzipped and kind not in TEXT_KINDS:
        raise DataError(f"{path}: only text formats can be read from .gz; unzip it first")
    return TableFile(str(path), path, kind, gzipped)


def _check_readable(path: Path) -> None:
    if not path.exists():
        raise DataError(f"{path}: no such file; pass a path, or the name of a packaged table: sample, imdb")
    if path.is_dir():
        raise DataError(f"{path}: expected a file, got a folder; name a file, or several, as in {path}/*.csv")
    if not path.is_file():
        raise DataError(f"{path}: expected a file, got something else; to read from a pipe, pass - instead")
    if not os.access(path, os.R_OK):
        raise DataError(f"{path}: no permission to read this file; change its permissions")
    if path.stat().st_size == 0:
        raise DataError(f"{path}: the file is empty; expected a header line and at least one row")


@contextmanager
def _copied_stdin() -> Iterator[TableFile]:
    """Copy standard input to a file: an encoding can be detected only from the whole of it."""
    if sys.stdin is None or sys.stdin.isatty():
        raise DataError(f"{STDIN_NAME}: nothing is piped in; pipe a table in, as in: cat FILE | multitag ...")
    with tempfile.NamedTemporaryFile(prefix="multitag-stdin-") as file:
        try:
            shutil.copyfileobj(sys.stdin.buffer, file)
            file.flush()
        except OSError as error:
            raise OutputError(
                f"{STDIN_NAME}: cannot be copied to {file.name}: {error.strerror}; set TMPDIR to another folder"
            ) from error
        path = Path(file.name)
        if path.stat().st_size == 0:
            raise DataError(f"{STDIN_NAME}: it is empty; expected a header line and at least one row")
        with path.open("rb") as start:
            gzipped = start.read(2) == GZIP
        with TableFile(STDIN_NAME, path, "delimited", gzipped).open() as (unzipped, _):
            kind = kind_of(unzipped.read(2**16))
        yield TableFile(STDIN_NAME, path, kind, gzipped)


def kind_of(start: bytes) -> str:
    r"""Return the format of a table by how it starts.

    Examples
    --------
    >>> kind_of(b'{"text": "one"}\n'), kind_of(b'[{"text": "one"}]'), kind_of(b"text,labels\n")
    ('jsonl', 'json', 'delimited')
    """
    if start.startswith(b"PAR1"):
        return "parquet"
    if start.startswith(ZIP):
        return "workbook"
    if start.startswith((b"ARROW1", b"\xff\xff\xff\xff")):  # a file, and a stream
        return "arrow"
    text = start.decode("utf-16" if start[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig", "replace").lstrip()
    if text.startswith("["):
        return "json"
    if not text.startswith("{"):
        return "delimited"
    try:
        json.loads(text.partition("\n")[0])
    except (ValueError, RecursionError):
        # An object over several lines; or a first line that is longer than what is looked at.
        return "json" if "\n" in text else "jsonl"
    return "jsonl"

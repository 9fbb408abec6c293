"""What a table is read from: files or a data frame to columns, each of whose rows knows its file and number."""

from __future__ import annotations

import glob
import json
import sys
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from multitag.data.columns import Columns
from multitag.data.left_out import LeftOut
from multitag.data.readers.columnar import read_table_object
from multitag.data.readers.gather import Gathered
from multitag.data.readers.records import ReadOptions, Select
from multitag.data.readers.stream import CHUNK_ROWS, read_file
from multitag.data.readers.table_file import STDIN_NAME, display_name, table_file
from multitag.data.samples import SAMPLE_COLUMNS, sample_path
from multitag.errors import DataError

__all__ = ["ReadOptions", "Source", "open_source"]

FRAME = "DataFrame"
PATTERN = frozenset("*?[")


@dataclass(frozen=True, eq=False)
class Source:
    """A table as it was read, before texts and labels are taken out of it.

    Parameters
    ----------
    name : str
        For messages and the manifest: a file's name, ``"3 files"``, ``"sample"``, ``"imdb"`` or ``"DataFrame"``.
    columns : Columns
        Cells as they stand in the source, one row a record that could be read.
    left_out : tuple of LeftOut
        The records that could not be read.
    notes : tuple of str
        Sentences on what was detected or looks odd.
    files : tuple of str
        Names of its files; empty for one whose rows are all in the columns.
    starts : tuple of int, as long as ``files``
        Where in the columns the rows of each file begin.
    rows : sequence of int, as long as the columns
        Number, from 1, of each row in its file.
    """

    name: str
    columns: Columns
    left_out: tuple[LeftOut, ...] = ()
    notes: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    starts: tuple[int, ...] = ()
    rows: Sequence[int] = ()

    def file_and_row(self, index: int) -> tuple[str, int]:
        """Return the file and the row number, from 1, of a row of the columns."""
        if not self.files:
            return self.name, index + 1
        return self.files[bisect_right(self.starts, index) - 1], self.rows[index]

    def content(self, index: int) -> str:
        """Return a row of the columns as JSON, for a quarantine file."""
        try:
            return json.dumps(self.columns.row(index), ensure_ascii=False, default=str)
        except RecursionError:
            return "(nested too deeply to be written)"

    def lines(self) -> tuple[str, ...]:
        """Return a sentence on the rows that could not be read; empty where all could."""
        if not self.left_out:
            return ()
        first, n_left_out = self.left_out[0], len(self.left_out)
        rows = f"{n_left_out} of {len(self.columns) + n_left_out} rows"
        return (f"{rows} cannot be read, first {first.place}: {first.reason}",)


def open_source(
    source: Any, options: ReadOptions | None = None, columns: Sequence[str] | Select | None = None
) -> Source:
    """Read a source whole, whatever is in it.

    Parameters
    ----------
    source : str, Path, sequence of those, or DataFrame
        A file, a pattern such as ``data/*.csv``, or several of these, which make one table; ``-`` for standard
        input; ``"sample"``, ``"imdb"``; or a pandas or polars DataFrame, or another object with the Arrow interface.
    options : ReadOptions, optional
    columns : sequence of str or callable, optional
        Columns to keep, where the others would only take memory. A callable takes the names of all columns and
        returns those to keep; it is called for each file, and again where records of JSON bring more.

    Raises
    ------
    DataError
        If it cannot be read, files do not have the same columns, or more than half of the rows of a file cannot
        be read.
    OutputError
        If standard input, or the download of ``"imdb"``, cannot be kept.
    """
    select = columns if columns is None or callable(columns) else _chooser(columns)
    options = options or ReadOptions()
    if isinstance(source, (str, Path)):
        if str(source) in SAMPLE_COLUMNS:
            return _read([sample_path(str(source))], ReadOptions(), select, name=str(source))
        return _read(_paths([source]), options, select)
    if isinstance(source, (list, tuple)):
        return _read(_paths(source), options, select)
    return _from_memory(source, select)


def _chooser(columns: Sequence[str]) -> Select:
    wanted = {column.strip() for column in columns}
    return lambda names: [name for name in names if name.strip() in wanted]


def _paths(sources: Sequence[object]) -> list[Path]:
    """Find the files of names and patterns."""
    paths: list[Path] = []
    for source in sources:
        if not isinstance(source, (str, Path)):
            raise DataError(f"a list of files: expected paths, got {type(source).__name__}; pass a DataFrame by itself")
        name = str(source)
        if not PATTERN.intersection(name) or glob.glob(glob.escape(name)):  # noqa: PTH207 (takes absolute ones)
            paths.append(Path(name))
            continue
        matches = sorted(glob.glob(name, recursive=True))  # noqa: PTH207
        if not matches:
            raise DataError(f"{name}: no file matches this pattern")
        paths += map(Path, matches)
    if not paths:
        raise DataError("a list of files: it is empty; name at least one")
    twice = next((path for number, path in enumerate(paths) if path in paths[:number]), None)
    if twice is not None:
        raise DataError(f"{twice}: named more than once, so its rows would count twice; name it once")
    return paths


def _read(paths: Sequence[Path], options: ReadOptions, select: Select | None, name: str | None = None) -> Source:
    labels = [display_name(path) for path in paths]
    if len(paths) == 1:
        labels = [name or (labels[0] if labels[0] == STDIN_NAME else paths[0].name)]
    gathered = Gathered()
    for path, label in zip(paths, labels, strict=True):
        with table_file(path) as file:
            is_json = file.kind in ("json", "jsonl")
            gathered.add(read_file(file, options, select), label, same_columns=not is_json)
    return _source(labels[0] if len(labels) == 1 else f"{len(labels)} files", labels, gathered)


def _from_memory(source: Any, select: Select | None) -> Source:
    if _is_pandas(source):
        return Source(FRAME, _pandas_columns(source, select))
    if not hasattr(source, "__arrow_c_stream__"):
        raise DataError(
            f"expected a path, several paths, or a pandas or polars DataFrame, got {type(source).__name__}"
        )
    gathered = Gathered()
    gathered.add(read_table_object(source, FRAME, CHUNK_ROWS, select), FRAME)
    return _source(FRAME, [FRAME], gathered)


def _is_pandas(source: object) -> bool:
    pandas: Any = sys.modules.get("pandas")  # whoever has a DataFrame of it has imported it
    return pandas is not None and isinstance(source, pandas.DataFrame)


def _pandas_columns(frame: Any, select: Select | None) -> Columns:
    names = tuple(map(str, frame.columns))
    chosen = set(names if select is None else select(names))
    positions = [position for position, name in enumerate(names) if name in chosen]
    cells = tuple(frame.iloc[:, position].tolist() for position in positions)
    return Columns(tuple(names[position] for position in positions), cells, len(frame))


def _source(name: str, files: Sequence[str], gathered: Gathered) -> Source:
    return Source(
        name, gathered.columns(), tuple(gathered.left_out), tuple(gathered.notes), tuple(files),
        tuple(gathered.starts), gathered.rows,
    )  # fmt: skip

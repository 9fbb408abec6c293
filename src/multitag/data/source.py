"""What a table is read from: files or a DataFrame to one frame, each of whose rows knows its file and number."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from multitag.data.frame import read_frame
from multitag.data.samples import SAMPLE_COLUMNS, sample_path

if TYPE_CHECKING:
    import pandas as pd

Select = Callable[[Sequence[str]], Sequence[str]]


@dataclass(frozen=True)
class ReadOptions:
    """How table files are read, where it is not to be found out.

    Parameters
    ----------
    delimiter : str or None
        What stands between the cells of a CSV; None finds it.
    encoding : str or None
        A codec of Python; None finds it.
    header : bool
        Whether the first row names the columns; without it they are named "1", "2" and so on.
    """

    delimiter: str | None = None
    encoding: str | None = None
    header: bool = True


@dataclass(frozen=True)
class Rejected:
    """A row of a file that cannot become a row of cells: its reason, and the row as it stands."""

    file: str
    row: int
    column: str | None
    reason: str
    content: str


@dataclass(frozen=True, eq=False)
class Source:
    """A table as it was found, before anybody asked for texts or labels.

    Parameters
    ----------
    name : str
        For messages and the manifest: a file's name, ``"3 files"``, ``"sample"``, ``"imdb"`` or ``"DataFrame"``.
    frame : DataFrame
        Cells as they stand in the source, one row a record that could be read.
    rejected : tuple of Rejected
        The others.
    notes : tuple of str
        Sentences on what was found out or looks odd.
    """

    name: str
    frame: pd.DataFrame
    rejected: tuple[Rejected, ...] = ()
    notes: tuple[str, ...] = ()

    def file_and_row(self, index: int) -> tuple[str, int]:
        """Give the file and the row number, from 1, of a row of the frame."""
        return self.name, index + 1

    def place(self, index: int) -> str:
        """Name a row of the frame for a message, as in ``IMDB.csv, row 412``."""
        file, row = self.file_and_row(index)
        return f"{file}, row {row}"


def open_source(
    source: Any, options: ReadOptions | None = None, columns: Sequence[str] | Select | None = None
) -> Source:
    """Read a source whole, whatever is in it.

    Parameters
    ----------
    source : str, Path, sequence of those, or DataFrame
        A file, files that make one table, ``"sample"``, ``"imdb"``, or a pandas or polars DataFrame.
    options : ReadOptions, optional
    columns : sequence of str or callable, optional
        Columns to keep, where the others would only take memory; a callable chooses from the names there are.

    Raises
    ------
    DataError
        If it cannot be read.
    """
    if not isinstance(source, (str, Path)):
        return Source("DataFrame", source)
    if str(source) in SAMPLE_COLUMNS:
        return Source(str(source), read_frame(sample_path(str(source))))
    return Source(Path(source).name, read_frame(source))

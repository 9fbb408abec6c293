"""How the labels of a row stand in its columns, and how that is said and saved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from multitag.data.cells import CellError, RowError
from multitag.data.label_formats.cell_formats import CellFormat, FastText, read_names
from multitag.data.label_formats.id_names import IdNames
from multitag.data.label_formats.indicators import read_indicator


class LabelColumns(Protocol):
    """Where labels stand, and how."""

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns."""

    @property
    def label_names(self) -> tuple[str, ...]:
        """Labels that are known apart from the rows, as columns or a file name them; empty if only rows do."""

    def read(self, cells: Sequence[object]) -> tuple[str, ...]:
        """Read the labels of a row.

        Parameters
        ----------
        cells : sequence of object
            Of the columns, in their order.

        Returns
        -------
        tuple of str
            Each once, in the order in which they stand; empty if the row has none.

        Raises
        ------
        RowError
            If a cell cannot be read; names its column.
        """

    def describe(self) -> str:
        """Say it in words that go on after ``labels: ``."""

    def facts(self) -> dict[str, Any]:
        """Give plain values for the manifest."""


@dataclass(frozen=True)
class CellColumns:
    """Labels as the cells of one or several columns.

    Parameters
    ----------
    columns : tuple of str
    form : CellFormat
        How a text cell is written.
    key : str or None
        Where labels are objects: the key of their names.
    names : IdNames or None
        Where labels are ids.
    """

    columns: tuple[str, ...]
    form: CellFormat
    key: str | None = None
    names: IdNames | None = None
    _read: dict[str, tuple[str, ...]] = field(default_factory=dict, repr=False, compare=False)  # cells seen before

    @property
    def label_names(self) -> tuple[str, ...]:
        """The names of the file of names."""
        return () if self.names is None else tuple(dict.fromkeys(self.names.names.values()))

    @property
    def is_fasttext(self) -> bool:
        """Whether labels are words of a text."""
        return isinstance(self.form, FastText)

    def read(self, cells: Sequence[object]) -> tuple[str, ...]:
        """Read the labels of a row; see :meth:`LabelColumns.read`."""
        found: dict[str, None] = {}
        for column, cell in zip(self.columns, cells, strict=True):
            try:
                found.update(dict.fromkeys(self._names_of(cell)))
            except CellError as error:
                raise RowError(column, str(error)) from error
        return tuple(found)

    def _names_of(self, cell: object) -> tuple[str, ...]:
        known = self._read.get(cell) if isinstance(cell, str) else None
        if known is not None:
            return known
        names = read_names(cell, self.form, self.key)
        if self.names is not None:
            names = tuple(dict.fromkeys(self.names[each] for each in names))
        if isinstance(cell, str) and not self.is_fasttext:  # cells of labels repeat, lines of text do not
            self._read[cell] = names
        return names

    def describe(self) -> str:
        """Name the columns and the form."""
        key = f" of objects, named by {self.key!r}" if self.key else ""
        ids = f", ids named by {self.names.source}" if self.names else ""
        return f"{named(self.columns)}, {self.form.describe()}{key}{ids}"

    def facts(self) -> dict[str, Any]:
        """Give plain values for the manifest."""
        return {"shape": self.form.name, "key": self.key, "names": self.names.source if self.names else None}


@dataclass(frozen=True)
class IndicatorColumns:
    """One column a label, with 0 and 1 in it.

    Parameters
    ----------
    columns : tuple of str
        Also the names of the labels.
    """

    columns: tuple[str, ...]

    @property
    def label_names(self) -> tuple[str, ...]:
        """Those of the columns."""
        return self.columns

    def read(self, cells: Sequence[object]) -> tuple[str, ...]:
        """Read the labels of a row; see :meth:`LabelColumns.read`."""
        found = []
        for column, cell in zip(self.columns, cells, strict=True):
            try:
                if read_indicator(cell):
                    found.append(column)
            except CellError as error:
                raise RowError(column, str(error)) from error
        return tuple(found)

    def describe(self) -> str:
        """Name the columns."""
        return f"{named(self.columns)}, one a label"

    def facts(self) -> dict[str, Any]:
        """Give plain values for the manifest."""
        return {"shape": "columns", "key": None, "names": None}


def named(columns: Sequence[str]) -> str:
    """Name one column or several, for a message."""
    return f"column {columns[0]!r}" if len(columns) == 1 else f"columns {listed(columns)}"


def listed(columns: Sequence[str]) -> str:
    """Name columns in a line: all of a few, else the first and the last.

    Examples
    --------
    >>> print(listed(["Genre1", "Genre2"]), listed([f"SDG{n}" for n in range(1, 18)]))
    'Genre1', 'Genre2' 'SDG1' to 'SDG17'
    """
    if len(columns) <= 4:
        return ", ".join(map(repr, columns))
    return f"{columns[0]!r} to {columns[-1]!r}"

"""How the labels of a row stand in its columns, and how that is described and saved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from multitag.data.cells import CellError, RowError
from multitag.data.label_formats.cells.formats import CellFormat, FastText, Separated, read_labels
from multitag.data.label_formats.cells.objects import NO_OBJECTS, Objects
from multitag.data.label_formats.id_names import IdNames
from multitag.data.phrases import describe_columns
from multitag.data.row_labels import RowLabels, join_rows


class LabelColumns(Protocol):
    """Where labels stand, and how."""

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns."""

    @property
    def label_names(self) -> tuple[str, ...]:
        """Labels that columns or a file name, some of them possibly on no row; empty if only the rows name them."""

    def read(self, cells: Sequence[object]) -> RowLabels:
        """Read the labels of a row.

        Parameters
        ----------
        cells : sequence of object
            Of the columns, in their order.

        Returns
        -------
        RowLabels

        Raises
        ------
        RowError
            If a cell cannot be read; names its column.
        """

    def describe(self) -> str:
        """Return a phrase that follows ``labels: ``."""

    def facts(self) -> dict[str, Any]:
        """Return plain values for the manifest."""


@dataclass(frozen=True)
class CellColumns:
    """Labels as the cells of one or several columns.

    Parameters
    ----------
    columns : tuple of str
    form : CellFormat
        How a text cell is written.
    objects : Objects
        How labels are read from objects.
    names : IdNames or None
        Where labels are ids.
    """

    columns: tuple[str, ...]
    form: CellFormat
    objects: Objects = NO_OBJECTS
    names: IdNames | None = None
    _read: dict[str, RowLabels] = field(default_factory=dict, repr=False, compare=False)  # cells seen before

    @property
    def label_names(self) -> tuple[str, ...]:
        """The names in the file of names."""
        return () if self.names is None else tuple(dict.fromkeys(self.names.names.values()))

    @property
    def is_fasttext(self) -> bool:
        """Whether labels are words of a text."""
        return isinstance(self.form, FastText)

    def read(self, cells: Sequence[object]) -> RowLabels:
        """Read the labels of a row; see :meth:`LabelColumns.read`."""
        parts = []
        for column, cell in zip(self.columns, cells, strict=True):
            try:
                parts.append(self._read_cell(cell))
            except CellError as error:
                raise RowError(column, error) from error
        return join_rows(parts)

    def _read_cell(self, cell: object) -> RowLabels:
        cached = self._read.get(cell) if isinstance(cell, str) else None
        if cached is not None:
            return cached
        labels = read_labels(cell, self.form, self.objects)
        if self.names is not None:
            labels = labels.renamed(self.names)
        if isinstance(cell, str) and not self.is_fasttext:  # cells of labels repeat, lines of text do not
            self._read[cell] = labels
        return labels

    def describe(self) -> str:
        """Return the columns and their format; see :meth:`LabelColumns.describe`."""
        ids = f", ids named by {self.names.source}" if self.names else ""
        return f"{describe_columns(self.columns)}, {self.form.describe()}{self.objects.describe()}{ids}"

    def facts(self) -> dict[str, Any]:
        """Return plain values for the manifest."""
        facts = {"shape": self.form.name, "key": self.objects.key, "names": self.names.source if self.names else None}
        if isinstance(self.form, Separated):
            facts["separator_from"] = "option" if self.form.by_option else "cells" if self.form.seen else None
        return facts


"""What a run works on: the rows of a table as arrays, and how they are divided."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from multitag.config import Config
from multitag.data.alike import Alike
from multitag.data.split import Split, label_counts, split_notes, split_rows
from multitag.data.table import Table
from multitag.errors import DataError
from multitag.labels import LabelSet


@dataclass(frozen=True, eq=False)
class Task:
    """A table, encoded and split.

    Parameters
    ----------
    table : Table
    label_set : LabelSet
        Of all rows, so that a label that is rare still has its column.
    y : ndarray of uint8, shape (n_rows, n_labels)
    alike : Alike
        Rows whose texts are equal or nearly.
    split : Split
    method : str
        How it was split.
    """

    table: Table
    label_set: LabelSet
    y: NDArray[np.uint8]
    alike: Alike
    split: Split
    method: str

    @classmethod
    def prepare(cls, table: Table, config: Config) -> Self:
        """Encode and split a table.

        Raises
        ------
        DataError
            If there are fewer than two labels, or too few rows to divide.
        ConfigError
            If the sizes leave nothing to train on.
        """
        label_set = LabelSet.from_rows(table.labels)
        if len(label_set) < 2:
            raise DataError(
                f"{table.source}: multi-label classification needs at least two labels, "
                f"got {list(label_set.names)}"
            )
        y = label_set.encode(table.labels, np.uint8)
        alike = Alike.find(table.texts, near=config.split.near_duplicates == "together")
        split = split_rows(alike.groups(), y, config.split, config.seed)
        return cls(table, label_set, y, alike, split, config.split.method)

    def rows(self, side: str) -> NDArray[np.int64]:
        """Give the indices of a side: ``"train"``, ``"validation"`` or ``"test"``."""
        return self.split.sides()[side]

    def texts(self, side: str) -> list[str]:
        """Give the texts of a side."""
        return [self.table.texts[index] for index in self.rows(side)]

    def y_true(self, side: str) -> NDArray[np.uint8]:
        """Give the labels of a side, shape (n_side_rows, n_labels)."""
        return self.y[self.rows(side)]

    def label_counts(self) -> dict[str, dict[str, int]]:
        """Count the rows of each label on each side."""
        return label_counts(self.y, self.split, self.label_set.names)

    def notes(self) -> list[str]:
        """Say what a reader of the figures must know about the rows."""
        notes = split_notes(self.y, self.split, self.label_set.names)
        left_out = self.table.left_out
        if left_out:
            row, reason = left_out[0]
            more = f" and {len(left_out) - 1} more" if len(left_out) > 1 else ""
            notes.append(f"row {row}{more} of {self.table.n_rows_source} left out: {reason}")
        return notes

    def data_facts(self) -> dict[str, Any]:
        """Describe the table for the manifest: where its rows came from, and their fingerprint."""
        table = self.table
        return {
            "source": table.source,
            "fingerprint": table.fingerprint(),
            "text_column": table.text_column,
            "label_column": table.label_column,
            "label_separator": table.label_separator,
            "rows": table.n_rows_source,
            "rows_used": len(table),
            "left_out": [[row, reason] for row, reason in table.left_out],
        }

    def split_facts(self) -> dict[str, Any]:
        """Describe the split for the manifest: its method and the rows of each side."""
        return {"method": self.method, **{side: len(rows) for side, rows in self.split.sides().items()}}

"""The cells of a table by column, as plain lists: what files, data frames and Arrow tables are read into."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self


@dataclass(frozen=True, eq=False)
class Columns:
    """Cells as they stand in the source, column by column.

    Parameters
    ----------
    names : tuple of str
        In the order of the source. Those of a data frame may repeat; those of a file do not.
    cells : tuple of sequence of object, as long as ``names``
        The cells of each column, one a row.
    n_rows : int
        Also where there are no columns, as in JSON Lines of empty objects.
    """

    names: tuple[str, ...]
    cells: tuple[Sequence[Any], ...]
    n_rows: int

    @classmethod
    def of(cls, cells: Mapping[str, Sequence[Any]], n_rows: int | None = None) -> Self:
        """Take columns by their names; the number of rows is that of the first, unless it is given."""
        if n_rows is None:
            n_rows = len(next(iter(cells.values()), ()))
        return cls(tuple(cells), tuple(cells.values()), n_rows)

    def __len__(self) -> int:
        """Count the rows."""
        return self.n_rows

    def __getitem__(self, name: str) -> Sequence[Any]:
        """Return the cells of the first column of that name."""
        return self.cells[self.names.index(name)]

    def row(self, index: int) -> dict[str, Any]:
        """Return the cells of a row by column."""
        return {name: cells[index] for name, cells in zip(self.names, self.cells, strict=True)}

"""A column as its cells come: repeated ones are kept once, and those of many long texts go to disk."""

from __future__ import annotations

from typing import Any

from multitag.data.stored.cells import StoredCells

STORED_FROM = 2**26  # characters of a column, repeated cells not counted: 100 to 250 MB as Python keeps them
SHORT, MOST_SHARED = 256, 2**16  # characters of a cell that may repeat, and how many of those are looked for
SHARED_TYPES = {str, int}  # of a list's cells; of them, equal ones are the same


class Column:
    """The cells of a column, one after another.

    Parameters
    ----------
    n_before : int
        Rows before the first of them, which have None.

    Attributes
    ----------
    cells : list of object or StoredCells
        Equal short texts, and lists of texts and integers, are one object.
    """

    def __init__(self, n_before: int = 0) -> None:
        self.cells: list[Any] | StoredCells = [None] * n_before
        self._seen: dict[Any, Any] = {}
        self._n_characters = 0

    def extend(self, cells: list[Any]) -> None:
        """Add cells at the end.

        Raises
        ------
        OutputError
            If they are to go to disk and cannot be written.
        """
        if isinstance(self.cells, StoredCells):
            self.cells.extend(cells)
            return
        self.cells.extend(map(self._shared, cells))
        if self._n_characters > STORED_FROM:
            self.cells = StoredCells(self.cells)
            self._seen.clear()

    def _shared(self, cell: Any) -> Any:
        """Return the cell before that is equal, if there is one."""
        kind = type(cell)
        if kind is list:
            if not {*map(type, cell)} <= SHARED_TYPES:
                return cell
            key: Any = tuple(cell)
        elif kind is str:
            if len(cell) > SHORT:
                self._n_characters += len(cell)
                return cell
            key = cell
        else:
            return cell
        seen = self._seen.get(key)
        if seen is not None:
            return seen
        if kind is str:
            self._n_characters += len(cell)
        if len(self._seen) < MOST_SHARED:
            self._seen[key] = cell
        return cell

"""The rows of a source, as tests compare them."""

from __future__ import annotations

from typing import Any

from multitag.data.readers.source import Source


def rows_of(source: Source) -> list[dict[str, Any]]:
    """Return each row by column."""
    return [source.columns.row(index) for index in range(len(source.columns))]


def cells_of(source: Source) -> list[list[Any]]:
    """Return the cells of each row."""
    return [list(row.values()) for row in rows_of(source)]


def content(source: Source) -> list[list[Any]]:
    """Return the names of the columns, and the cells of each row."""
    return [list(source.columns.names), *cells_of(source)]

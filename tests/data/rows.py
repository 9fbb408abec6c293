"""What a source holds or why it is refused, as tests compare it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from multitag.data.readers.source import Source, open_source
from multitag.errors import DataError


def rows_of(source: Source) -> list[dict[str, Any]]:
    """Return each row by column."""
    return [source.columns.row(index) for index in range(len(source.columns))]


def cells_of(source: Source) -> list[list[Any]]:
    """Return the cells of each row."""
    return [list(row.values()) for row in rows_of(source)]


def content(source: Source) -> list[list[Any]]:
    """Return the names of the columns, and the cells of each row."""
    return [list(source.columns.names), *cells_of(source)]


def refused(path: Path) -> str:
    """Return why a file is refused: one line that begins with its path, which is left out here."""
    with pytest.raises(DataError) as caught:
        open_source(path)
    message = str(caught.value)
    assert message.startswith(str(path))
    assert len(message.splitlines()) == 1
    return message.removeprefix(str(path))

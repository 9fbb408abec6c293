"""What one cell of a table holds: nothing, a text, or what cannot be read as one."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

import numpy as np

# Types of NaN and NaT, which are all that is not equal to itself; NaT of pandas is a datetime.
MAYBE_NAN = (float, complex, Decimal, datetime, np.number, np.datetime64)


class CellError(Exception):
    """Why a cell cannot be read, for whoever knows its file, row and column; a user never sees it as it is."""


class ShareError(CellError):
    """A share that is none, which makes all those of the table doubtful."""


class RowError(Exception):
    """Why a row cannot be used, and for which column; likewise."""

    def __init__(self, column: str, reason: str | CellError) -> None:
        super().__init__(str(reason))
        self.column, self.reason = column, str(reason)
        self.is_share = isinstance(reason, ShareError)


def is_missing(cell: object) -> bool:
    """Return whether a cell holds nothing: None, NaN, pandas' NA and NaT, or text of nothing but spaces."""
    if isinstance(cell, str):
        return not cell.strip()
    if cell is None:
        return True
    pandas: Any = sys.modules.get("pandas")  # whoever holds its NA has imported it
    if pandas is not None and cell is pandas.NA:
        return True
    return isinstance(cell, MAYBE_NAN) and bool(cell != cell)


def read_text(cell: object) -> str:
    """Read the text of one cell that is not missing, as it stands.

    Parameters
    ----------
    cell : object
        Text, or a number, which is written as text.

    Raises
    ------
    CellError
        If the cell is a list, an object or bytes, or holds half of a surrogate pair.
    """
    if isinstance(cell, bytes) or (isinstance(cell, Iterable) and not isinstance(cell, str)):
        raise CellError(f"expected text, got {type(cell).__name__} {shorten(cell)!r}")
    return check_characters(str(cell))


def check_characters(text: str) -> str:
    """Return a text unless it has half of a surrogate pair, which no tokenizer, file or terminal takes.

    Raises
    ------
    CellError
        Names the half; JSON can hold one.
    """
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise CellError(f"{text[error.start]!r} is half of a surrogate pair, not a character; remove it") from error
    return text


def shorten(value: object, length: int = 40) -> str:
    """Return the start of a value as text, for a message; a row may hold megabytes."""
    text = str(value)
    return text if len(text) <= length else f"{text[: length - 3]}..."

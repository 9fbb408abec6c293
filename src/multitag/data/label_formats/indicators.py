"""Cells that say yes or no: one column per label."""

from __future__ import annotations

from collections.abc import Iterable

from multitag.data.cells import CellError, is_missing, shorten

ON = frozenset({"1", "1.0", "true", "t", "yes", "y", "x"})
OFF = frozenset({"0", "0.0", "false", "f", "no", "n"})
_LETTERS = frozenset("tfynx")  # a letter alone may be the name of a label


def is_indicator(cell: object) -> bool:
    """Return whether a cell says yes or no beyond doubt: 0, 1, true, false, yes or no, in any case.

    Examples
    --------
    >>> [is_indicator(cell) for cell in (1, False, "Yes", "0.0", "x", "Drama")]
    [True, True, True, True, False, False]
    """
    return _word(cell) in (ON | OFF) - _LETTERS


def read_indicator(cell: object) -> bool:
    """Read a cell of a label's own column.

    Parameters
    ----------
    cell : object
        0 or 1, true or false, yes or no, or their first letters, in any case; ``x`` for yes; nothing for no.

    Raises
    ------
    CellError
        If it is anything else, such as -1 or 0.5.
    """
    if is_missing(cell):
        return False
    word = _word(cell)
    if word not in ON | OFF:
        raise CellError(f"expected 0 or 1, true or false, yes or no, got {shorten(cell)!r}")
    return word in ON


def _word(cell: object) -> str | None:
    if isinstance(cell, Iterable) and not isinstance(cell, str):
        return None
    return str(cell).strip().casefold()

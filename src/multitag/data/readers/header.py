"""The header of a table: the names of its columns, what is odd about them, and which one is meant."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from multitag.errors import DataError

LONGEST_NAME = 100  # characters; more is a text
SHOWN = 40  # characters of a name, in a message
NUMBER = re.compile(r"[-+]?\d+([.,]\d+)*")


def name_columns(header: Sequence[str], where: str) -> tuple[str, ...]:
    """Return the columns' names by their header; a second one without a name, and any further, by its number.

    Raises
    ------
    DataError
        If two columns have the same name.
    """
    names = [name or (str(n) if "" in header[: n - 1] else "") for n, name in enumerate(header, start=1)]
    twice = next((name for name, count in Counter(names).items() if count > 1), None)
    if twice is not None:
        raise DataError(f"{where}, header: column {twice!r} appears more than once; rename one of them")
    return tuple(names)


def looks_like_data(names: Sequence[str]) -> str | None:
    """Return the first name that is a number or a long text, as where there is no header; None where none is."""
    return next((name for name in names if NUMBER.fullmatch(name.strip()) or len(name) > LONGEST_NAME), None)


def header_notes(names: Sequence[str]) -> list[str]:
    """Return sentences on what is odd about a header."""
    notes = [
        f"column {name!r} has spaces around its name; {name.strip()!r} works too"
        for name in names
        if name != name.strip() and name.strip() and name.strip() not in names
    ]
    if (odd := looks_like_data(names)) is not None:
        notes.append(f"the first line names a column {odd[:SHOWN]!r}; if it is a row of data, use --no-header")
    return notes


def find_column(names: Sequence[str], column: str) -> str | None:
    """Return the column of that name, or the only one that has it between spaces; None where none has."""
    if column in names:
        return column
    spaced = [name for name in names if isinstance(name, str) and name.strip() == column.strip()]
    return spaced[0] if len(spaced) == 1 else None

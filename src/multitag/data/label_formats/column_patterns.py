"""Columns named by ranges, patterns and lists: ``SDG1..SDG17``, ``SDG*``, ``toxic,insult``."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from fnmatch import fnmatchcase

from multitag.data.readers.delimited.header import SHOWN, find_column, looks_like_data
from multitag.errors import DataError


def expand_columns(written: Sequence[str], columns: Sequence[str], source: str) -> tuple[str, ...]:
    """Return every column that is meant.

    Parameters
    ----------
    written : sequence of str
        Each a column; or, where no column has that name: the first and the last of several that stand side by side,
        as ``first..last``; a pattern with ``*``; or any of these with commas between them.
    columns : sequence of str
        All columns of the table.
    source : str
        The table, for messages.

    Returns
    -------
    tuple of str
        Each once, in the order in which they were named, and within a range or pattern in that of the table.

    Raises
    ------
    DataError
        If a name or pattern matches no column, or a range runs backwards.

    Examples
    --------
    >>> expand_columns(["b..d", "a"], ["a", "b", "c", "d"], "x.csv")
    ('b', 'c', 'd', 'a')
    """
    meant: dict[str, None] = {}
    for item in written:
        parts = [item] if item in columns else [part for part in map(str.strip, item.split(",")) if part]
        for part in parts:
            meant.update(dict.fromkeys(_expand(part, columns, source)))
    return tuple(meant)


def check_column(columns: Sequence[str], column: str | None, source: str, role: str) -> str:
    """Return the name, as it stands, of the column that is meant: spaces around a name do not count.

    Parameters
    ----------
    columns : sequence of str
        All columns of the table.
    column : str or None
    source : str
        The table, for messages.
    role : str
        ``"text"`` or ``"labels"``, the option that names it.

    Raises
    ------
    DataError
        If no column is named, or the table lacks it or has it twice; names the columns of the table.
    """
    all_columns = f"the columns are {', '.join(repr(name[:SHOWN]) for name in columns)}"
    if column is None:
        raise DataError(f"{source}: name the column that holds the {role} with --{role}; {all_columns}")
    if columns.count(column) > 1:
        raise DataError(f"{source}: column {column!r} appears more than once; rename one; {all_columns}")
    name = find_column(columns, column)
    if name is not None:
        return name
    near = get_close_matches(column, columns, n=1, cutoff=0.6)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    if not near and looks_like_data(columns) is not None:
        hint = "; these look like a row of data: if there is no header, use --no-header and name columns by number"
    raise DataError(f"{source}: no column {column!r}; {all_columns}{hint}")


def _expand(written: str, columns: Sequence[str], source: str) -> Sequence[str]:
    if written not in columns and ".." in written:
        ends = [check_column(columns, end.strip(), source, "label-columns") for end in written.split("..", 1)]
        first, last = map(columns.index, ends)
        if first > last:
            raise DataError(f"{source}: {written!r} runs backwards: {ends[0]!r} stands after {ends[1]!r}; swap them")
        return columns[first : last + 1]
    if written not in columns and "*" in written:
        matches = [name for name in columns if fnmatchcase(name, written)]
        if not matches:
            all_columns = ", ".join(map(repr, columns))
            raise DataError(f"{source}: no column matches {written!r}; the columns are {all_columns}")
        return matches
    return [check_column(columns, written, source, "label-columns")]

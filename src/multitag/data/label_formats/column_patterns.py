"""Columns that a person names in short: ``SDG1..SDG17``, ``SDG*``, ``toxic,insult``."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from fnmatch import fnmatchcase

from multitag.data.readers.header import SHOWN, find_column, looks_like_data
from multitag.errors import DataError


def expand_columns(written: Sequence[str], there: Sequence[str], source: str) -> tuple[str, ...]:
    """Name every column that is meant.

    Parameters
    ----------
    written : sequence of str
        Each a column; or, where no column has that name: the first and the last of several that stand side by side,
        as ``first..last``; a pattern with ``*``; or any of these with commas between them.
    there : sequence of str
        Columns of the table.
    source : str
        The table, for messages.

    Returns
    -------
    tuple of str
        Each once, in the order in which they were named, and within a range or pattern in that of the table.

    Raises
    ------
    DataError
        If a name or pattern fits no column, or a range runs backwards.

    Examples
    --------
    >>> expand_columns(["b..d", "a"], ["a", "b", "c", "d"], "x.csv")
    ('b', 'c', 'd', 'a')
    """
    meant: dict[str, None] = {}
    for each in written:
        parts = [each] if each in there else [part for part in map(str.strip, each.split(",")) if part]
        for part in parts:
            meant.update(dict.fromkeys(_expand(part, there, source)))
    return tuple(meant)


def check_column(there: Sequence[str], column: str | None, source: str, role: str) -> str:
    """Give the name, as it stands, of the column that is meant: spaces around a name do not count.

    Parameters
    ----------
    there : sequence of str
        Columns of the table.
    column : str or None
    source : str
        The table, for messages.
    role : str
        ``"text"`` or ``"labels"``, the option that names it.

    Raises
    ------
    DataError
        If no column is given, or the table lacks it or has it twice; names the columns there are.
    """
    named = ", ".join(repr(name[:SHOWN]) for name in there)
    if column is None:
        raise DataError(f"{source}: say which column holds the {role} (--{role}); there are: {named}")
    if there.count(column) > 1:
        raise DataError(f"{source}: column {column!r} comes more than once; rename one; there are: {named}")
    found = find_column(there, column)
    if found is not None:
        return found
    near = get_close_matches(column, there, n=1, cutoff=0.6)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    if not near and looks_like_data(there) is not None:
        hint = "; these look like a row: where there is no header, say --no-header, and name columns by number"
    raise DataError(f"{source}: no column {column!r}; there are: {named}{hint}")


def _expand(written: str, there: Sequence[str], source: str) -> Sequence[str]:
    if written not in there and ".." in written:
        ends = [check_column(there, each.strip(), source, "label-columns") for each in written.split("..", 1)]
        first, last = map(there.index, ends)
        if first > last:
            raise DataError(f"{source}: {written!r} runs backwards: {ends[0]!r} stands after {ends[1]!r}; swap them")
        return there[first : last + 1]
    if written not in there and "*" in written:
        found = [name for name in there if fnmatchcase(name, written)]
        if not found:
            named = ", ".join(map(repr, there))
            raise DataError(f"{source}: no column fits {written!r}; there are: {named}")
        return found
    return [check_column(there, written, source, "label-columns")]

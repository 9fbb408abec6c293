"""Columns within objects, named by a dotted path: ``meta.tags``."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from multitag.data.columns import Columns
from multitag.data.phrases import list_first
from multitag.data.readers.source import Source
from multitag.errors import DataError

MAX_KEYS = 10  # shown of those that an object has
SAMPLE, MAX_DEPTH, MAX_PATHS = 100, 4, 100  # objects that are looked into, how deep, and for how many texts and lists


def outer_column(name: str, columns: Iterable[str]) -> str | None:
    """Return the column in whose objects a dotted name leads, the longest that fits; None where it is no path.

    Examples
    --------
    >>> outer_column("meta.tags", ["text", "meta"])
    'meta'
    """
    return max((column for column in columns if column and name.startswith(f"{column}.")), key=len, default=None)


def look_into(cell: object, path: Sequence[str]) -> Any:
    """Return what is under a path in an object, or in the text of a JSON object; None where there is nothing."""
    if isinstance(cell, str) and cell.lstrip().startswith("{"):
        try:
            cell = json.loads(cell)
        except (ValueError, RecursionError):  # text that is no object, which has nothing under any path
            return None
    for key in path:
        if not isinstance(cell, Mapping):
            return None
        cell = cell.get(key)
    return cell


def inner_columns(columns: Columns) -> list[str]:
    """Return the dotted paths to texts and lists within objects, by the first objects of each column.

    Objects of numbers alone, as ``{"War": 1, "Sport": 0}``, are labels themselves.
    """
    paths: dict[str, None] = {}
    for name, cells in zip(columns.names, columns.cells, strict=True):
        objects = [cell for cell in cells[:SAMPLE] if isinstance(cell, Mapping)]
        for cell in objects:
            paths.update(dict.fromkeys(_paths_in(cell, name, MAX_DEPTH)))
            if len(paths) > MAX_PATHS:
                return []
    return [path for path in paths if path not in columns.names]


def _paths_in(cell: Mapping[Any, Any], name: str, depth: int) -> Iterator[str]:
    for key, value in cell.items():
        path = f"{name}.{key}"
        if isinstance(value, Mapping) and depth > 1:
            yield from _paths_in(value, path, depth - 1)
        elif isinstance(value, (str, list)) and "." not in str(key):
            yield path


def with_nested(source: Source, names: Iterable[str]) -> Source:
    """Add the columns of those names that are dotted paths into objects.

    Parameters
    ----------
    source : Source
    names : iterable of str
        Columns that are asked for; those that the source has are left alone.

    Raises
    ------
    DataError
        If no object has anything under a path; names the keys that there are.
    """
    columns = source.columns
    for name in dict.fromkeys(names):
        outer = outer_column(name, columns.names)
        if name in columns.names or outer is None:
            continue
        path = name.removeprefix(f"{outer}.").split(".")
        cells = [look_into(cell, path) for cell in columns[outer]]
        if all(cell is None for cell in cells):
            inner = (look_into(cell, ()) for cell in columns[outer])
            keys = dict.fromkeys(f"{outer}.{key}" for cell in inner if isinstance(cell, Mapping) for key in cell)
            held = f"; it has {list_first([*map(repr, keys)], MAX_KEYS)}" if keys else ", which holds no objects"
            raise DataError(f"{source.name}: no {name!r} in column {outer!r}{held}")
        columns = Columns((*columns.names, name), (*columns.cells, cells), len(columns))
    return source if columns is source.columns else replace(source, columns=columns)

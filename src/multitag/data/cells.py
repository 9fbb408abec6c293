"""One cell of labels to a tuple of label names: a list, a JSON list, or text with a separator."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from multitag.errors import DataError

SEPARATORS = (",", ";", "|")


def is_missing(cell: object) -> bool:
    """Tell whether a cell holds nothing: None, NaN, or text of nothing but spaces."""
    if cell is None or (isinstance(cell, float) and cell != cell):
        return True
    return isinstance(cell, str) and not cell.strip()


def find_separator(cells: Iterable[object]) -> str:
    """Find the separator that most cells of text hold; a comma where none holds any.

    Examples
    --------
    >>> find_separator(["Drama|War", "Comedy", "Drama|Crime, true"])
    '|'
    """
    texts = [cell for cell in cells if isinstance(cell, str)]
    counts = {separator: sum(separator in text for text in texts) for separator in SEPARATORS}
    return max(SEPARATORS, key=lambda separator: counts[separator])  # the first of equals: the comma


def parse_labels(cell: object, separator: str, where: str) -> tuple[str, ...]:
    """Read the labels of one cell.

    Parameters
    ----------
    cell : object
        A list, tuple or array of names; text with a separator; a JSON list of names; or nothing.
    separator : str
        What stands between two labels in text. Spaces around a label, no-break ones too, are dropped.
    where : str
        File, row and column, for the error.

    Returns
    -------
    tuple of str
        Names in the order of the cell, each once; empty if the cell holds none.

    Raises
    ------
    DataError
        If the cell is neither text nor a list of text.

    Examples
    --------
    >>> parse_labels("Drama, War,Drama", ",", "x.csv, row 1")
    ('Drama', 'War')
    >>> parse_labels('["Sci-Fi, hard", "War"]', ",", "x.csv, row 1")
    ('Sci-Fi, hard', 'War')
    """
    if is_missing(cell):
        return ()
    if isinstance(cell, str):
        names = _parse_json(cell, where) if cell.lstrip().startswith("[") else cell.split(separator)
    elif isinstance(cell, Iterable) and not isinstance(cell, (bytes, dict)):
        names = list(cell)
    else:
        names = [str(cell)]  # a single label id, such as 7 in JSONL
    return _clean(names, where)


def _parse_json(cell: str, where: str) -> Sequence[Any]:
    try:
        names = json.loads(cell)
    except (ValueError, RecursionError) as error:
        raise DataError(
            f"{where}: the cell starts like a JSON list but is none: {error}; expected [\"one\", \"two\"]"
        ) from error
    return names if isinstance(names, list) else [names]


def _clean(names: Iterable[object], where: str) -> tuple[str, ...]:
    cleaned: dict[str, None] = {}
    for name in names:
        if isinstance(name, (dict, list, tuple, bytes)):
            raise DataError(
                f"{where}: expected label names as text, got {type(name).__name__} {str(name)[:40]!r}; "
                "turn the column into one list of names a row first"
            )
        if not is_missing(name) and str(name).strip():
            cleaned[str(name).strip()] = None
    return tuple(cleaned)

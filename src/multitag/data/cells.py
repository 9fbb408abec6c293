"""One cell of labels to a tuple of label names: a list, a JSON list, or text with a separator."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any, cast

from multitag.errors import DataError

SEPARATORS = (",", ";", "|")


def is_missing(cell: object) -> bool:
    """Tell whether a cell holds nothing: None, NaN, pandas' NA and NaT, or text of nothing but spaces."""
    if isinstance(cell, str):
        return not cell.strip()
    if isinstance(cell, Iterable):
        return False
    import pandas as pd

    return bool(pd.isna(cast("float | None", cell)))


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
        If the cell is neither text nor a list of text, or holds what is no character.

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
        names = [cell]  # a single label id, such as 7 in JSONL
    return _clean(names, where)


def parse_text(cell: object, where: str) -> str:
    """Read the text of one cell that is not missing, as it stands.

    Parameters
    ----------
    cell : object
        Text, or a number, which is written as text.
    where : str
        File, row and column, for the error.

    Raises
    ------
    DataError
        If the cell is a list, an object or bytes, or holds what is no character.
    """
    if isinstance(cell, bytes) or (isinstance(cell, Iterable) and not isinstance(cell, str)):
        raise DataError(f"{where}: expected text, got {type(cell).__name__} {str(cell)[:40]!r}")
    return _whole(str(cell), where)


def _whole(text: str, where: str) -> str:
    """Refuse lone surrogates, which JSON can hold and no tokenizer, file or terminal takes."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise DataError(
            f"{where}: {text[error.start]!r} is half of a surrogate pair, not a character; remove it"
        ) from error
    return text


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
        if isinstance(name, Iterable) and not isinstance(name, str):
            raise DataError(
                f"{where}: expected label names as text, got {type(name).__name__} {str(name)[:40]!r}; "
                "turn the column into one list of names a row first"
            )
        if not is_missing(name):
            cleaned[_whole(str(name).strip(), where)] = None
    return tuple(cleaned)

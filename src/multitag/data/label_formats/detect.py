"""Detect how the labels of a column are written, by its cells; where that is not sure, the plainest way is taken."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from multitag.data.cells import CellError, is_missing
from multitag.data.label_formats.cell_formats import (
    FASTTEXT,
    CellFormat,
    FastText,
    JsonList,
    Lists,
    PythonList,
    Separated,
)
from multitag.data.label_formats.indicators import is_indicator
from multitag.data.label_formats.literals import read_literal
from multitag.data.label_formats.separators import MOST, NotLabelsError, find_separated

SAMPLE = 1000  # cells whose objects are looked into, evenly spaced
NAME_KEYS = ("name", "label", "tag", "title", "text", "value")


def find_form(cells: Sequence[object], *, ids: bool = False, mark: str | None = None) -> CellFormat:
    """Detect how labels are written in cells.

    Parameters
    ----------
    cells : sequence of object
        Of one column, or of several that hold a label each.
    ids : bool, default False
        Labels are ids, so that 0 and 1 may be two of them, and spaces between numbers separate them.
    mark : str, optional
        What separates labels in texts that are not lists, where it is known.

    Returns
    -------
    CellFormat
        Commas where nothing shows: a cell without one is one name.

    Raises
    ------
    NotLabelsError
        If they hold 0 and 1 alone, or sentences.
    """
    present = [cell for cell in cells if not is_missing(cell)]
    texts = [cell for cell in present if isinstance(cell, str)]
    if present and not ids and all(map(is_indicator, present)):
        raise NotLabelsError(
            f"holds {' and '.join(sorted(map(str, set(present))))}, which are not label names; if there is one column "
            "per label, name them all with --label-columns; if these are ids, pass a --label-names file"
        )
    if not texts:
        return Lists() if present else Separated(mark or ",", seen=False)
    if _share(texts, lambda text: text.lstrip().startswith(FASTTEXT)) >= MOST:
        return FastText()
    if _share(texts, _bracketed) >= MOST:
        form = _find_list(texts)
        if form is not None:
            return form
    return find_separated([text for text in texts if not text.lstrip().startswith("[")], mark)


def find_key(cells: Iterable[object], form: CellFormat) -> str | None:
    """Detect the key of the names where labels are objects: the only one with text, or one of the usual ones.

    Returns
    -------
    str or None
        None where labels are not objects, or no key stands out.
    """
    keys: Counter[str] = Counter()
    n_objects = 0
    for cell in _sample(list(cells)):
        for item in _objects(cell, form):
            n_objects += 1
            keys.update(str(key) for key, value in item.items() if isinstance(value, str) and value.strip())
    always = [key for key, count in keys.items() if count == n_objects]
    if len(always) == 1:
        return always[0]
    return next((key for key in NAME_KEYS if key in keys), None)


def _sample(cells: Sequence[Any]) -> Sequence[Any]:
    step = -(-len(cells) // SAMPLE) or 1
    return cells[::step]


def _share(texts: Sequence[str], holds: Callable[[str], bool]) -> float:
    return sum(map(holds, texts)) / len(texts)


def _bracketed(text: str) -> bool:
    text = text.strip()
    return text[:1] + text[-1:] in ("[]", "{}", "()")


def _find_list(texts: Sequence[str]) -> CellFormat | None:
    """Return the format, JSON or Python, that most lists parse as; empty ones are both."""
    telling = list({text: None for text in texts if text.strip()[1:-1].strip()})[:200]
    if not telling:
        return JsonList()
    readers: tuple[tuple[CellFormat, Callable[[str], Any]], ...]
    readers = ((JsonList(), json.loads), (PythonList(), read_literal))
    for form, read in readers:
        if 2 * sum(_parses(text, read) for text in telling) > len(telling):
            return form
    return None


def _parses(text: str, read: Callable[[str], Any]) -> bool:
    try:
        return isinstance(read(text), (list, tuple, set, dict))
    except (ValueError, RecursionError, CellError):
        return False


def _objects(cell: object, form: CellFormat) -> Iterable[Mapping[Any, Any]]:
    if isinstance(cell, Mapping):
        return [cell]
    if isinstance(cell, str):
        try:
            items: Iterable[object] = () if is_missing(cell) else form.split(cell)
        except CellError:  # reported with its row when it is read
            return []
    else:
        items = cell if isinstance(cell, Iterable) else ()
    return [item for item in items if isinstance(item, Mapping)]

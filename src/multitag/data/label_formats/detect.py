"""Detect how the labels of a column are written, by its cells; where that is not sure, the plainest way is taken."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from multitag.data.cells import CellError, is_missing, shorten
from multitag.data.label_formats.cells.formats import FASTTEXT, SEPARATORS, CellFormat, FastText, Separated
from multitag.data.label_formats.cells.lists import Brackets, JsonList, Lists, PythonList, find_bullets
from multitag.data.label_formats.cells.literals import read_literal
from multitag.data.label_formats.cells.notations import begins_list, is_listing, is_quoted_listing, read_listing
from multitag.data.label_formats.cells.objects import SAMPLE, WITH_SOFT, NotLabelsError, Objects, find_objects
from multitag.data.label_formats.cells.separators import MOST, find_separated, find_separator
from multitag.data.label_formats.indicators import are_switches, as_number, count_cells, kind_of
from multitag.data.phrases import join_phrase

FEW = 0.1  # share of the cells that are more than slips of a pen


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
    if not ids and are_switches(present):
        raise NotLabelsError(
            f"holds {join_phrase(sorted({str(cell).strip() for cell in present}))}, which are not label names; "
            "if there is one column per label, name them all with --label-columns; if these are ids, pass a "
            "--label-names file; if they are names, set --label-shape single"
        )
    if not ids and _are_shares(present):
        raise NotLabelsError(
            f"holds probabilities such as {shorten(present[0])}, which are not label names; if there is one column per "
            f"label, name them all with --label-columns, and {WITH_SOFT}"
        )
    if not texts:
        return Lists() if present else Separated(mark or ",", seen=False)
    if _share(texts, lambda text: text.lstrip().startswith(FASTTEXT)) >= MOST:
        return FastText()
    if _share(texts, is_listing) >= MOST:
        form = _find_list(texts)
        if form is not None:
            return form
    bullets = find_bullets(texts)
    if bullets is not None:
        return bullets
    mixed = _find_list_among_names(texts)
    if mixed is not None:
        return mixed
    plain = [text for text in texts if not (begins_list(text) or is_quoted_listing(text))]
    form = find_separated(plain, mark)
    if isinstance(form, Separated) and len(plain) < len(texts):
        return replace(form, has_lists=True)
    return form


def find_objects_in(
    cells: Iterable[object], form: CellFormat, key: str | None = None, *, soft: bool = False
) -> Objects:
    """Detect how labels are read from the objects in cells; see :func:`find_objects`."""
    objects = [list(_objects(cell, form)) for cell in _sample(list(cells))]
    objects = [items for items in objects if items]
    return find_objects(objects, key, soft=soft) if objects else Objects(key)


def _are_shares(cells: Sequence[object]) -> bool:
    """Return whether cells are numbers from 0 to 1, and not all of them 0 and 1."""
    if not cells or as_number(cells[0]) is None:
        return False
    kinds = {"other" if as_number(cell) is None else kind_of(cell) for cell, _ in count_cells(cells)}
    return "share" in kinds and kinds <= {"share", "on", "off"}


def _sample(cells: Sequence[Any]) -> Sequence[Any]:
    step = -(-len(cells) // SAMPLE) or 1
    return cells[::step]


def _share(texts: Sequence[str], holds: Callable[[str], bool]) -> float:
    return sum(map(holds, texts)) / len(texts)


def _find_list(texts: Sequence[str]) -> CellFormat | None:
    """Return the format, JSON's, Python's or another, that most lists parse as; empty ones are all of them."""
    telling = list({text: None for text in texts if text.strip()[1:-1].strip()})[:200]
    if not telling:
        return JsonList()
    strict: tuple[tuple[CellFormat, Callable[[str], Any]], ...]
    strict = (
        (JsonList(), json.loads),
        (PythonList(), read_literal),
        (Brackets(), lambda text: read_listing(text, bare=False)),
    )
    counts = [sum(_parses(text, read) for text in telling) for _, read in strict]
    if 2 * max(counts) > len(telling):
        return strict[counts.index(max(counts))][0]
    form = find_brackets(telling)
    return form if 2 * sum(_parses(text, form.split) for text in telling) > len(telling) else None


def find_brackets(texts: Sequence[str]) -> Brackets:
    """Return the format of lists in other notations, with the mark between names without quotes."""
    return Brackets(find_separator([text.strip()[1:-1] for text in texts if is_listing(text)]) or ",")


def _find_list_among_names(texts: Sequence[str]) -> CellFormat | None:
    """Return the format of cells of which many are lists of names that are cells of their own elsewhere, as ``War``."""
    listed, plain = [text for text in texts if is_listing(text)], {text.strip() for text in texts}
    if len(listed) < max(2, FEW * len(texts)):
        return None
    form = find_brackets(listed)
    items = {str(item) for text in dict.fromkeys(listed) for item in _split(text, form)}
    alone = items & plain
    if all(map(is_quoted_listing, listed)) and not any(mark in name for name in alone for mark in SEPARATORS):
        return None  # lists beyond doubt are read among separated names, too
    return form if items and len(alone) >= MOST * len(items) else None


def _parses(text: str, read: Callable[[str], Any]) -> bool:
    try:
        return isinstance(read(text), (list, tuple, set, dict))
    except (ValueError, RecursionError, CellError):
        return False


def _split(text: str, form: CellFormat) -> Iterable[object]:
    try:
        return form.split(text)
    except CellError:  # reported with its row when it is read
        return ()


def _objects(cell: object, form: CellFormat) -> Iterable[Mapping[Any, Any]]:
    if isinstance(cell, Mapping):
        return [cell]
    if isinstance(cell, str):
        items: Iterable[object] = () if is_missing(cell) else _split(cell, form)
    else:
        items = cell if isinstance(cell, Iterable) else ()
    return [item for item in items if isinstance(item, Mapping)]

"""Find how the labels of a column are written, by its cells; where that is not sure, the plainest way is taken."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from multitag.data.cells import CellError, is_missing, shorten
from multitag.data.shapes.forms import (
    FASTTEXT,
    SEPARATORS,
    FastText,
    Form,
    JsonList,
    Lists,
    PythonList,
    Separated,
)
from multitag.data.shapes.literal import read_literal
from multitag.data.shapes.switches import is_switch

SAMPLE = 1000  # cells whose objects are looked into, evenly spaced
MOST = 0.9  # share of the cells that must be written in a way for it to be the column's
LONG_CELL = 10  # words; a longer cell may be a sentence
STRAY_WORDS = 3  # mean words between marks from which a long cell of names that come nowhere else is a sentence
PROSE_WORDS = 4  # the same, from which a column of ever new names is prose
MIN_CELLS = 10  # fewer tell nothing about prose or spaces
NAME_KEYS = ("name", "label", "tag", "title", "text", "value")


class NotLabelsError(Exception):
    """Why the cells of a column can be no labels, for whoever knows the column; says what to do."""


def find_form(cells: Sequence[object], *, ids: bool = False) -> Form:
    """Find how labels are written in cells.

    Parameters
    ----------
    cells : sequence of object
        Of one column, or of several that hold a label each.
    ids : bool, default False
        Labels are ids, so that 0 and 1 may be two of them, and spaces between numbers separate them.

    Returns
    -------
    Form
        Commas where nothing tells: a cell without one is one name.

    Raises
    ------
    NotLabelsError
        If they hold 0 and 1 alone, or sentences.
    """
    present = [cell for cell in cells if not is_missing(cell)]
    texts = [cell for cell in present if isinstance(cell, str)]
    if present and not ids and all(map(is_switch, present)):
        raise NotLabelsError(
            f"holds {' and '.join(sorted(map(str, set(present))))}, which name no label; for one column a label name "
            "them all with --label-columns, for ids give a --label-names file"
        )
    if not texts:
        return Lists() if present else Separated(",", seen=False)
    if _share(texts, lambda text: text.lstrip().startswith(FASTTEXT)) >= MOST:
        return FastText()
    if _share(texts, _bracketed) >= MOST:
        listed = _find_list(texts)
        if listed is not None:
            return listed
    return _find_separated([text for text in texts if not _bracketed(text)])


def find_key(cells: Iterable[object], form: Form) -> str | None:
    """Find the key of the names where labels are objects: the only one with text, or one of the usual ones.

    Returns
    -------
    str or None
        None where labels are no objects, or no key can be told from the others.
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


def find_separator(texts: Sequence[str]) -> str | None:
    """Find the mark that most texts hold, of comma, semicolon and pipe; the first of equals; None if none does.

    Examples
    --------
    >>> find_separator(["Drama|War", "Comedy", "Drama|Crime, true"])
    '|'
    """
    counts = {mark: sum(mark in text for text in texts) for mark in SEPARATORS}
    best = max(SEPARATORS, key=lambda mark: counts[mark])
    return best if counts[best] else None


def _sample(cells: Sequence[Any]) -> Sequence[Any]:
    step = -(-len(cells) // SAMPLE) or 1
    return cells[::step]


def _share(texts: Sequence[str], holds: Callable[[str], bool]) -> float:
    return sum(map(holds, texts)) / len(texts)


def _bracketed(text: str) -> bool:
    text = text.strip()
    return text[:1] + text[-1:] in ("[]", "{}", "()")


def _find_list(texts: Sequence[str]) -> Form | None:
    """Tell JSON from Python by what most lists parse as; empty ones are both."""
    telling = list({text: None for text in texts if text.strip()[1:-1].strip()})[:200]
    if not telling:
        return JsonList()
    readers: tuple[tuple[Form, Callable[[str], Any]], ...] = ((JsonList(), json.loads), (PythonList(), read_literal))
    for form, read in readers:
        if 2 * sum(_parses(text, read) for text in telling) > len(telling):
            return form
    return None


def _parses(text: str, read: Callable[[str], Any]) -> bool:
    try:
        return isinstance(read(text), (list, tuple, set, dict))
    except (ValueError, RecursionError, CellError):
        return False


def _objects(cell: object, form: Form) -> Iterable[Mapping[Any, Any]]:
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


def _find_separated(texts: Sequence[str]) -> Separated:
    # A sentence has commas of its own; they count only where most cells are that long.
    short = [text for text in texts if len(text.split()) <= LONG_CELL]
    if 2 * len(short) < len(texts):
        short = list(texts)
    mark = find_separator(short)
    if mark is None and _spaces_separate(short):
        return Separated(" ")
    form = Separated(mark or ",", seen=mark is not None)
    if len(texts) < MIN_CELLS:
        return form
    pieces = {text: [piece for each in form.pieces(text) if (piece := each.strip())] for text in set(texts)}
    counts: Counter[str] = Counter()
    for text, n_cells in Counter(texts).items():
        counts.update(dict.fromkeys(pieces[text], n_cells))
    once = [piece for piece, count in counts.items() if count == 1]
    if len(once) >= MOST * len(counts) and _mean_words(once) > PROSE_WORDS:
        raise NotLabelsError(
            f"holds sentences, not labels, such as {shorten(texts[0], 60)!r}; name another column with --labels, "
            "or say how they are written with --label-separator or --label-shape"
        )
    strays = frozenset(
        text
        for text, names in pieces.items()
        if len(text.split()) > LONG_CELL
        and all(counts[name] == 1 for name in names)
        and _mean_words(names) > STRAY_WORDS
    )
    return replace(form, sentences=strays) if len(strays) <= (1 - MOST) * len(texts) else form


def _mean_words(names: Sequence[str]) -> float:
    return sum(len(name.split()) for name in names) / max(1, len(names))


def _spaces_separate(texts: Sequence[str]) -> bool:
    """Tell whether it is beyond doubt that spaces stand between labels, and not inside their names.

    They do between words that all start with ``#`` or are all numbers; and between few words that make up many
    cells, now one, now several. Names of several words, such as ``Science Fiction``, bring new words with each name.
    """
    cells = [text.split() for text in dict.fromkeys(texts)]
    lengths = {len(words) for words in cells}
    if max(lengths, default=0) < 2:
        return False
    vocabulary = Counter(word for words in cells for word in set(words))
    if all(word.startswith("#") and len(word) > 1 for word in vocabulary) or all(map(str.isdecimal, vocabulary)):
        return True
    alone = {words[0] for words in cells if len(words) == 1}
    return (
        len(texts) >= MIN_CELLS
        and len(cells) >= 2 * len(vocabulary)
        and len(lengths) > 1
        and len(alone) >= len(vocabulary) / 2
        and max(vocabulary.values()) <= MOST * len(cells)
    )

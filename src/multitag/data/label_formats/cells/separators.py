"""Detect the mark between the labels of text cells, where marks may also belong to names, or to sentences."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from multitag.data.cells import shorten
from multitag.data.label_formats.cells.formats import SEPARATORS, CellFormat, Separated, Single
from multitag.data.label_formats.cells.marks import find_other_mark
from multitag.data.label_formats.cells.objects import NotLabelsError

MOST = 0.9  # share of the cells that must be written in a way for it to be the column's
LONG_CELL = 10  # words; a longer cell may be a sentence
STRAY_WORDS = 3  # mean words between marks from which a long cell of names that occur nowhere else is a sentence
PROSE_WORDS = 4  # the same, from which a column of ever new names is prose
MIN_CELLS = 10  # fewer say nothing about prose or spaces
MARKS = (*SEPARATORS, "\u3001", "\uff0c", "\uff1b", "\u060c", "\u061b")  # and those of Chinese, Japanese and Arabic

def find_separator(texts: Sequence[str]) -> str | None:
    """Return the mark that most texts hold, of comma, semicolon, pipe and their like; the first of equals, or None.

    Examples
    --------
    >>> find_separator(["Drama|War", "Comedy", "Drama|Crime, true"])
    '|'
    """
    counts = {mark: sum(mark in text for text in texts) for mark in MARKS}
    best = max(MARKS, key=lambda mark: counts[mark])
    return best if counts[best] else None


def find_separated(texts: Sequence[str], mark: str | None = None) -> CellFormat:
    """Detect what separates labels in texts that are not lists.

    Parameters
    ----------
    texts : sequence of str
    mark : str, optional
        What separates them, where it is known; sentences among them are still detected.

    Returns
    -------
    Separated or Single
        Commas where nothing shows: a cell without one is one name.

    Raises
    ------
    NotLabelsError
        If they are sentences.
    """
    form = _detect(texts) if mark is None else Separated(mark)
    if form.mark == " " or len(texts) < MIN_CELLS:
        return form
    pieces = {text: list(filter(None, map(str.strip, form.pieces(text)))) for text in set(texts)}
    counts: Counter[str] = Counter()
    for text, n_cells in Counter(texts).items():
        counts.update(dict.fromkeys(pieces[text], n_cells))
    _refuse_prose(texts, counts)
    strays = _sentences(pieces, counts)
    if len(strays) <= (1 - MOST) * len(texts):
        form = replace(form, sentences=strays)
    return Single() if mark is None and form.seen and not strays and _marks_are_in_names(pieces) else form


def _detect(texts: Sequence[str]) -> Separated:
    # A sentence has commas of its own; they count only where most cells are that long.
    short = [text for text in texts if len(text.split()) <= LONG_CELL]
    if 2 * len(short) < len(texts):
        short = list(texts)
    mark = find_separator(short)
    mark = find_other_mark(short, mark, MARKS) or mark
    if mark is None and _spaces_separate(short):
        return Separated(" ")
    return Separated(mark or ",", seen=mark is not None)


def _refuse_prose(texts: Sequence[str], counts: Mapping[str, int]) -> None:
    once = [piece for piece, count in counts.items() if count == 1]
    if len(once) >= MOST * len(counts) and _mean_words(once) > PROSE_WORDS:
        raise NotLabelsError(
            f"holds sentences, not labels, such as {shorten(texts[0], 60)!r}; name another column with --labels, "
            "or how labels are written with --label-separator or --label-shape"
        )


def _sentences(pieces: Mapping[str, Sequence[str]], counts: Mapping[str, int]) -> frozenset[str]:
    """Return the long cells of long names that occur nowhere else."""
    return frozenset(
        text
        for text, names in pieces.items()
        if len(text.split()) > LONG_CELL
        and all(counts[name] == 1 for name in names)
        and _mean_words(names) > STRAY_WORDS
    )


def _marks_are_in_names(pieces: Mapping[str, Sequence[str]]) -> bool:
    """Return whether what a mark divides never occurs alone or with anything else, as in ``Arts, Culture``.

    Where that is wrong, and the parts are labels that only come together, nothing is lost: one label says the same.
    """
    cells_of = Counter(name for names in pieces.values() for name in set(names))
    divided = [names for names in pieces.values() if len(names) > 1]
    return all(cells_of[name] == 1 for names in divided for name in names)


def _mean_words(names: Sequence[str]) -> float:
    return sum(len(name.split()) for name in names) / max(1, len(names))


def _spaces_separate(texts: Sequence[str]) -> bool:
    """Return whether spaces separate labels beyond doubt, and are not inside their names.

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

"""Marks inside names whose pieces also come alone: they separate labels, whatever mark most cells hold."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise

MOST = 0.9  # share of the cells with a mark that it must divide into labels that come elsewhere
MIN_DIVIDED = 3  # different cells that a mark must divide
MOST_MARKS = 8  # that are tried
SAMPLE = 5000  # different cells that are looked at

# Symbols but those of names and lists; a word between labels, and a line break, are marks too.
_MARK = re.compile(r"<[bB][rR] ?/?>|&(?:amp|lt|gt|quot|#\d+);|\\[nt]|\n|\t| and | or | - |><|[^\w\s,;|'\"()\[\]{}<]+|_")
_IN_NUMBERS = (".", "-", "/", ":", "_")  # 1.5, 1-2, 1/2, 1:2, 1_000


def find_marks(texts: Sequence[str]) -> list[str]:
    """Return the marks that may separate labels in texts, beside the usual ones; those in most texts first."""
    alone = set(map(str.strip, texts))  # a symbol that is a label, such as an emoji, separates none
    counts = Counter(mark for text in texts for mark in dict.fromkeys(_MARK.findall(text)))
    return [mark for mark, _ in counts.most_common() if mark.strip() not in alone][:MOST_MARKS]


def find_other_mark(texts: Sequence[str], usual: str | None, marks: Sequence[str]) -> str | None:
    """Return a mark that separates better than the usual one that most cells hold.

    It divides what it stands in into labels that come without it elsewhere, and leaves fewer different labels: ``;``
    in ``Law, order; Fun`` does where ``Law, order`` and ``Fun`` come alone, and the comma is part of a name.

    Parameters
    ----------
    texts : sequence of str
        Cells, not sentences.
    usual : str or None
        Of the usual marks, the one that most cells hold.
    marks : sequence of str
        The usual marks.

    Returns
    -------
    str or None
        None where none is better.
    """
    cells = list(dict.fromkeys(texts))[:SAMPLE]
    best, size = None, len(_names(cells, usual))
    for mark in [*(mark for mark in marks if mark != usual), *find_marks(cells)]:
        divided = [pieces for pieces in (_pieces(cell, mark) for cell in cells if mark in cell) if len(pieces) > 1]
        least = 1 if mark in marks else MIN_DIVIDED
        if len(divided) < least or (usual is not None and not _shares_cells(cells, usual, mark)):
            continue
        if mark in _IN_NUMBERS and all(piece.isdecimal() for pieces in divided for piece in pieces):
            continue
        names = _names(cells, mark)
        if len(names) < size and _are_labels(divided, names) and (mark in marks or _come_alone(cells, divided)):
            best, size = mark, len(names)
    return best


def divided_names(counts: Mapping[str, int]) -> dict[str, list[str]]:
    """Return, for each mark, the names that it divides into names that also come alone.

    Examples
    --------
    >>> divided_names({"War": 3, "Space": 2, "War#Space": 4, "Sci-Fi": 1})
    {'#': ['War#Space']}
    """
    names = list(counts)[:SAMPLE]
    divided: dict[str, list[str]] = {}
    for mark in [*",;|", *find_marks(names)]:
        for name in names:
            pieces = _pieces(name, mark)
            is_number = mark in ".-" and all(map(str.isdecimal, pieces))
            if len(pieces) > 1 and all(piece in counts for piece in pieces) and not is_number:
                divided.setdefault(mark, []).append(name)
    return divided


def joined_by_spaces(counts: Mapping[str, int]) -> list[str]:
    """Return the names of several words that are other names, one after another.

    Examples
    --------
    >>> joined_by_spaces({"Civil war": 3, "Dark comedy": 2, "Civil war Dark comedy": 1})
    ['Civil war Dark comedy']
    """
    names = set(counts)
    return [name for name in list(counts)[:SAMPLE] if _is_joined(name.split(), names)]


def _is_joined(words: Sequence[str], names: set[str]) -> bool:
    reached = {0}  # numbers of words that names make up
    for end in range(1, len(words) + 1):
        whole = len(words) if end == len(words) else 0  # the name itself is not one of its pieces
        if any(start in reached and end - start != whole and " ".join(words[start:end]) in names
               for start in range(end)):  # fmt: skip
            reached.add(end)
    return len(words) in reached


def only_together(rows_of: Mapping[tuple[str, ...], int], least: int) -> list[tuple[str, str]]:
    """Return the pairs of names that are never without each other, and always one after the other.

    Parameters
    ----------
    rows_of : mapping of tuple of str to int
        Rows with these names, in the order in which they stand.
    least : int
        Rows that must have the pair, for it to say anything.

    Examples
    --------
    >>> only_together({("Law", "order"): 2, ("Law", "order", "Fun"): 1, ("Fun",): 3}, least=3)
    [('Law', 'order')]
    """
    counts: Counter[str] = Counter()
    pairs: Counter[tuple[str, str]] = Counter()
    for names, n_rows in rows_of.items():
        counts.update(dict.fromkeys(names, n_rows))
        pairs.update(dict.fromkeys(pairwise(names), n_rows))
    return [pair for pair, n_rows in pairs.items() if n_rows >= least and n_rows == counts[pair[0]] == counts[pair[1]]]


def _shares_cells(cells: Sequence[str], usual: str, mark: str) -> bool:
    """Return whether both marks stand in one cell, so that only one of them can separate."""
    return any(usual in cell and mark in cell for cell in cells)


def _come_alone(cells: Sequence[str], divided: Sequence[Sequence[str]]) -> bool:
    """Return whether at least half of the labels are cells of their own, unlike those of ``Group A/Level 1``."""
    alone, pieces = set(map(str.strip, cells)), {piece for pieces in divided for piece in pieces}
    return len(alone & pieces) >= len(pieces) / 2


def _names(cells: Sequence[str], mark: str | None) -> Counter[str]:
    """Count the different cells of each name."""
    return Counter(name for cell in cells for name in set(_pieces(cell, mark) if mark else [cell.strip()]))


def _are_labels(divided: Sequence[Sequence[str]], names: Mapping[str, int]) -> bool:
    recurring = sum(all(names[piece] > 1 for piece in pieces) for pieces in divided)
    return recurring >= MOST * len(divided)


def _pieces(text: str, mark: str) -> list[str]:
    return [piece for piece in map(str.strip, text.split(mark)) if piece]

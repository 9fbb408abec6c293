"""How labels stand in one cell: what a format is, names between separators, one name alone."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from multitag.data.cells import CellError, check_characters, is_missing, shorten
from multitag.data.label_formats.cells.lists import JsonList
from multitag.data.label_formats.cells.notations import begins_list, is_quoted_listing, is_wrapped, read_listing
from multitag.data.label_formats.cells.objects import NO_OBJECTS, Objects
from multitag.data.row_labels import NOTHING, RowLabels, of_answers

SEPARATORS = (",", ";", "|")
FASTTEXT = "__label__"
_WORD = re.compile(rf"(?<!\S){FASTTEXT}(\S*)\s*(?:[{''.join(SEPARATORS)}]\s+(?={FASTTEXT}))?")
_SPACES = {"\n": "newlines", "\t": "tabs"}


class CellFormat(Protocol):
    """One way to write labels into a text cell."""

    @property
    def name(self) -> str:
        """The word for it in the settings, such as ``"json"``."""

    def split(self, text: str) -> Iterable[object]:
        """Split a text that is not blank into its labels as they stand, empty ones and repeated ones included.

        Raises
        ------
        CellError
            If the text is not in this format.
        """

    def describe(self) -> str:
        """Return a phrase that follows ``labels: column 'Genre', ``."""


@dataclass(frozen=True)
class Separated:
    """Names with a mark between them. A cell that holds a list all the same is read as one.

    Parameters
    ----------
    mark : str
        A space in it stands for any run of spaces, tabs and no-break spaces; a line break or a tab for itself.
    sentences : set of str
        Cells that are refused: sentences that strayed into the column.
    seen : bool
        Whether any cell holds the mark.
    by_option : bool
        Whether the mark was named, and not detected.
    in_brackets : bool
        Whether brackets around a cell belong to a list and not to its names; where the mark was named.
    has_lists : bool
        Whether some cells are lists.
    """

    mark: str
    sentences: frozenset[str] = frozenset()
    seen: bool = True
    by_option: bool = field(default=False, compare=False)
    in_brackets: bool = field(default=False, compare=False)
    has_lists: bool = field(default=False, compare=False)
    name = "separated"

    def split(self, text: str) -> Iterable[object]:
        """Split at the mark; see :meth:`CellFormat.split`."""
        listed = self._listed(text)
        if listed is not None:
            return listed
        if text in self.sentences:
            raise CellError(
                f"a sentence, not labels: {shorten(text)!r}; if it holds labels, set --label-separator {self.mark!r}"
            )
        return self.pieces(text)

    def _listed(self, text: str) -> Iterable[object] | None:
        """Return the names of a cell that is a list all the same, or None."""
        start = text.lstrip()[:2]
        if start[:1] not in "[{" and "(" not in text:
            return None
        if self.by_option:
            return self._listed_among_marks(text)
        if is_quoted_listing(text):
            return read_listing(text, bare=False)
        return JsonList().split(text) if begins_list(text) else None

    def _listed_among_marks(self, text: str) -> Iterable[object] | None:
        """What was named is followed: only a whole list of texts is one, and brackets around marks are not names'."""
        if is_quoted_listing(text):
            return read_listing(text, self.mark)
        stripped = text.strip()
        if is_wrapped(text) and (self.in_brackets or len(self.pieces(stripped)) > 1):
            return self.pieces(stripped[1:-1])
        return None

    def pieces(self, text: str) -> list[str]:
        """Split a text at the mark, with no regard to lists and sentences."""
        if self.mark.isspace():
            return text.split() if self.mark.strip("\n\r\t") else re.split(f"[{self.mark}]+", text)
        if not any(letter.isspace() for letter in self.mark):
            return text.split(self.mark)
        parts = re.split(r"\s+", self.mark)
        return re.split(r"\s+".join(map(re.escape, parts)), f" {text} ")  # a mark may end the text without a space

    def describe(self) -> str:
        """Return the mark in words; see :meth:`CellFormat.describe`."""
        if not self.seen:
            return "one label or a list per cell" if self.has_lists else "one label per cell"
        mark = _SPACES.get(self.mark, "spaces") if self.mark.isspace() else repr(self.mark)
        return f"separated by {mark}{', or a list' if self.has_lists else ''}"


@dataclass(frozen=True)
class Single:
    """One name per cell, whatever marks are in it."""

    name = "single"

    def split(self, text: str) -> Iterable[object]:
        """Return the whole text as one label; see :meth:`CellFormat.split`."""
        return [text]

    def describe(self) -> str:
        """Return the name of the format; see :meth:`CellFormat.describe`."""
        return "one label per cell"


@dataclass(frozen=True)
class FastText:
    """Words that start with ``__label__``, wherever they stand; the other words are the text.

    Parameters
    ----------
    with_text : bool
        Whether a text stands beside the labels; in a column of labels alone a name may have several words.
    """

    with_text: bool = True
    name = "fasttext"

    def split(self, text: str) -> Iterable[object]:
        """Return what stands after each ``__label__``, without a comma behind it; see :meth:`CellFormat.split`."""
        marks = "".join(SEPARATORS)
        if not self.with_text:
            return [name.strip().rstrip(marks) for name in text.split(FASTTEXT)]
        return [name.rstrip(marks) for word in _WORD.findall(text) for name in word.split(FASTTEXT)]

    def describe(self) -> str:
        """Return the name of the format; see :meth:`CellFormat.describe`."""
        return f"{FASTTEXT} words"


def text_without_labels(text: str) -> str:
    """Return the text of a fastText line without its ``__label__`` words, otherwise as it stands.

    Examples
    --------
    >>> text_without_labels("__label__war,__label__drama A storm  breaks.")
    'A storm  breaks.'
    """
    return _WORD.sub("", text)


def read_labels(cell: object, form: CellFormat, objects: Objects = NO_OBJECTS) -> RowLabels:
    """Read the labels of one cell.

    Parameters
    ----------
    cell : object
        Text written in the form; a list, tuple, array or dict as JSONL, Parquet and DataFrames hold it; a single
        id, such as 7; or nothing.
    form : CellFormat
    objects : Objects, optional
        How labels are read from objects.

    Returns
    -------
    RowLabels
        Names in the order of the cell, each once, without the spaces around them. A list of none has been judged.
        Where objects say no as well as yes, ``shares`` are all that they say.

    Raises
    ------
    CellError
        If the cell is not in this format, or holds what is not a name.

    Examples
    --------
    >>> read_labels("Drama, War,Drama", Separated(",")).names
    ('Drama', 'War')
    >>> read_labels('[{"id": 18, "name": "Drama"}]', Separated(","), Objects("name")).names
    ('Drama',)
    >>> read_labels("[]", Separated(","))
    RowLabels(names=(), unknown=(), shares=(), judged=True)
    """
    if is_missing(cell):
        return NOTHING
    items = list(_items(cell, form))
    if objects.have_answers:
        return _read_answers(items, objects)
    names: dict[str, None] = {}
    for item in items:
        for value in objects.names_in(item):
            if not is_missing(value):
                names[check_characters(_as_name(value))] = None
    return RowLabels(tuple(names), judged=not items and not isinstance(form, FastText))


def _as_name(value: object) -> str:
    """Return a label as text; an id that a missing cell beside it made a float, such as 1.0, is the whole number."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if type(value).__repr__ is object.__repr__:
        raise CellError(f"expected label names as text, got an object of type {type(value).__name__}")
    return str(value).strip()


def _read_answers(items: Iterable[object], objects: Objects) -> RowLabels:
    answers: dict[str, float | None] = {}
    for item in items:
        for name, answer in objects.answers_in(item):
            if not is_missing(name):
                answers[check_characters(str(name).strip())] = answer
    return of_answers(tuple(answers), tuple(answers.values()), soft=True)


def _items(cell: object, form: CellFormat) -> Iterable[Any]:
    if isinstance(cell, str):
        return form.split(cell)
    if isinstance(cell, (bytes, Mapping)) or not isinstance(cell, Iterable):
        return [cell]
    return sorted(cell, key=str) if isinstance(cell, (set, frozenset)) else cell

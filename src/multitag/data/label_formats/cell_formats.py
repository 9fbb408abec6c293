"""How labels stand in one cell: between separators, as a list, one alone, or marked as fastText does."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from multitag.data.cells import CellError, check_characters, is_missing, shorten
from multitag.data.label_formats.literals import read_literal

SEPARATORS = (",", ";", "|")
FASTTEXT = "__label__"

_FASTTEXT_LABEL = re.compile(rf"(?<!\S){FASTTEXT}(\S*)\s*")


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
    """Names with a mark between them. A cell that holds a JSON list all the same is read as one.

    Parameters
    ----------
    mark : str
        A space in it stands for any run of spaces, tabs and no-break spaces.
    sentences : set of str
        Cells that are refused: sentences that strayed into the column.
    seen : bool
        Whether any cell holds the mark.
    by_option : bool
        Whether the mark was named, and not detected.
    """

    mark: str
    sentences: frozenset[str] = frozenset()
    seen: bool = True
    by_option: bool = field(default=False, compare=False)
    name = "separated"

    def split(self, text: str) -> Iterable[object]:
        """Split at the mark; see :meth:`CellFormat.split`."""
        if text.lstrip().startswith("["):
            return JsonList().split(text)
        if text in self.sentences:
            raise CellError(
                f"a sentence, not labels: {shorten(text)!r}; if it holds labels, set --label-separator {self.mark!r}"
            )
        return self.pieces(text)

    def pieces(self, text: str) -> list[str]:
        """Split a text at the mark, with no regard to lists and sentences."""
        if self.mark.isspace():
            return text.split()
        if not any(letter.isspace() for letter in self.mark):
            return text.split(self.mark)
        parts = re.split(r"\s+", self.mark)
        return re.split(r"\s+".join(map(re.escape, parts)), f" {text} ")  # a mark may end the text without a space

    def describe(self) -> str:
        """Return the mark in words; see :meth:`CellFormat.describe`."""
        if not self.seen:
            return "one label per cell"
        return "separated by spaces" if self.mark.isspace() else f"separated by {self.mark!r}"


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
class Lists:
    """Lists that are lists already, as in JSONL and Parquet; a text among them is one name."""

    name = "lists"

    def split(self, text: str) -> Iterable[object]:
        """Return the whole text as one label; see :meth:`CellFormat.split`."""
        return [text]

    def describe(self) -> str:
        """Return the name of the format; see :meth:`CellFormat.describe`."""
        return "lists"


@dataclass(frozen=True)
class JsonList:
    """A JSON list of names, or of objects that hold their name under a key."""

    name = "json"

    def split(self, text: str) -> Iterable[object]:
        """Parse the list; see :meth:`CellFormat.split`."""
        try:
            value = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise CellError(
                f'the cell starts like a JSON list but is not one: {error}; expected ["one", "two"]'
                if text.lstrip().startswith("[")
                else f'expected a JSON list such as ["one", "two"], got {shorten(text)!r}'
            ) from error
        if isinstance(value, (list, dict)):
            return value if isinstance(value, list) else [value]
        raise CellError(f'expected a JSON list such as ["one", "two"], got {shorten(text)!r}')

    def describe(self) -> str:
        """Return the name of the format; see :meth:`CellFormat.describe`."""
        return "JSON lists"


@dataclass(frozen=True)
class PythonList:
    """A list as Python prints it, ``['one', 'two']``; of names, or of dicts that hold their name under a key."""

    name = "python"

    def split(self, text: str) -> Iterable[object]:
        """Parse the list; see :meth:`CellFormat.split`."""
        value = read_literal(text)
        if isinstance(value, dict):
            return [value]
        if isinstance(value, (list, tuple)):
            return value
        if isinstance(value, (set, frozenset)):
            return sorted(map(str, value))  # the order of a set changes from run to run
        raise CellError(f"expected a list such as ['one', 'two'], got {shorten(text)!r}")

    def describe(self) -> str:
        """Return the name of the format; see :meth:`CellFormat.describe`."""
        return "lists as Python writes them"


@dataclass(frozen=True)
class FastText:
    """Words that start with ``__label__``, wherever they stand; the other words are the text."""

    name = "fasttext"

    def split(self, text: str) -> Iterable[object]:
        """Return what stands after each ``__label__``; see :meth:`CellFormat.split`."""
        return _FASTTEXT_LABEL.findall(text)

    def describe(self) -> str:
        """Return the name of the format; see :meth:`CellFormat.describe`."""
        return f"{FASTTEXT} words"


def text_without_labels(text: str) -> str:
    """Return the text of a fastText line without its ``__label__`` words, otherwise as it stands.

    Examples
    --------
    >>> text_without_labels("__label__war __label__drama A storm  breaks.")
    'A storm  breaks.'
    """
    return _FASTTEXT_LABEL.sub("", text)


def read_names(cell: object, form: CellFormat, key: str | None = None) -> tuple[str, ...]:
    """Read the labels of one cell.

    Parameters
    ----------
    cell : object
        Text written in the form; a list, tuple, array or dict as JSONL, Parquet and DataFrames hold it; a single
        id, such as 7; or nothing.
    form : CellFormat
    key : str, optional
        Where labels are objects: the key of their names.

    Returns
    -------
    tuple of str
        Names in the order of the cell, each once, without the spaces around them; empty if the cell holds none.

    Raises
    ------
    CellError
        If the cell is not in this format, or holds what is not a name.

    Examples
    --------
    >>> read_names("Drama, War,Drama", Separated(","))
    ('Drama', 'War')
    >>> read_names('[{"id": 18, "name": "Drama"}]', JsonList(), "name")
    ('Drama',)
    """
    if is_missing(cell):
        return ()
    names: dict[str, None] = {}
    for item in _items(cell, form):
        value = _name_in(item, key)
        if not is_missing(value):
            names[check_characters(str(value).strip())] = None
    return tuple(names)


def _items(cell: object, form: CellFormat) -> Iterable[Any]:
    if isinstance(cell, str):
        return form.split(cell)
    if isinstance(cell, (bytes, Mapping)) or not isinstance(cell, Iterable):
        return [cell]
    return sorted(cell, key=str) if isinstance(cell, (set, frozenset)) else cell


def _name_in(item: object, key: str | None) -> object:
    """Return the name in one item of a cell."""
    if isinstance(item, Mapping):
        if key is None:
            raise CellError(
                f"expected label names as text, got an object with the keys {', '.join(map(repr, item))}; "
                "name the key that holds the labels with --label-key"
            )
        if key not in item:
            raise CellError(f"expected an object with the key {key!r}, got the keys {', '.join(map(repr, item))}")
        item = item[key]
    if isinstance(item, Iterable) and not isinstance(item, str):
        raise CellError(
            f"expected label names as text, got {type(item).__name__} {shorten(item)!r}; "
            "convert the column to one list of names per row first"
        )
    return item

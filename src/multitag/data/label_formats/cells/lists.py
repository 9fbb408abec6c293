"""Labels as a list in a cell: JSON's, Python's, those of other tools, and lists that are lists already."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from multitag.data.cells import CellError, shorten
from multitag.data.label_formats.cells.literals import has_neighbours, list_items, read_literal
from multitag.data.label_formats.cells.notations import is_listing, is_wrapped, read_listing

BULLETS = ("- ", "* ", "+ ", "\u2022 ", "\u2013 ")


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
        items = list_items(value)
        if items is None:
            raise CellError(f'expected a JSON list such as ["one", "two"], got {shorten(text)!r}')
        return items

    def describe(self) -> str:
        """Return the name of the format; see :meth:`CellFormat.describe`."""
        return "JSON lists"


@dataclass(frozen=True)
class PythonList:
    """A list as Python prints it, ``['one', 'two']``; of names, or of dicts that hold their name under a key."""

    name = "python"

    def split(self, text: str) -> Iterable[object]:
        """Parse the list; see :meth:`CellFormat.split`."""
        if has_neighbours(text):  # an array of numpy, of which those with one name look like a list
            return read_listing(text, bare=False)
        items = list_items(read_literal(text))
        if items is None:
            raise CellError(f"expected a list such as ['one', 'two'], got {shorten(text)!r}")
        return items

    def describe(self) -> str:
        """Return the name of the format; see :meth:`CellFormat.describe`."""
        return "lists as Python writes them"


@dataclass(frozen=True)
class Bullets:
    """One name a line, with the same bullet before each, as in YAML and Markdown.

    Parameters
    ----------
    bullet : str
    """

    bullet: str
    name = "bullets"

    def split(self, text: str) -> Iterable[object]:
        """Split at line breaks and take the bullets off; see :meth:`CellFormat.split`."""
        return [line.strip().removeprefix(self.bullet) for line in text.splitlines()]

    def describe(self) -> str:
        """Return the bullet; see :meth:`CellFormat.describe`."""
        return f"one per line after {self.bullet!r}"


def find_bullets(texts: Sequence[str]) -> Bullets | None:
    r"""Return the format of cells whose every line begins with one bullet; None where there is no such bullet.

    Examples
    --------
    >>> find_bullets(["- War\n- Space", "- Crime"]), find_bullets(["-5", "-3"])
    (Bullets(bullet='-'), None)
    """
    starts = {line.strip()[:2] for text in texts for line in text.splitlines() if line.strip()}
    bullet = next(iter(starts), "")
    return Bullets(bullet[0]) if len(starts) == 1 and bullet in BULLETS else None


@dataclass(frozen=True)
class Brackets:
    """A list in the notation of a database or another language, with or without quotes around its names.

    Parameters
    ----------
    mark : str, default ","
        What stands between names without quotes.
    """

    mark: str = ","
    name = "brackets"

    def split(self, text: str) -> Iterable[object]:
        """Parse the list; a text without brackets among them is one name; see :meth:`CellFormat.split`."""
        stripped = text.strip()
        if not is_listing(stripped) and stripped[0] not in "[({" and stripped[-1] not in "])}":
            return [stripped]
        if is_wrapped(stripped) and not stripped[1:-1].strip():  # {} is not an object here
            return []
        return read_listing(stripped, self.mark)

    def describe(self) -> str:
        r"""Return the name of the format; see :meth:`CellFormat.describe`."""
        return "lists in brackets or quotes"

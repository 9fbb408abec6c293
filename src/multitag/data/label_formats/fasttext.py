"""Labels as words of a line that start with ``__label__``, as fastText marks them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from multitag.data.label_formats.cell_formats import FASTTEXT, SEPARATORS

_WORD = re.compile(rf"(?<!\S){FASTTEXT}(\S*)\s*(?:[{''.join(SEPARATORS)}]\s+(?={FASTTEXT}))?")


@dataclass(frozen=True)
class FastText:
    """Words that start with ``__label__``, wherever they stand; the other words are the text."""

    name = "fasttext"

    def split(self, text: str) -> Iterable[object]:
        """Return what stands after each ``__label__``, without a comma behind it; see :meth:`CellFormat.split`."""
        marks = "".join(SEPARATORS)
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

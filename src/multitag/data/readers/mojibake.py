"""Mojibake: UTF-8 that was once taken for cp1252 and encoded again, so that é stands there as Ã©."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

EXAMPLES = 3

# The characters that the bytes 0x80 to 0xBF are in cp1252; the five that it lacks pass as control characters.
_TAIL = "".join(bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in range(0x80, 0xC0))
_BYTES = {ord(bytes([byte]).decode("cp1252", "ignore") or chr(byte)): chr(byte) for byte in range(0x80, 0x100)}
# Heads of two, three and four bytes. Two-byte ones other than those of Latin letters also begin words of their own
# before a quotation mark, so two in a row are asked for.
_DOUBLE = re.compile(
    f"[ÂÃÄÅ][{re.escape(_TAIL)}]"
    f"|[à-ï][{re.escape(_TAIL)}]{{2}}"
    f"|[ð-ô][{re.escape(_TAIL)}]{{3}}"
    f"|(?:[Æ-ß][{re.escape(_TAIL)}]){{2,}}"
)


def find_mojibake(text: str) -> tuple[str, str] | None:
    """Find a part of a text that is UTF-8 read as cp1252.

    Returns
    -------
    tuple of (str, str) or None
        The word it stands in, and that word as it was meant; None where there is none.

    Examples
    --------
    >>> find_mojibake("Penélope, JosÃ© and RenÃ©")
    ('JosÃ©', 'José')
    >>> find_mojibake("Penélope and José")
    """
    if text.isascii():
        return None
    for match in _DOUBLE.finditer(text):
        meant = _decoded(match[0])
        if meant is not None and (meant.isprintable() or meant == "\xa0"):
            before, after = text[: match.start()].split(" ")[-1], text[match.end() :].split(" ", 1)[0]
            word = (before[-20:] + match[0] + after[:20]).strip(",.;:()")
            return word, _decoded(word) or _DOUBLE.sub(lambda part: _decoded(part[0]) or part[0], word)
    return None


@dataclass
class Mojibake:
    """Counts the cells of a table that hold mojibake, and keeps the first ones as examples."""

    cells: int = 0
    examples: dict[str, str] = field(default_factory=dict)
    first: str = ""

    def look(self, text: str, place: str) -> None:
        """Count a cell that holds mojibake; ``place`` names its row and column."""
        example = find_mojibake(text)
        if example is None:
            return
        self.cells += 1
        self.first = self.first or place
        if len(self.examples) < EXAMPLES:
            self.examples.setdefault(*example)

    def note(self) -> str | None:
        """Return a sentence on the cells that hold some; None where none does."""
        if not self.cells:
            return None
        cells = "1 cell holds" if self.cells == 1 else f"{self.cells} cells hold"
        pairs = ", ".join(f"{double!r} for {meant!r}" for double, meant in self.examples.items())
        return f"{cells} text that was encoded as UTF-8 twice: {pairs}; first in {self.first}; nothing was changed"


def _decoded(double: str) -> str | None:
    try:
        return double.translate(_BYTES).encode("latin-1").decode("utf-8")
    except UnicodeError:
        return None

"""Cells that say yes or no, how likely, or that nobody knows: one for each label."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from multitag.data.cells import CellError, ShareError, is_missing, shorten

YES_MARKS, NO_MARKS = frozenset("✓✔☑✅"), frozenset("✗✘✕❌☐")
NUMBERS = (frozenset({"1", "1.0"}), frozenset({"0", "0.0"}))
WORDS = {  # of yes and of no
    "true/false": ({"true"}, {"false"}), "yes/no": ({"yes"}, {"no"}), "y/n": ({"y"}, {"n"}), "t/f": ({"t"}, {"f"}),
    "on/off": ({"on"}, {"off"}), "oui/non": ({"oui"}, {"non"}), "ja/nein": ({"ja"}, {"nein", "nee"}),
    "si/no": ({"si", "sí"}, {"no"}),
}  # fmt: skip
ON = YES_MARKS.union({"x"}, NUMBERS[0], *(yes for yes, _ in WORDS.values()))
OFF = NO_MARKS.union(NUMBERS[1], *(no for _, no in WORDS.values()))
MINUS = frozenset({"-1", "-1.0"})  # no beside 1 alone, as support vector machines have it; unknown beside 0 and 1
DASHES = frozenset({"-", "\u2013", "\u2014"})  # likewise: no beside x alone
NULL = frozenset({"null", "none", "nan", "na", "n/a", "n.a.", "<na>"})  # what programs write for an empty cell
UNKNOWN = frozenset({"?", "??", "unknown", "unk", "unsure"})  # what people write where nobody knows
_LETTERS = frozenset("tfynx")  # a letter alone may be the name of a label

_DECIMAL_COMMA = re.compile(r"[01],\d+")
_VARIANT = "\ufe0f"  # a sign after a picture that it is one

Kind = Literal["on", "off", "minus", "dash", "unknown", "blank", "share", "other"]


def is_indicator(cell: object) -> bool:
    """Return whether a cell says yes or no beyond doubt: 0, 1, true, false, yes or no, in any case.

    Examples
    --------
    >>> [is_indicator(cell) for cell in (1, False, "Yes", "0.0", "x", "Drama")]
    [True, True, True, True, False, False]
    """
    return _word(cell) in (ON | OFF) - _LETTERS


def kind_of(cell: object) -> Kind:
    """Return what a cell of a label's own column looks like.

    Examples
    --------
    >>> [kind_of(cell) for cell in (1, "no", "-1", None, "NA", "0.7", "0,7", "?", 2)]
    ['on', 'off', 'minus', 'blank', 'blank', 'share', 'share', 'unknown', 'other']
    """
    if is_missing(cell):
        return "blank"
    word = _word(cell)
    if word in ON:
        return "on"
    if word in OFF:
        return "off"
    if word in MINUS:
        return "minus"
    if word in NULL:
        return "blank"
    if word in DASHES:
        return "dash"
    if word in UNKNOWN:
        return "unknown"
    number = _share_of(cell)
    return "share" if number is not None and 0 <= number <= 1 else "other"


def count_cells(cells: Sequence[object]) -> Iterable[tuple[object, int]]:
    """Count the different cells, as a million of them are two or three."""
    try:
        return Counter(cells).items()
    except TypeError:  # lists among them
        return ((cell, 1) for cell in cells)


def count_kinds(cells: Sequence[object]) -> Counter[Kind]:
    """Count the cells of each kind."""
    kinds: Counter[Kind] = Counter()
    for cell, count in count_cells(cells):
        kinds[kind_of(cell)] += count
    return kinds


def are_switches(cells: Sequence[object]) -> bool:
    """Return whether the cells of one column say yes and no, or that nobody knows, and so name nothing.

    Letters alone may be names: they count where they come as a pair, and nothing else does.
    """
    if not cells or kind_of(cells[0]) in ("share", "other"):
        return False
    kinds: set[Kind] = set()
    letters = set()
    for cell, _ in count_cells(cells):
        kind = kind_of(cell)
        if kind in ("share", "other"):
            return False
        kinds.add(kind)
        letters |= {_word(cell)} & _LETTERS
    if letters and letters not in ({"t", "f"}, {"y", "n"}) and not (letters == {"x"} and kinds == {"on", "dash"}):
        return False
    return bool(kinds & {"on", "off"})


def as_number(cell: object) -> float | None:
    """Return the number in a cell, or None."""
    if isinstance(cell, Iterable) and not isinstance(cell, str):
        return None
    try:
        return float(cell)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):  # a whole number of hundreds of digits
        return None


@dataclass(frozen=True)
class Indicator:
    """How a cell says whether a label is on.

    Parameters
    ----------
    minus_is_no : bool, default False
        -1 says no, in place of 0; otherwise it says that nobody knows.
    dash_is_no : bool, default False
        A dash says no; otherwise that nobody knows.
    blank_is_no : bool, default True
        An empty cell says no, where no cell says it with a word of its own; otherwise that nobody knows.
    soft : bool, default False
        Cells may hold probabilities.
    """

    minus_is_no: bool = False
    dash_is_no: bool = False
    blank_is_no: bool = True
    soft: bool = False
    _read: dict[str, float | None] = field(default_factory=dict, repr=False, compare=False)  # cells seen before

    def read(self, cell: object) -> float | None:
        """Read a cell.

        Parameters
        ----------
        cell : object
            0 or 1, true or false, yes or no, on or off, or their first letters, in any case; ``x`` or a tick for yes;
            -1; a dash; ``?`` and the like; nothing; a probability, with a point or a comma.

        Returns
        -------
        float or None
            0 to 1; None where nobody knows.

        Raises
        ------
        CellError
            If it is anything else; :class:`~multitag.data.cells.ShareError` if a probability was expected.
        """
        if not isinstance(cell, str):
            return self._read_new(cell)
        if cell not in self._read:
            self._read[cell] = self._read_new(cell)
        return self._read[cell]

    def _read_new(self, cell: object) -> float | None:
        kind = kind_of(cell)
        if kind == "on":
            return 1.0
        if kind == "off":
            return 0.0
        if kind in ("blank", "minus", "dash", "unknown"):
            says_no = {"blank": self.blank_is_no, "minus": self.minus_is_no, "dash": self.dash_is_no}
            return 0.0 if says_no.get(kind) else None
        if kind == "share" and self.soft:
            return _share_of(cell)
        if self.soft and as_number(cell) is not None:
            raise ShareError(f"expected a probability from 0 to 1, got {shorten(cell)!r}")
        expected = f"expected 0 or 1, true or false, yes or no, got {shorten(cell)!r}"
        raise CellError(f"{expected}; probabilities are read with --soft" if kind == "share" else expected)


def _share_of(cell: object) -> float | None:
    return as_number(_word(cell) if isinstance(cell, str) else cell)


def _word(cell: object) -> str | None:
    """Return a cell as a word in lower case, with a point for a decimal comma."""
    if isinstance(cell, Iterable) and not isinstance(cell, str):
        return None
    word = str(cell).strip().casefold().removesuffix(_VARIANT)
    return word.replace(",", ".") if _DECIMAL_COMMA.fullmatch(word) else word

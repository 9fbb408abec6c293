"""Cells that say yes or no, how likely, or that nobody knows: one for each label."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from multitag.data.cells import CellError, ShareError, is_missing, shorten

ON = frozenset({"1", "1.0", "true", "t", "yes", "y", "x"})
OFF = frozenset({"0", "0.0", "false", "f", "no", "n"})
MINUS = frozenset({"-1", "-1.0"})  # no beside 1 alone, as support vector machines have it; unknown beside 0 and 1
NULL = frozenset({"null", "none", "nan", "na", "n/a", "<na>"})  # what programs write for an empty cell
_LETTERS = frozenset("tfynx")  # a letter alone may be the name of a label

Kind = Literal["on", "off", "minus", "blank", "share", "other"]


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
    >>> [kind_of(cell) for cell in (1, "no", "-1", None, "NA", "0.7", 2)]
    ['on', 'off', 'minus', 'blank', 'blank', 'share', 'other']
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
    number = as_number(cell)
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
    blank_is_no : bool, default True
        An empty cell says no, where no cell says it with a word of its own; otherwise that nobody knows.
    soft : bool, default False
        Cells may hold probabilities.
    """

    minus_is_no: bool = False
    blank_is_no: bool = True
    soft: bool = False
    _read: dict[str, float | None] = field(default_factory=dict, repr=False, compare=False)  # cells seen before

    def read(self, cell: object) -> float | None:
        """Read a cell.

        Parameters
        ----------
        cell : object
            0 or 1, true or false, yes or no, or their first letters, in any case; ``x`` for yes; -1; nothing; a
            probability.

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
        if kind == "blank" or kind == "minus":
            return 0.0 if (self.blank_is_no if kind == "blank" else self.minus_is_no) else None
        if kind == "share" and self.soft:
            return as_number(cell)
        if self.soft and as_number(cell) is not None:
            raise ShareError(f"expected a probability from 0 to 1, got {shorten(cell)!r}")
        expected = f"expected 0 or 1, true or false, yes or no, got {shorten(cell)!r}"
        raise CellError(f"{expected}; probabilities are read with --soft" if kind == "share" else expected)


def _word(cell: object) -> str | None:
    if isinstance(cell, Iterable) and not isinstance(cell, str):
        return None
    return str(cell).strip().casefold()

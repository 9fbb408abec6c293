"""What the cells of a column are, by a sample of its rows: numbers, dates, links, ids, or what people wrote."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, time
from functools import cached_property, partial
from numbers import Number

import numpy as np

from multitag.data.cells import is_missing
from multitag.data.columns import Columns
from multitag.data.label_formats.cells.notations import is_listing
from multitag.data.label_formats.indicators import (
    DASHES,
    MINUS,
    NO_MARKS,
    NULL,
    NUMBERS,
    OFF,
    ON,
    UNKNOWN,
    WORDS,
    YES_MARKS,
    as_number,
)

SAMPLE = 2000  # rows that are looked at, evenly spaced
MOST = 0.9  # share of the cells that are of a kind for it to be the column's
LONGEST = 10_000  # characters of a cell that are looked at

_NUMBER = re.compile(r"[-+]?[$€£]?\s?\d[\d\s.,'_]*(?:[eE][-+]?\d+)?\s?[%$€£]?")
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_DATE = re.compile(
    rf"\d{{1,4}}[-/.]\d{{1,2}}[-/.]\d{{1,4}}(?:[T ].*)?|(?:[a-z]{{3,9}},?\s+)?{_MONTH}\s+\d{{1,2}},?\s+\d{{4}}.*"
    rf"|(?:[a-z]{{3}},?\s+)?\d{{1,2}}[\s-]{_MONTH}[\s-]\d{{2,4}}.*|\d{{1,2}}:\d{{2}}(?::\d{{2}})?"
    rf"|[a-z]{{3}} {_MONTH} \d.*",
    re.IGNORECASE,
)
_LINK = re.compile(r"(?:[a-z][a-z+.-]*://|www\.)\S+|\S+@\S+\.\w+|\S*[/\\]\S+\.\w{2,5}", re.IGNORECASE)
_ID = re.compile(r"[\w.:#/-]*\d[\w.:#/-]*", re.ASCII)
PROBABILITIES = "0 to 1"
MARKS = {"x": {"x"}, "✓/✗": YES_MARKS | NO_MARKS}
_VOCABULARIES = {"0/1": frozenset.union(*NUMBERS), **{name: yes | no for name, (yes, no) in WORDS.items()}, **MARKS}
_NOBODY_KNOWS = UNKNOWN | NULL | DASHES | MINUS
_FEW = 3  # different words of a column that may say yes and no in words of its own


@dataclass(frozen=True)
class ColumnSample:
    """Cells of a column, from evenly spaced rows.

    Parameters
    ----------
    name : str
    cells : tuple of object
        Those that are not missing.
    n_rows : int
        Rows that were looked at.
    """

    name: str
    cells: tuple[object, ...]
    n_rows: int

    @cached_property
    def texts(self) -> tuple[str, ...]:
        """The cells that are text."""
        return tuple(cell[:LONGEST] for cell in self.cells if isinstance(cell, str))

    @property
    def coverage(self) -> float:
        """Share of the rows, in [0, 1], that have something in this column."""
        return len(self.cells) / max(1, self.n_rows)

    @property
    def n_different(self) -> int:
        """Count the different texts."""
        return len(set(self.texts))

    @cached_property
    def kind(self) -> str:
        """What most cells are: empty, number, date, link, id, list, flag, text or mixed."""
        if not self.cells:
            return "empty"
        if self.vocabulary is not None:
            return "flag"
        if self._most(lambda cell: isinstance(cell, (list, tuple, set, frozenset, dict, np.ndarray))):
            return "list"
        if self._most(lambda cell: isinstance(cell, (Number, np.number))):
            return "number"
        if self._most(lambda cell: isinstance(cell, (date, time, np.datetime64))):
            return "date"
        if len(self.texts) < MOST * len(self.cells):
            return "mixed"
        for kind, pattern in (("date", _DATE), ("link", _LINK), ("number", _NUMBER)):
            if self._most(partial(_matches, pattern)):
                return "ids" if kind == "number" and self._are_lists_of_ids() else kind
        if self._most(lambda cell: is_listing(str(cell))):
            return "list"
        if self.n_different >= MOST * len(self.texts) and self._most(partial(_matches, _ID)):
            return "id"
        return "text"

    @cached_property
    def vocabulary(self) -> str | None:
        """The words that say yes and no, where nearly all cells are such words; None elsewhere.

        Words for what nobody knows stand beside any of them. Pairs such as ``1,0`` may be vectors, and are none; see
        ``decimal_vocabulary``.
        """
        return None if self.has_commas else self.decimal_vocabulary

    @cached_property
    def decimal_vocabulary(self) -> str | None:
        """The same, where ``1,0`` is a number with a decimal comma."""
        words = [word.replace(",", ".") if self.has_commas else word for word in map(_word, self.cells)]
        if not all(_is_short(word) for word in words):
            return None
        for name, vocabulary in _VOCABULARIES.items():
            known = [word for word in words if word in vocabulary or word not in _NOBODY_KNOWS]
            # A slip of a pen does not make a column of 0 and 1 another.
            if known and sum(word in vocabulary for word in known) >= MOST * len(known):
                return name
        numbers = [as_number(word) for word in words if word not in _NOBODY_KNOWS]
        are_shares = all(number is not None and 0 <= number <= 1 for number in numbers)
        return PROBABILITIES if numbers and are_shares else None

    @cached_property
    def has_commas(self) -> bool:
        """Whether cells hold commas, which may be decimal ones."""
        return any("," in text for text in self.texts)

    @cached_property
    def has_few_words(self) -> bool:
        """Whether two or three short words recur, which may say yes, no and unsure."""
        words = set(map(_word, self.cells))
        return self.vocabulary is not None or (1 < len(words) <= _FEW < len(self.cells) and all(map(_is_short, words)))

    @cached_property
    def names_itself(self) -> bool:
        """Whether cells hold the name of their column or nothing."""
        return bool(self.cells) and {_word(cell) for cell in self.cells} == {self.name.strip().casefold()[:20]}

    def _most(self, holds: Callable[[object], bool]) -> bool:
        return sum(map(holds, self.cells)) >= MOST * len(self.cells)

    def _are_lists_of_ids(self) -> bool:
        """Return whether numbers are lists of ids, as ``3,17``, and not written with a comma for a point."""
        lists = [re.split(r"[,;|\s]+", text.strip()) for text in self.texts]
        several = [ids for ids in lists if len(ids) > 1]
        whole = all(part.isdecimal() and len(part) <= 6 for ids in lists for part in ids)
        if not whole or len(several) < (1 - MOST) * len(lists) or any(len(set(ids)) < len(ids) for ids in several):
            return False
        after = [part for ids in several for part in ids[1:]]
        return not all(len(part) == 3 for part in after)  # 1,234,567


def sample_columns(columns: Columns) -> tuple[ColumnSample, ...]:
    """Take the cells of at most 2000 evenly spaced rows of each column that has a name to ask for it by."""
    rows = sample_rows(len(columns), SAMPLE)
    return tuple(
        ColumnSample(name, tuple(cell for cell in (cells[row] for row in rows) if not is_missing(cell)), len(rows))
        for name, cells in zip(columns.names, columns.cells, strict=True)
        if name.strip()
    )


def sample_rows(n_rows: int, most: int) -> Sequence[int]:
    """Return evenly spaced rows, at most so many.

    Examples
    --------
    >>> list(sample_rows(10, 4))
    [0, 3, 6, 9]
    """
    return range(0, n_rows, -(-n_rows // most) or 1)


def _matches(pattern: re.Pattern[str], cell: object) -> bool:
    return pattern.fullmatch(str(cell).strip()[:200]) is not None


def _word(cell: object) -> str:
    if isinstance(cell, (str, Number, np.number, np.bool_)):
        return str(cell).strip().casefold()[:20]
    return "another type"


def _is_short(word: str) -> bool:
    return word in ON | OFF | UNKNOWN or len(word) <= 5 or _NUMBER.fullmatch(word) is not None

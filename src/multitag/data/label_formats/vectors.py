"""Targets that were encoded already: a 0 or a 1 for each label, in one cell."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from multitag.data.cells import RowError, ShareError, is_missing, shorten
from multitag.data.label_formats.cells.literals import MAX_CHARACTERS
from multitag.data.label_formats.cells.objects import WITH_SOFT, NotLabelsError
from multitag.data.label_formats.id_names import IdNames
from multitag.data.phrases import describe_columns
from multitag.data.row_labels import NOTHING, RowLabels, of_answers

_CALL = re.compile(r"(?:np\.|numpy\.|torch\.)?(?:array|tensor|c)(?=[\[(])")
_TYPE = re.compile(r",\s*dtype=[\w.'<>]+\)$")
_SPACES = " \t\r\n"
_BITS = re.compile(r"[01]{3,}")
_ENDS = tuple("0123456789.eElLnNaA])}'\",;|")  # of a number, of true and false, or of brackets
_WORDS = {"true": 1.0, "false": 0.0, "null": math.nan, "none": math.nan, "nan": math.nan, "na": math.nan}


@dataclass(frozen=True)
class VectorColumn:
    """A column of vectors that hold 0 or 1 for each label.

    Parameters
    ----------
    column : str
    names : IdNames
        The labels in the order of their places.
    off : float, default 0
        What says that a label is off; -1 in vectors of -1 and 1. Beside 0 and 1, -1 says that nobody knows; so does
        null.
    soft : bool, default False
        Vectors may hold probabilities.
    """

    column: str
    names: IdNames
    off: float = 0.0
    soft: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        """The column alone."""
        return (self.column,)

    @property
    def label_names(self) -> tuple[str, ...]:
        """The labels in the order of their places."""
        return tuple(self.names.names.values())

    def read(self, cells: Sequence[object]) -> RowLabels:
        """Read the labels of a row; see :meth:`LabelColumns.read`."""
        (cell,) = cells
        if is_missing(cell):
            return NOTHING
        vector = read_vector(cell)
        names = self.label_names
        if vector is None or len(vector) != len(names):
            raise RowError(self.column, self._expected(cell))
        answers = tuple(map(self._answer, vector))
        given = {answer for answer in answers if answer is not None}
        if not (self.soft or given <= {0.0, 1.0}):
            raise RowError(self.column, self._expected(cell))
        if not all(0 <= answer <= 1 for answer in given):
            raise RowError(self.column, ShareError(self._expected(cell)))
        return of_answers(names, answers, soft=self.soft)

    def _answer(self, number: float) -> float | None:
        if number == self.off:
            return 0.0
        return None if number == -1 or number != number else number

    def _expected(self, cell: object) -> str:
        expected = "from 0 to 1" if self.soft else f"{self.off:g} or 1"
        return f"expected {len(self.names.names)} numbers, {expected}, got {shorten(cell)!r}"

    def describe(self) -> str:
        """Return the column and the file of names; see :meth:`LabelColumns.describe`."""
        kind = "probabilities" if self.soft else "0 and 1"
        return f"{describe_columns(self.columns)}, vectors of {kind}, named by {self.names.source}"

    def facts(self) -> dict[str, Any]:
        """Return plain values for the manifest."""
        return {"shape": "vector", "key": None, "names": self.names.source, "places": list(self.label_names)}


def read_vector(cell: object) -> tuple[float, ...] | None:
    """Return the numbers of a cell that holds nothing but numbers, true and false, and null, which is NaN; else None.

    Examples
    --------
    >>> read_vector("[0, 1]"), read_vector("0 1 0"), read_vector([True, False]), read_vector("War, 1")
    ((0.0, 1.0), (0.0, 1.0, 0.0), (1.0, 0.0), None)
    """
    if isinstance(cell, str):
        return _read_text(cell)
    if isinstance(cell, (bytes, Mapping, set, frozenset)) or not isinstance(cell, Iterable):
        return None
    try:
        return tuple(_number(item) if isinstance(item, str) or item is None else float(item) for item in cell)
    except (TypeError, ValueError, OverflowError):  # names, or a number of hundreds of digits
        return None


def _number(word: str | None) -> float:
    if word is None:
        return math.nan
    truth = _WORDS.get(word.strip().casefold())
    return float(word) if truth is None else truth


def _read_text(text: str) -> tuple[float, ...] | None:
    text = text.strip()
    if _BITS.fullmatch(text):
        return tuple(map(float, text))
    if len(text) > MAX_CHARACTERS or not text.endswith(_ENDS):
        return None
    inner = _TYPE.sub("", _CALL.sub("", text, count=1)).strip("[](){}'\"" + _SPACES)
    try:
        return tuple(_number(word.strip("'\"")) for word in re.split(r"[\s,;|]+", inner.strip(",;|")) if word)
    except ValueError:  # a name, or a date
        return None


def find_vectors(
    column: str, cells: Sequence[object], names: IdNames | None, *, soft: bool = False
) -> VectorColumn | None:
    """Detect vectors of equal length that hold only 0 and 1, true and false, or -1 and 1; and -1 or null beside them.

    Parameters
    ----------
    column : str
    cells : sequence of object
        Those that are not missing.
    names : IdNames or None
        The file of names: one for each place of a vector.
    soft : bool, default False
        Take probabilities.

    Returns
    -------
    VectorColumn or None
        None where the cells are not vectors.

    Raises
    ------
    NotLabelsError
        If they are vectors, but nothing names their places, or they hold probabilities, which were not asked for.
    """
    vectors = _vectors(cells, soft=soft)
    if not vectors:
        return None
    size = len(next(iter(vectors)))
    values = {value for vector in vectors for value in vector if value == value}
    example = shorten(cells[0])
    if not soft and not values <= {-1.0, 0.0, 1.0}:
        raise NotLabelsError(
            f"holds vectors of {size} places with probabilities, such as {example!r}; {WITH_SOFT}, "
            "or write 0 or 1 for each label first"
        )
    if names is None:
        raise NotLabelsError(
            f"holds vectors of {size} places such as {example!r}, one for each label; name the labels with a "
            "--label-names file that has one name per line, in the order of the places"
        )
    if len(names.names) != size:
        raise NotLabelsError(
            f"holds vectors of {size} places such as {example!r}, but {names.source} names "
            f"{len(names.names)} labels; expected one name for each place"
        )
    return VectorColumn(column, names, -1.0 if values <= {-1.0, 1.0} and -1.0 in values else 0.0, soft)


def _is_share(value: float) -> bool:
    return abs(value) <= 1 or value != value


def _vectors(cells: Sequence[object], *, soft: bool) -> set[tuple[float, ...]]:
    """Return the different vectors; none unless all cells are vectors of one length, and not lists of ids."""
    vectors: set[tuple[float, ...]] = set()
    read: set[str] = set()
    for cell in cells:
        if isinstance(cell, str):
            if cell in read:
                continue
            read.add(cell)
        vector = read_vector(cell)
        if vector is None or len(vector) < 2 or not (soft or all(map(_is_share, vector))):
            return set()
        vectors.add(vector)
        if len(vector) != len(next(iter(vectors))):
            return set()
    fractions = any(value % 1 > 0 for vector in vectors for value in vector)
    # A list of ids is of whole numbers, names none twice, and never the same ids in another order on every row.
    repeated = any(len(set(vector)) < len(vector) for vector in vectors)
    orders = len(vectors) > 1 and len({tuple(sorted(vector)) for vector in vectors}) == 1
    if any(isinstance(cell, str) and _BITS.fullmatch(cell.strip()) for cell in cells):
        repeated = repeated and any(isinstance(cell, str) and cell.strip().startswith("0") for cell in cells)
        return vectors if repeated else set()
    return vectors if repeated or orders or fractions else set()

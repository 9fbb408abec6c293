"""Texts of a table on disk: of all rows, of some of them, of several tables; read when they are asked for."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from multitag.data.texts import Text, TextColumns


class StoredTexts(Sequence[Text]):
    """Texts that are not in memory; a subclass says how one is read."""

    def __getitem__(self, index: Any) -> Any:
        """Read a text, or a list of those of a slice."""
        if isinstance(index, slice):
            return [self.read(row) for row in range(len(self))[index]]
        return self.read(range(len(self))[index])

    def __iter__(self) -> Iterator[Text]:
        """Read one after another."""
        return map(self.read, range(len(self)))

    def read(self, row: int) -> Text:
        """Read the text of a row, from 0."""
        raise NotImplementedError


@dataclass(frozen=True, eq=False)
class CellTexts(StoredTexts):
    """The texts of all rows of a source that has one in each of those that are read.

    Parameters
    ----------
    columns : tuple of sequence of object
        Cells of the columns that hold the text.
    texts_at : TextColumns
    """

    columns: tuple[Sequence[Any], ...]
    texts_at: TextColumns

    def __len__(self) -> int:
        """Count the rows."""
        return len(self.columns[0])

    def read(self, row: int) -> Text:
        """Read the text of a row."""
        text = self.texts_at.read([cells[row] for cells in self.columns])
        assert text is not None  # rows without one are left out
        return text


@dataclass(frozen=True, eq=False)
class TakenTexts(StoredTexts):
    """Some of the texts of others.

    Parameters
    ----------
    texts : sequence of str or of (str, str)
    rows : ndarray of int64, shape (n_taken,)
    """

    texts: Sequence[Text]
    rows: NDArray[np.int64]

    def __len__(self) -> int:
        """Count the texts."""
        return len(self.rows)

    def read(self, row: int) -> Text:
        """Read a text."""
        return self.texts[int(self.rows[row])]


@dataclass(frozen=True, eq=False)
class ChainedTexts(StoredTexts):
    """The texts of several sequences, one after the other.

    Parameters
    ----------
    parts : tuple of sequence of str or of (str, str)
    """

    parts: tuple[Sequence[Text], ...]
    starts: list[int] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "starts", [0, *accumulate(map(len, self.parts))])

    def __len__(self) -> int:
        """Count the texts."""
        return self.starts[-1]

    def read(self, row: int) -> Text:
        """Read a text."""
        part = bisect_right(self.starts, row) - 1
        return self.parts[part][row - self.starts[part]]


def taken(texts: Sequence[Text], rows: ArrayLike) -> Sequence[Text]:
    """Take some of the texts, by their places from 0: a list, or a view where they are on disk."""
    places = np.asarray(rows, dtype=np.int64)
    return TakenTexts(texts, places) if isinstance(texts, StoredTexts) else [texts[row] for row in places.tolist()]


def kept(texts: Sequence[Text], numbers: array[int]) -> tuple[Sequence[Text], Sequence[int]]:
    """Return texts and row numbers as a table keeps them: as tuples, or as they are where the texts are on disk."""
    return (texts, numbers) if isinstance(texts, StoredTexts) else (tuple(texts), tuple(numbers))


def chained(*parts: Sequence[Text]) -> Sequence[Text]:
    """Put sequences of texts one after the other: a list, or a view where one is on disk."""
    if any(isinstance(part, StoredTexts) for part in parts):
        return ChainedTexts(tuple(part for part in parts if len(part)))
    return [text for part in parts for text in part]

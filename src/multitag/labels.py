"""LabelSet: the ordered label names of a task, and rows of labels as multi-hot arrays."""

from __future__ import annotations

import json
import reprlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from typing import Any, NoReturn, Self

import numpy as np
from numpy.typing import DTypeLike, NDArray

from multitag.errors import DataError

ROWS_AT_ONCE = 10_000
UNKNOWN = -1  # in arrays of labels, beside 0 and 1: nobody judged whether the row has the label


@dataclass(frozen=True)
class LabelSet:
    """Label names in a fixed order; the column order of every array in multitag.

    Parameters
    ----------
    names : tuple of str, length n_labels
        Unique, non-empty names.

    Raises
    ------
    DataError
        If the names are not in a tuple, or one is empty or occurs twice.

    Examples
    --------
    >>> labels = LabelSet.from_rows([["Drama", "War"], ["Comedy"]])
    >>> labels.names
    ('Comedy', 'Drama', 'War')
    >>> labels.encode([["War", "Drama"], []]).tolist()
    [[0, 1, 1], [0, 0, 0]]
    >>> labels.decode([[0, 1, 1]])
    [('Drama', 'War')]
    """

    names: tuple[str, ...]

    def __post_init__(self) -> None:
        """Refuse names that cannot be told apart, and what would be taken for a row of names, such as one text."""
        if not isinstance(self.names, (tuple, list)):
            kind = type(self.names).__name__
            raise DataError(f"label names: expected a tuple of names, got {kind}; LabelSet.from_rows takes rows")
        if any(not isinstance(name, str) or not name.strip() for name in self.names):
            raise DataError(f"label names must be non-empty text, got {reprlib.repr(list(self.names))}")
        if len(set(self.names)) != len(self.names):
            twice = sorted(name for name, count in Counter(self.names).items() if count > 1)
            raise DataError(f"label names must be unique; more than once: {reprlib.repr(twice)}")

    @classmethod
    def from_rows(cls, rows: Iterable[Iterable[str]]) -> Self:
        """Return the set of the names in rows of labels, sorted by code point as scikit-learn does.

        Raises
        ------
        DataError
            If a row is one text instead of names, or a name is empty.
        """
        return cls(tuple(sorted({name for row in rows for name in _names(row)})))

    def to_json(self) -> str:
        """Return the names as a JSON list, in order."""
        return json.dumps(list(self.names), ensure_ascii=False, indent=2) + "\n"

    def __len__(self) -> int:
        """Return the number of labels."""
        return len(self.names)

    @cached_property
    def label2id(self) -> dict[str, int]:
        """Column of every name."""
        return {name: index for index, name in enumerate(self.names)}

    @property
    def id2label(self) -> dict[int, str]:
        """Name of every column."""
        return dict(enumerate(self.names))

    def encode(
        self, rows: Sequence[Iterable[str]], dtype: DTypeLike = np.int64, unknown: Sequence[Iterable[str]] = ()
    ) -> NDArray[Any]:
        """Turn rows of label names into multi-hot rows.

        Parameters
        ----------
        rows : sequence of iterables of str, length n_rows
            Names of the labels of every row, in any order; an empty row becomes all zeros.
        dtype : data-type, default int64
            Type of the array; int8 saves memory where there are many rows.
        unknown : sequence of iterables of str, length n_rows, or empty
            Labels of every row that nobody judged; those that are not in the set do not count.

        Returns
        -------
        ndarray, shape (n_rows, n_labels)
            1 where the row has the label, :data:`UNKNOWN` where nobody judged, 0 elsewhere.

        Raises
        ------
        DataError
            If a row has a label that is not in the set, or is one text instead of names; the message names the label
            and the most similar ones of the set.
        """
        encoded = np.zeros((len(rows), len(self)), dtype=dtype)
        missing: set[str] = set()
        for start in range(0, len(rows), ROWS_AT_ONCE):
            block = [list(_names(row)) for row in rows[start : start + ROWS_AT_ONCE]]
            missing |= {name for row in block for name in row} - self.label2id.keys()
            if not missing:
                numbers = np.repeat(np.arange(start, start + len(block)), [len(row) for row in block])
                columns = np.array([self.label2id[name] for row in block for name in row], dtype=np.int64)
                encoded[numbers, columns] = 1
        if missing:
            self._refuse(sorted(missing))
        for number, names in enumerate(unknown):
            encoded[number, [self.label2id[name] for name in names if name in self.label2id]] = UNKNOWN
        return encoded

    def encode_shares(
        self, y: NDArray[np.integer], shares: Sequence[Iterable[tuple[str, float]]]
    ) -> NDArray[np.float32]:
        """Turn rows of soft labels into rows of numbers.

        Parameters
        ----------
        y : ndarray of int, shape (n_rows, n_labels)
            The rows as :meth:`encode` returns them.
        shares : sequence of iterables of (str, float), length n_rows
            Labels of every row with their shares, in [0, 1]; those that are not in the set do not count.

        Returns
        -------
        ndarray of float32, shape (n_rows, n_labels)
            The shares; elsewhere 0 and 1 as in ``y``, and NaN where nobody judged.
        """
        soft = np.where(y == UNKNOWN, np.nan, y).astype(np.float32)
        for number, row in enumerate(shares):
            for name, share in row:
                if name in self.label2id:
                    soft[number, self.label2id[name]] = share
        return soft

    def _refuse(self, unknown: list[str]) -> NoReturn:
        near = get_close_matches(unknown[0], self.names, n=3)
        hint = f"nearest known to {unknown[0]!r}" if near else f"known are {len(self)}, such as"
        raise DataError(
            f"{len(unknown)} unknown label(s): {', '.join(map(repr, unknown[:5]))}; "
            f"{hint}: {', '.join(map(repr, near or self.names[:5]))}"
        )

    def decode(self, multi_hot: NDArray[Any] | Sequence[Sequence[int]]) -> list[tuple[str, ...]]:
        """Turn multi-hot rows into rows of label names, in the set's order.

        Parameters
        ----------
        multi_hot : array_like, shape (n_rows, n_labels)
            Zeros and ones, or booleans.

        Returns
        -------
        list of tuple of str, length n_rows

        Raises
        ------
        DataError
            If the array does not have one column per label, or holds anything but 0 and 1.
        """
        try:
            array = np.asarray(multi_hot)
        except ValueError as error:
            raise DataError(f"expected multi-hot rows of {len(self)} columns each: {error}") from error
        if array.ndim != 2 or array.shape[1] != len(self):
            shape = f"(n_rows, {len(self)})"
            raise DataError(f"expected multi-hot rows of shape {shape}, got shape {array.shape}")
        if not np.isin(array, (0, 1)).all():
            raise DataError("multi-hot rows must hold only 0 and 1")
        return [tuple(self.names[column] for column in np.flatnonzero(row)) for row in array]


def _names(row: Iterable[str]) -> Iterable[str]:
    if isinstance(row, str):  # would be taken for a row of letters
        raise DataError(f"expected a list of label names for each row, got the text {row[:40]!r}")
    return row

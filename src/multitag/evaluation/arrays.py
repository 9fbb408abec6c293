"""Checks of true labels, predictions and probabilities; what is none of these is refused by name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from multitag.errors import DataError
from multitag.labels import UNKNOWN


def is_number(value: object, lowest: float, highest: float) -> bool:
    """Return whether a value from a file is a number in a range, and not true or false."""
    return isinstance(value, (int, float)) and not isinstance(value, bool) and lowest <= value <= highest


def as_binary(values: ArrayLike, name: str) -> NDArray[np.int64]:
    """Check multi-hot rows.

    Parameters
    ----------
    values : array_like, shape (n_rows, n_labels)
        Zeros and ones, or booleans.
    name : str
        What the array is called in the error.

    Returns
    -------
    ndarray of int64, shape (n_rows, n_labels)

    Raises
    ------
    DataError
        If it is not a table of numbers, or holds anything but 0 and 1.
    """
    return _as_whole(values, name, (0, 1), "only 0 and 1")


def as_labels(values: ArrayLike, name: str) -> NDArray[np.int64]:
    """Check true labels, of which some may be unknown.

    Parameters
    ----------
    values : array_like, shape (n_rows, n_labels)
        Zeros and ones, or booleans, and :data:`~multitag.labels.UNKNOWN` where nobody judged.
    name : str
        What the array is called in the error.

    Returns
    -------
    ndarray of int64, shape (n_rows, n_labels)

    Raises
    ------
    DataError
        If it is not a table of numbers, or holds anything but 0, 1 and -1.
    """
    return _as_whole(values, name, (0, 1, UNKNOWN), f"only 0 and 1, or {UNKNOWN} where unknown")


def judged_cells(y: NDArray[Any]) -> NDArray[np.bool_]:
    """Return where somebody judged whether a row has a label.

    Parameters
    ----------
    y : ndarray of int or float, any shape
        True labels with :data:`~multitag.labels.UNKNOWN`, or soft labels with NaN, where nobody did.

    Returns
    -------
    ndarray of bool, of the same shape
    """
    return np.asarray(y >= 0)


def count_labels(y: NDArray[Any]) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """Count the rows that have each label, and those on which somebody judged it.

    Parameters
    ----------
    y : ndarray of int or float, shape (n_rows, n_labels)
        As in :func:`judged_cells`; soft labels count by their share.

    Returns
    -------
    positives : ndarray of int64 or float64, shape (n_labels,)
    judged : ndarray of int64, shape (n_labels,)

    Examples
    --------
    >>> positives, judged = count_labels(np.array([[1, -1], [0, 1], [1, -1]]))
    >>> positives.tolist(), judged.tolist()
    ([2, 1], [3, 1])
    """
    judged = judged_cells(y)
    kind = np.int64 if y.dtype.kind in "biu" else np.float64
    return np.where(judged, y, 0).sum(axis=0, dtype=kind), judged.sum(axis=0)


def as_probabilities(values: ArrayLike, name: str) -> NDArray[np.float64]:
    """Check rows of probabilities.

    Parameters
    ----------
    values : array_like, shape (n_rows, n_labels)
        Probabilities in [0, 1].
    name : str
        What the array is called in the error.

    Returns
    -------
    ndarray of float64, shape (n_rows, n_labels)

    Raises
    ------
    DataError
        If it is not a table of numbers, or holds NaN or a number outside [0, 1].
    """
    return check_probabilities(values, name).astype(np.float64)


def check_probabilities(values: ArrayLike, name: str) -> NDArray[Any]:
    """Check rows of probabilities, and return them in the precision they came in: of a large table, a copy is much.

    Raises
    ------
    DataError
        As :func:`as_probabilities`.
    """
    array = _as_table(values, name)
    wrong = ~((array >= 0) & (array <= 1))
    if wrong.any():
        raise DataError(f"{name}: expected probabilities from 0 to 1, got {_first(array, wrong)}")
    return array


def check_same_shape(**arrays: NDArray[Any]) -> None:
    """Refuse arrays that do not describe the same rows and labels.

    Raises
    ------
    DataError
        If two shapes differ; names each array with its shape.
    """
    if len({array.shape for array in arrays.values()}) > 1:
        shapes = ", ".join(f"{name} {array.shape}" for name, array in arrays.items())
        raise DataError(f"expected arrays of one shape (n_rows, n_labels), got {shapes}")


def _as_whole(values: ArrayLike, name: str, allowed: Sequence[int], expected: str) -> NDArray[np.int64]:
    array = _as_table(values, name)
    wrong = np.logical_and.reduce([array != value for value in allowed])  # NaN is none of them
    if wrong.any():
        raise DataError(f"{name}: expected {expected}, got {_first(array, wrong)}")
    return array.astype(np.int64)


def _as_table(values: ArrayLike, name: str) -> NDArray[Any]:
    try:
        array = np.asarray(values)
    except ValueError as error:  # rows of different lengths
        raise DataError(f"{name}: expected rows of one length, got {error}") from error
    if array.ndim != 2 or array.shape[1] == 0:
        raise DataError(f"{name}: expected an array of shape (n_rows, n_labels), got shape {array.shape}")
    if array.dtype.kind not in "biuf":
        raise DataError(f"{name}: expected numbers, got an array of {array.dtype}")
    return array


def _first(array: NDArray[Any], wrong: NDArray[np.bool_]) -> str:
    row, column = np.argwhere(wrong)[0]
    return f"{array[row, column]} in row {row}, column {column} (counted from 0)"

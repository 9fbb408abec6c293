"""X and y as scikit-learn passes them, to texts and names of labels, and to a table of them."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multitag.config import TableConfig
from multitag.config.values import describe_value
from multitag.data.build import build_table
from multitag.data.columns import Columns
from multitag.data.readers.source import Source
from multitag.data.table import Table, check_trainable
from multitag.errors import DataError

logger = logging.getLogger("multitag")


class InputError(DataError, ValueError):
    """X or y that cannot be used; also the ValueError that scikit-learn expects then."""


@dataclass(frozen=True)
class Targets:
    """The labels of some rows.

    Parameters
    ----------
    classes : ndarray, shape (n_classes,)
        What scikit-learn calls the columns: their numbers, the names of a data frame's columns, or names of labels.
    names : tuple of str, length n_classes
        What multitag calls them.
    indicator : ndarray of int64, shape (n_rows, n_classes)
        0 and 1.
    """

    classes: NDArray[Any]
    names: tuple[str, ...]
    indicator: NDArray[np.int64]

    def rows(self) -> list[list[str]]:
        """Return the names of each row's labels."""
        return [[self.names[column] for column in np.flatnonzero(row)] for row in self.indicator]


def build_training_table(texts: list[str], targets: Targets) -> Table:
    """Build the table to train on; rows that it leaves out are told in a warning.

    Raises
    ------
    DataError
        If there is too little to learn from.
    """
    cells: dict[str, list[Any]] = {"text": [*texts], "labels": [*targets.rows()]}
    table = build_table(
        Source("scikit-learn", Columns.of(cells)), TableConfig(text="text", labels="labels", unlabelled="keep")
    )
    check_trainable(table, keep_unlabelled=True)
    if table.left_out:
        logger.warning("scikit-learn: %s", table.summary)
    return table


def read_texts(x: Any) -> list[str]:
    """Read texts.

    Parameters
    ----------
    x : sequence of str, array, Series, or array of shape (n_rows, 1), as a ColumnTransformer passes it

    Raises
    ------
    InputError
        If it is something else; names the first row that is no text.
    """
    if isinstance(x, (str, bytes, dict, set, Table)) or hasattr(x, "toarray"):
        raise InputError(f"X: expected a list of texts, got {describe_value(x)}")
    if getattr(x, "ndim", 1) != 1:
        x = np.asarray(x)
        if x.ndim != 2 or x.shape[1] != 1:
            shape = " x ".join(map(str, x.shape))
            raise InputError(f"X: expected texts, one a row, got an array of {shape}; pass one column of texts")
        x = x[:, 0]
    try:
        texts = list(x)
    except TypeError as error:
        raise InputError(f"X: expected a list of texts, got {describe_value(x)}") from error
    for number, text in enumerate(texts):
        if not isinstance(text, str):
            raise InputError(f"X: expected texts, got {describe_value(text)} in row {number}")
    return [str(text) for text in texts]  # not NumPy's own, which are no plain texts


def read_targets(y: Any, classes: NDArray[Any] | None = None) -> Targets:
    """Read labels.

    Parameters
    ----------
    y : array, sparse matrix or data frame of 0 and 1 of shape (n_rows, n_classes), or sequence of lists or sets of str
    classes : ndarray, shape (n_classes,), optional
        The classes, where they are known.

    Raises
    ------
    InputError
        If it is something else, or has other classes than those that are known.
    """
    if y is None:
        raise InputError("requires y to be passed, but the target y is None")
    if hasattr(y, "toarray"):
        y = y.toarray()
    if getattr(y, "ndim", 1) == 2 or _is_matrix(y):
        return _of_matrix(y, classes)
    return _of_names(y, classes)


def _is_matrix(y: Any) -> bool:
    """Whether these are rows of numbers, in lists."""
    return isinstance(y, (list, tuple)) and bool(y) and all(
        isinstance(row, (list, tuple, np.ndarray)) and len(row) and not any(isinstance(cell, str) for cell in row)
        for row in y
    )  # fmt: skip


def _of_matrix(y: Any, classes: NDArray[Any] | None) -> Targets:
    columns = getattr(y, "columns", None)
    try:
        values = np.asarray(y)
        is_indicator = values.ndim == 2 and bool(np.isin(values, (0, 1)).all())
    except ValueError:  # rows of different lengths
        is_indicator = False
    if not is_indicator:
        raise InputError("y: expected a matrix of 0 and 1 with a column for each label, got other values")
    n_classes = values.shape[1]
    own = np.arange(n_classes) if columns is None else np.asarray([str(name) for name in columns], dtype=object)
    if classes is not None and len(classes) != n_classes:
        raise InputError(f"y: expected {len(classes)} columns, as there are classes, got {n_classes}")
    width = len(str(n_classes - 1))  # so that names are sorted as numbers are
    names = tuple(f"{number:0{width}}" for number in range(n_classes)) if columns is None else tuple(own.tolist())
    if len(set(names)) != n_classes or not all(name.strip() for name in names):
        raise InputError("y: expected a name of its own for each column, got the same or none twice")
    return Targets(own, names, values.astype(np.int64))


def _of_names(y: Any, classes: NDArray[Any] | None) -> Targets:
    rows = [_row(row, number) for number, row in enumerate(_rows(y))]
    names = sorted({name for row in rows for name in row}) if classes is None else list(map(str, classes))
    places = {name: column for column, name in enumerate(names)}
    indicator = np.zeros((len(rows), len(names)), dtype=np.int64)
    for number, row in enumerate(rows):
        for name in row:
            if name not in places:
                raise InputError(f"y: row {number} has the label {name!r}, which is none of the {len(names)} classes")
            indicator[number, places[name]] = 1
    return Targets(np.asarray(names, dtype=object) if classes is None else classes, tuple(names), indicator)


def _rows(y: Any) -> Sequence[Any]:
    if isinstance(y, (str, bytes, dict)) or not isinstance(y, Iterable):
        raise InputError(f"y: expected a matrix of 0 and 1, or a list of lists of labels, got {describe_value(y)}")
    return list(y)


def _row(row: Any, number: int) -> list[str]:
    if isinstance(row, str) or not isinstance(row, Iterable):
        raise InputError(
            f"y: expected a list of labels for each row, got {describe_value(row)} in row {number}; "
            "where each text has one label, pass [[label] for label in y]"
        )
    names = list(row)
    for name in names:
        if not isinstance(name, str) or not name.strip():
            raise InputError(f"y: expected names of labels, got {describe_value(name)} in row {number}")
    return names

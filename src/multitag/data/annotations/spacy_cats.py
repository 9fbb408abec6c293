"""spaCy: texts with ``cats``, a dictionary of label to 0 and 1 or to a score.

Source: spacy.io/api/data-formats (``cats`` of a training example); labels that are not in it are missing values to
spaCy's textcat too.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from multitag.data.annotations.answers import Answer
from multitag.data.annotations.task import (
    AnnotatedTask,
    Export,
    NotUnderstoodError,
    plain_cells,
    read_shares,
    text_keys,
)
from multitag.data.columns import Columns
from multitag.data.readers.source import Source

NAME = "spaCy"
CATS = "cats"


def has_signs(names: Collection[str]) -> bool:
    """Return whether columns have the names of this tool."""
    return CATS in names


def recognises(columns: Columns) -> bool:
    """Return whether the cells are those of this tool."""
    cells = [cell for cell in columns[CATS] if cell is not None] if CATS in columns.names else []
    return bool(cells) and all(isinstance(cell, Mapping) and all(map(_is_share, cell.values())) for cell in cells)


def read(source: Source) -> Export:
    """Read a text a row.

    Raises
    ------
    NotUnderstoodError
        If there are no ``cats``, or they hold anything but numbers in [0, 1].
    """
    if CATS not in source.columns.names:
        raise NotUnderstoodError(f"expected a key {CATS!r} with a dictionary of label to 0 or 1")
    tasks = []
    for index in range(len(source.columns)):
        row = source.columns.row(index)
        answers = {CATS: [read_cats(row[CATS])]} if row[CATS] else {}
        tasks.append(AnnotatedTask(plain_cells(row, CATS), answers))
    return Export(tasks, text_keys([task.cells for task in tasks]), (CATS,), unit="texts")


def read_cats(cats: object, annotator: str = "") -> Answer:
    """Return the answer in a dictionary of label to 0 or 1, or to a score.

    Raises
    ------
    NotUnderstoodError
        If it is something else.
    """
    if not isinstance(cats, Mapping):
        raise NotUnderstoodError(f"{CATS!r}: expected a dictionary of label to 0 or 1, got {type(cats).__name__}")
    # Columnar files have every key on every row, with nothing under those that a row does not have.
    return scored(read_shares(((name, value) for name, value in cats.items() if value is not None), f"{CATS!r}"),
                  annotator)  # fmt: skip


def scored(shares: tuple[tuple[str, float], ...], annotator: str = "") -> Answer:
    """Return an answer about labels with scores, which are plain where all are 0 or 1."""
    names = tuple(name for name, share in shares if share >= 0.5)
    is_soft = any(share not in (0, 1) for _, share in shares)
    return Answer(names, frozenset(name for name, _ in shares), annotator, shares if is_soft else ())


def _is_share(value: object) -> bool:
    return value is None or (isinstance(value, (int, float)) and 0 <= value <= 1)

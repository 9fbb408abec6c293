"""Small tables whose labels are the same, however they are written."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pandas as pd
import pytest

from multitag.data.read import read_table
from multitag.data.table import Table
from multitag.errors import DataError

NAMES = ("Comedy", "Crime", "Space", "War")
ROWS: tuple[tuple[str, ...], ...] = (
    ("Crime",), ("Comedy", "Space"), ("Crime", "Comedy"), ("War", "Space"), ("War",), ("Comedy",), ("Space",),
    ("War", "Space"), ("War", "Crime", "Space"), ("Space",), ("Crime",), ("Space", "Comedy"), ("Space", "Crime"),
    ("War", "Comedy"), ("Crime", "War"), ("Comedy", "Crime"),
)  # fmt: skip

Write = Callable[[Sequence[str]], object]


def frame(cells: Sequence[object]) -> pd.DataFrame:
    texts = [f"text {number}" for number in range(len(cells))]
    return pd.DataFrame({"text": texts, "labels": pd.Series(list(cells), dtype=object)})


def read(write: Write, rows: Sequence[Sequence[str]] = ROWS, **settings: object) -> Table:
    return read_table(frame([write(row) for row in rows]), "text", "labels", **settings)


def refused(write: Write, rows: Sequence[Sequence[str]] = ROWS, **settings: object) -> str:
    with pytest.raises(DataError) as caught:
        read(write, rows, **settings)
    assert len(str(caught.value).splitlines()) == 1
    return str(caught.value).removeprefix("DataFrame, column 'labels': ")


def same_labels(table: Table, rows: Sequence[Sequence[str]] = ROWS) -> bool:
    return [set(labels) for labels in table.labels] == [set(row) for row in rows]

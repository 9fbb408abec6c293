"""Columns are lists of cells; rows are put together where one is asked for."""

from __future__ import annotations

import pandas as pd

from multitag.data.columns import Columns
from multitag.data.readers.source import open_source


def test_cells_are_taken_by_column_and_by_row() -> None:
    columns = Columns.of({"t": ["a", "b"], "l": [["A"], None]})
    assert (len(columns), columns.names, columns["l"]) == (2, ("t", "l"), [["A"], None])
    assert columns.row(1) == {"t": "b", "l": None}


def test_rows_without_columns_are_counted() -> None:
    assert len(Columns.of({})) == 0
    assert len(Columns.of({}, 3)) == 3


def test_a_data_frame_may_repeat_the_names_of_columns_that_are_not_asked_for() -> None:
    frame = pd.DataFrame([["a", 1, 2, "A"]], columns=["t", 7, 7, "l"])
    assert open_source(frame).columns.names == ("t", "7", "7", "l")
    assert open_source(frame, columns=["t", "l"]).columns.row(0) == {"t": "a", "l": "A"}

"""Columns are described by what their cells hold, and rows are the same where all cells are."""

from __future__ import annotations

import numpy as np
import pandas as pd

from multitag.data.audit.columns import audit_columns, count_duplicated_rows


def test_columns_are_described() -> None:
    frame = pd.DataFrame(
        {
            "text": ["NA", " ", None],
            "number": ["", "007", "1e5"],
            "typed": [float("nan"), 2.0, 3.0],
            "flag": [True, False, None],
            "list": [["x"], ("y", "z"), np.array(["z"])],
            "mixed": ["x", 1, None],
            "empty": [None, "", "  "],
            "long": ["word\n " * 99, "x", "y"],
        },
        dtype=object,
    )
    columns = {column.name: column for column in audit_columns(frame)}
    assert {name: (column.kind, column.missing) for name, column in columns.items()} == {
        "text": ("text", 2),
        "number": ("number", 1),
        "typed": ("number", 1),
        "flag": ("true/false", 1),
        "list": ("list", 0),
        "mixed": ("mixed", 1),
        "empty": ("empty", 3),
        "long": ("text", 0),
    }
    assert (columns["number"].example, columns["typed"].example) == ("007", "2.0")
    assert columns["empty"].example is None
    assert columns["long"].example == ("word " * 40)[:200]


def test_duplicated_rows_are_those_of_pandas() -> None:
    frame = pd.DataFrame({"a": list("xyxx"), "b": list("1212")})
    assert count_duplicated_rows(frame) == frame.duplicated().sum() == 1
    lists = pd.DataFrame({"a": [["x"], ["x"], ["y"], None, None]})
    assert count_duplicated_rows(lists) == 2
    assert count_duplicated_rows(pd.DataFrame()) == 0

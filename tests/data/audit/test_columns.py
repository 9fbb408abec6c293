"""Columns are described by what their cells hold, and rows are the same where all cells are."""

from __future__ import annotations

import numpy as np
import pandas as pd

from multitag.data.audit.columns import audit_columns, count_duplicated_rows
from multitag.data.columns import Columns


def test_columns_are_described() -> None:
    columns = Columns.of(
        {
            "text": ["NA", " ", None],
            "number": ["", "007", "1e5"],
            "typed": [float("nan"), 2.0, 3.0],
            "flag": [True, False, None],
            "list": [["x"], ("y", "z"), np.array(["z"])],
            "mixed": ["x", 1, None],
            "empty": [None, "", "  "],
            "long": ["word\n " * 99, "x", "y"],
        }
    )
    audits = {column.name: column for column in audit_columns(columns)}
    assert {name: (column.kind, column.missing) for name, column in audits.items()} == {
        "text": ("text", 2),
        "number": ("number", 1),
        "typed": ("number", 1),
        "flag": ("true/false", 1),
        "list": ("list", 0),
        "mixed": ("mixed", 1),
        "empty": ("empty", 3),
        "long": ("text", 0),
    }
    assert (audits["number"].example, audits["typed"].example) == ("007", "2.0")
    assert audits["empty"].example is None
    assert audits["long"].example == ("word " * 40)[:200]


def test_duplicated_rows_are_those_of_pandas() -> None:
    frame = pd.DataFrame({"a": list("xyxx"), "b": list("1212")})
    columns = Columns.of({"a": list("xyxx"), "b": list("1212")})
    assert count_duplicated_rows(columns) == frame.duplicated().sum() == 1
    lists = Columns.of({"a": [["x"], ["x"], ["y"], None, None]})
    assert count_duplicated_rows(lists) == 2
    assert count_duplicated_rows(Columns.of({})) == 0

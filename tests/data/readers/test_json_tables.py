"""JSON Lines and JSON: every shape of a table, types kept; what is no object is left out by itself."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.rows import cells_of, content, refused, rows_of
from multitag.data.readers.source import open_source

Write = Callable[[str, str | bytes], Path]

keep_folder = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50
)


def test_jsonl_keeps_types_and_the_order_of_keys(write: Write) -> None:
    path = write("x.jsonl", '\ufeff{"t": "007", "n": 7}\r\n\n{"l": ["x"], "t": null}\n{"n": true}')
    assert content(open_source(path)) == [["t", "n", "l"], ["007", 7, None], [None, None, ["x"]], [None, True, None]]


records = st.lists(
    st.dictionaries(
        st.text(max_size=5),
        st.one_of(st.none(), st.booleans(), st.integers(), st.text(), st.lists(st.text())),
    ),
    min_size=1,
)


@keep_folder
@given(records)
def test_jsonl_is_read_back(tmp_path: Path, records: list[dict[str, Any]]) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text("\n".join(map(json.dumps, records)), encoding="utf-8")
    source = open_source(path)
    columns = list(dict.fromkeys(key for record in records for key in record))
    assert list(source.columns.names) == columns
    if columns:
        assert cells_of(source) == [[record.get(key) for key in columns] for record in records]


ROWS = [{"t": "NA", "l": ["A", "B"]}, {"t": "007", "l": None}]


@pytest.mark.parametrize(
    "shape",
    [
        ROWS,
        {"data": ROWS},
        {"info": {"by": "me"}, "count": 2, "rows": ROWS, "tags": ["a", "b"]},
        {"t": ["NA", "007"], "l": [["A", "B"], None]},
        {"t": {"0": "NA", "1": "007"}, "l": {"0": ["A", "B"], "1": None}},
    ],
    ids=["list", "data", "one list of objects", "columns", "columns of pandas"],
)
@pytest.mark.parametrize("indent", [None, 2])
def test_every_shape_of_a_json_table_is_read(write: Write, shape: Any, indent: int | None) -> None:
    assert rows_of(open_source(write("x.json", json.dumps(shape, indent=indent)))) == ROWS


def test_json_lines_named_json_are_read(write: Write) -> None:
    path = write("x.json", "\n".join(map(json.dumps, ROWS)))
    assert rows_of(open_source(path)) == ROWS


def test_a_name_that_is_no_text_is_read(write: Write) -> None:
    assert list(open_source(write("x.jsonl", '{"a\\ud800": 1}')).columns.names) == ["a\ud800"]


def test_columns_may_come_late_and_be_chosen(write: Write) -> None:
    path = write("x.jsonl", '{"a": 1}\n{"a": 2, "b": 3}\n{"c": 4}\n')
    assert content(open_source(path)) == [["a", "b", "c"], [1, None, None], [2, 3, None], [None, None, 4]]
    assert content(open_source(path, columns=["c"])) == [["c"], [None], [None], [4]]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("[1]", "not a JSON object: got list"),
        ('{"a": 1,}', "not JSON: line 3: "),
        ('{"a":' + "[" * 100_000, "not JSON: line 3: "),
        ('{"a": ' + "1" * 5000 + "}", "not JSON: line 3: Exceeds the limit"),
    ],
    ids=lambda value: value[:20],
)
def test_a_line_that_is_no_object_is_left_out_by_itself(write: Write, line: str, reason: str) -> None:
    source = open_source(write("x.jsonl", f'{{"a": 1}}\n\n{line}\n{{"a": 2}}\n'))
    assert [(each.row, each.content) for each in source.left_out] == [(2, line)]
    assert source.left_out[0].reason.startswith(reason)
    assert source.columns["a"] == [1, 2]
    assert source.file_and_row(1) == ("x.jsonl", 3)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("x.jsonl", "\n\n", ": no rows; expected at least one JSON object"),
        ("x.json", "[]", ": no rows; expected at least one JSON object"),
        ("x.json", '{"t": ["a"], "l": }', ", line 1: not JSON: Expecting value; expected a list of objects, an object"),
        ("x.json", "[" * 100_000, ": not JSON: "),
        ("x.json", "7", ": JSON, but not a table; expected a list of objects, an object of columns, or "),
        ("x.json", '{"message": "Not Found"}', ": JSON, but not a table; "),
        ("x.json", '{"t": ["a", "b"], "l": ["A"]}', ": JSON, but not a table; "),
        ("x.json", '{"train": [{"a": 1}], "test": [{"a": 2}]}', ": JSON, but not a table; "),
    ],
)
def test_what_is_no_table_is_refused(write: Write, name: str, content: str, message: str) -> None:
    assert refused(write(name, content)).startswith(message)

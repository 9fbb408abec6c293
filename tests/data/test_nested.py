"""Columns within objects are named by a dotted path."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

import multitag
from multitag.data.nested import look_into, outer_column
from multitag.errors import DataError

Write = Callable[[str, str], Path]
RECORDS = [
    {"data": {"text": "A storm."}, "meta": {"tags": ["War", "Drama"], "by": {"name": "a"}}},
    {"data": {"text": "Two chefs."}, "meta": {"tags": ["Comedy"], "by": {"name": "b"}}},
    {"data": {"text": "A widow."}, "meta": None},
]


def as_csv(records: list[dict[str, object]]) -> str:
    rows = [[json.dumps(record[name]).replace('"', '""') for name in ("data", "meta")] for record in records]
    return "data,meta\n" + "".join(f'"{data}","{meta}"\n' for data, meta in rows)


@pytest.mark.parametrize("name", ["x.json", "x.jsonl", "x.csv"])
def test_a_dotted_path_is_a_column(name: str, write: Write) -> None:
    content = {
        "x.json": json.dumps(RECORDS), "x.jsonl": "\n".join(map(json.dumps, RECORDS)), "x.csv": as_csv(RECORDS)
    }[name]  # fmt: skip
    table = multitag.read_table(write(name, content), text="data.text", labels="meta.tags", unlabelled="keep")
    assert table.texts == ("A storm.", "Two chefs.", "A widow.")
    assert table.labels == (("War", "Drama"), ("Comedy",), ())
    assert table.shape.columns == ("meta.tags",)


def test_a_column_of_that_very_name_comes_first(write: Write) -> None:
    records = [{"a": {"b": "no"}, "a.b": text, "l": label} for text, label in (("yes", "x"), ("yes 2", "y"))]
    path = write("x.json", json.dumps(records))
    assert multitag.read_table(path, text="a.b", labels="l").texts == ("yes", "yes 2")


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("meta.tagz", "no 'meta.tagz' in column 'meta'; it has 'meta.tags' and 'meta.by'"),
        ("meta.by.age", "no 'meta.by.age' in column 'meta'; it has 'meta.tags' and 'meta.by'"),
        ("other.tags", "no column 'other.tags'"),
    ],
)
def test_a_path_that_leads_nowhere_is_refused_with_what_there_is(path: str, told: str, write: Write) -> None:
    with pytest.raises(DataError) as caught:
        multitag.read_table(write("x.json", json.dumps(RECORDS)), text="data.text", labels=path)
    assert told in str(caught.value)


def test_what_is_no_object_has_nothing_within() -> None:
    assert [look_into(cell, ["a"]) for cell in ("{", "{" * 10**5, 7, None, [1], {"b": 1})] == [None] * 6
    assert outer_column("a.b.c", ["a", "a.b", "c"]) == "a.b"
    assert outer_column("a", ["a", ""]) is None

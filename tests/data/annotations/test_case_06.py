"""Objects whose key holds a list of names, among plain names: all rows with all their labels."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from data.label_formats.rows import read as read_cells
from data.label_formats.rows import refused, same_labels
from multitag.config import TableConfig
from multitag.data.read import inspect_table

CASE = Path(__file__).parents[4] / "shared" / "cases" / "06-label-studio"
COMMANDS = [
    ("min.json", {"labels": "topic"}), ("min.json", {"labels": "topic", "label_key": "choices"}),
    ("export.csv", {"labels": "labels"}), ("export.csv", {"labels": "labels", "label_key": "choices"}),
    ("min.json", {"labels": "topic", "format": "label-studio"}),
    ("export.csv", {"labels": "labels", "format": "label-studio"}),
    ("min.json", {"format": "label-studio", "text": None}),
]  # fmt: skip


def choices(names: tuple[str, ...]) -> object:
    return names[0] if len(names) == 1 else {"choices": list(names)}


@pytest.mark.parametrize(("name", "settings"), COMMANDS)
def test_the_case_of_the_report(name: str, settings: dict[str, str]) -> None:
    if not CASE.is_dir():
        pytest.skip(f"the case is not here: {CASE}")
    table = inspect_table(CASE / name, TableConfig(**{"text": "text", **settings}))[1]
    assert table is not None
    assert table.summary == "14 rows read: all used"
    counts = Counter(label for names in table.labels for label in names)
    assert counts == {"Space": 9, "War": 5, "Crime": 4, "Comedy": 3}
    assert [len(names) for names in table.labels] == [1, 2, 2, 2, 1, 1, 1, 2, 2, 1, 1, 1, 2, 2]


def as_text(names: tuple[str, ...]) -> str:
    cell = choices(names)
    return cell if isinstance(cell, str) else json.dumps(cell)


def as_list(names: tuple[str, ...]) -> list[object]:
    return [{"id": 1, "values": list(names)}]


@pytest.mark.parametrize("settings", [{}, {"label_key": "choices"}])
@pytest.mark.parametrize("write", [choices, as_text, lambda names: {"choices": list(names)}])
def test_a_key_may_hold_a_list(write: Callable[..., object], settings: dict[str, str]) -> None:
    assert same_labels(read_cells(write, **settings))


def test_a_list_of_objects_that_hold_lists() -> None:
    assert same_labels(read_cells(as_list))
    assert same_labels(read_cells(lambda names: json.dumps(as_list(names))))


def test_a_key_with_text_names_the_label_and_lists_beside_it_do_not() -> None:
    table = read_cells(lambda names: [{"genre": name, "aliases": [name, "x"]} for name in names])
    assert same_labels(table)
    assert table.shape.facts()["key"] == "genre"


def test_a_list_of_lists_is_no_list_of_names() -> None:
    told = refused(lambda names: {"choices": [[name] for name in names]}, label_key="choices")
    assert "expected label names as text, got list" in told

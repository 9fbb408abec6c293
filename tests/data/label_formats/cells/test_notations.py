"""Lists as databases and other languages write them: names without brackets and quotes, or a refusal."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest

from data.label_formats.rows import Write, read, same_labels
from multitag.data.cells import CellError
from multitag.data.label_formats.cells.notations import is_wrapped, read_listing


def quoted(row: Sequence[str], quote: str = "'") -> list[str]:
    return [f"{quote}{name}{quote}" for name in row]


def alone(write: Write) -> Write:
    """Write lists of several names, and single names as they are."""
    return lambda row: write(row) if len(row) > 1 else row[0]


WAYS: dict[str, Write] = {
    "Postgres": lambda row: "{" + ",".join(row) + "}",
    "Postgres, quoted": lambda row: "{" + ",".join(quoted(row, '"')) + "}",
    "parentheses": lambda row: f"({', '.join(row)})",
    "Java": lambda row: f"[{', '.join(row)}]",
    "semicolons": lambda row: f"[{'; '.join(row)}]",
    "numpy": lambda row: f"[{' '.join(quoted(row))}]",
    "numpy, lines": lambda row: "[" + "\n ".join(quoted(row)) + "]",
    "array()": lambda row: f"array([{', '.join(quoted(row))}], dtype=object)",
    "R": lambda row: "c(" + ", ".join(quoted(row, '"')) + ")",
    "Scala": lambda row: f"List({', '.join(row)})",
    "JSON in JSON": lambda row: json.dumps(json.dumps(row)),
    "quotes alone": lambda row: ", ".join(quoted(row)),
    "tags": lambda row: "".join(f"<{name}>" for name in row),
    "a set": lambda row: repr(frozenset(row)),
}
AMONG_NAMES = ("Java", "Postgres", "parentheses", "numpy", "array()", "R", "quotes alone")


@pytest.mark.parametrize("way", WAYS)
def test_every_notation_gives_its_names(way: str) -> None:
    assert same_labels(read(WAYS[way]))


@pytest.mark.parametrize("way", AMONG_NAMES)
def test_lists_among_plain_names_are_read(way: str) -> None:
    assert same_labels(read(alone(WAYS[way])))


@pytest.mark.parametrize("write", [lambda row: str([*row]), lambda row: str((*row,)), lambda row: json.dumps(row)])
def test_lists_of_python_and_json_among_plain_names_are_read(write: Write) -> None:
    assert same_labels(read(alone(write)))


@pytest.mark.parametrize("way", ["Java", "parentheses"])
def test_a_named_separator_is_followed_within_brackets(way: str) -> None:
    assert same_labels(read(WAYS[way], label_separator=","))


@pytest.mark.parametrize("settings", [{}, {"label_separator": ";"}], ids=str)
def test_brackets_that_belong_to_names_stay(settings: dict[str, str]) -> None:
    rows = [("[A] Crime",), ("[A] Comedy", "[DRAFT] War"), ("[A] Crime", "[A] Comedy"), ("[DRAFT] War",)] * 3
    table = read("; ".join, rows, **settings)
    assert same_labels(table, rows)
    assert table.shape.describe() == "column 'labels', separated by ';'"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ('{War,"Sci-Fi, hard"}', ["War", "Sci-Fi, hard"]),
        ("['Drama'\n 'War']", ["Drama", "War"]),
        ("(Sailors' tales, War)", ["Sailors' tales", "War"]),
        ('c("It\\"s", "b")', ['It"s', "b"]),
        ("{'it''s','b'}", ["it's", "b"]),
        ("[]", []),
        ("{}", [{}]),
        ("()", []),
        ('{"a": 1}', [{"a": 1}]),
        ("array([], dtype=object)", []),
    ],
)
def test_a_list_is_read_as_it_is_meant(text: str, names: list[object]) -> None:
    assert read_listing(text) == names


@pytest.mark.parametrize("text", ["['a' 'b' ... 'c']", "[a, ...]", "[[a], b", "{a", "a, b", "[" * 30_000, "[a]b]"])
def test_what_is_no_list_is_refused(text: str) -> None:
    with pytest.raises(CellError) as caught:
        read_listing(text)
    assert len(str(caught.value)) < 200


def test_only_brackets_around_the_whole_wrap_it() -> None:
    assert [is_wrapped(text) for text in ("[a]", " (a) ", "[A] War [B]", "[a", "a", "[", "[a](b)")] == [
        True, True, False, False, False, False, False
    ]  # fmt: skip

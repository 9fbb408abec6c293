"""Headers: odd names are said, and a column is found by its name with or without spaces around it."""

from __future__ import annotations

import pytest

from multitag.data.readers.delimited.header import (
    find_column,
    header_notes,
    looks_like_data,
    name_columns,
    refuse_titles,
    shared_name_notes,
)
from multitag.errors import DataError


@pytest.mark.parametrize(
    ("header", "names"),
    [
        (["a", "b"], ("a", "b")),
        (["", "a"], ("", "a")),
        (["", "a", "", ""], ("", "a", "3", "4")),
        (["a", ""], ("a", "2")),
        (["a ", "a"], ("a ", "a")),
    ],
)
def test_columns_are_named(header: list[str], names: tuple[str, ...]) -> None:
    assert name_columns(header, "x.csv") == names


def test_a_name_that_would_come_twice_is_refused() -> None:
    with pytest.raises(DataError, match=r"^x\.csv, header: column '3' appears more than once; rename one of them$"):
        name_columns(["", "3", ""], "x.csv")


def test_a_name_that_comes_twice_is_numbered_and_said() -> None:
    assert name_columns(["a", "b", "a"], "x.csv") == ("a (column 1)", "b", "a (column 3)")
    assert shared_name_notes(["a", "b", "a"]) == [
        "2 columns are named 'a'; the first is read as 'a (column 1)', and so on"
    ]


def test_a_name_with_spaces_is_found_and_said() -> None:
    names = ["title", " country", "year ", "a", "a "]
    assert [find_column(names, each) for each in ("country", " country", "year", " title", "a", "a ", "b")] == [
        " country", " country", "year ", "title", "a", "a ", None,
    ]  # fmt: skip
    assert find_column([" a", "a "], "a") is None
    assert header_notes(names) == [
        "column ' country' has spaces around its name; 'country' works too",
        "column 'year ' has spaces around its name; 'year' works too",
    ]


@pytest.mark.parametrize("odd", ["2014", " 8,1 ", "-1.5", "A storm sinks the fleet.", "A long text. " * 10])
def test_a_header_that_looks_like_a_row_is_said(odd: str) -> None:
    assert looks_like_data(["Title", odd]) == odd
    assert header_notes(["Title", odd])[-1].endswith("; if it is a row of data, use --no-header")


def test_a_plain_header_is_not_odd() -> None:
    assert header_notes(["Rank", "Runtime (Minutes)", "SDG1", "", "Q1 2014", "Which films do you like?"]) == []


def test_the_number_of_a_column_without_a_name_is_no_row_of_data() -> None:
    assert looks_like_data(name_columns(["text", ""], "x.csv")) is None
    assert looks_like_data(["text", "7"]) == "7"


@pytest.mark.parametrize("groups", [",Genres,,", "Films,Genres,,", ",Genres,Other,"])
def test_names_of_groups_above_the_header_are_refused(groups: str) -> None:
    lines = [f"{groups}\n", "text,War,Drama,Crime\n", "a storm,1,0,0\n", "a cup,0,1,0\n"]
    with pytest.raises(DataError, match=r"the header seems to be in line 2, .* use --skip-rows 1"):
        refuse_titles(dict(enumerate(lines, start=1)), ",", (), "x.csv")


def test_columns_without_names_above_rows_are_no_groups() -> None:
    lines = [",Genres,,\n", "text,War,Drama,Crime\n", "a storm,War,Drama,Crime\n"]
    refuse_titles(dict(enumerate(lines, start=1)), ",", (), "x.csv")

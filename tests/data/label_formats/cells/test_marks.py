"""A separator is chosen by what splitting yields: labels that recur, with no other mark left inside."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from data.label_formats.rows import NAMES, ROWS, read, refused, same_labels
from multitag.data.label_formats.cells.marks import divided_names, find_other_mark
from multitag.data.label_formats.cells.separators import MARKS

WITH_COMMAS = {"Comedy": "Fun", "Crime": "Law, order", "Space": "Stars", "War": "War, armies"}
DECIMALS = {"Comedy": "3,5", "Crime": "10", "Space": "4", "War": "2,5"}
LONG_ROWS = [*ROWS, ("Comedy", "Crime", "Space", "War")]
OTHERS = (
    "#", "/", " / ", "&", " & ", "\n", "\t", "><", " - ", "-", "_", " and ", "+", "\u00b7", "~", "::", "\\",
    "<br>", "<br/>", "<BR />", "\u3001", "\uff0c", "\uff1b", "\u060c", "\u061b",
)  # fmt: skip


@pytest.mark.parametrize("mark", OTHERS, ids=repr)
def test_other_marks_are_seen_by_their_pieces(mark: str) -> None:
    assert same_labels(read(mark.join))


@pytest.mark.parametrize("mark", ["|", ";", "; ", "/", "\n", "#"], ids=repr)
def test_a_comma_within_names_does_not_win(mark: str) -> None:
    rows = [tuple(WITH_COMMAS[name] for name in row) for row in ROWS]
    assert same_labels(read(mark.join, rows), rows)


def test_a_decimal_comma_does_not_win() -> None:
    rows = [tuple(DECIMALS[name] for name in row) for row in ROWS]
    assert same_labels(read("; ".join, rows), rows)


@pytest.mark.parametrize("mark", ["#", "+", "::", "~", "><", "@", "<br>"])
def test_ids_are_separated_by_other_marks_too(mark: str) -> None:
    rows = [tuple(str(18 + NAMES.index(name)) for name in row) for row in ROWS]
    assert same_labels(read(mark.join, rows), rows)


@pytest.mark.parametrize("mark", ["/", ":", "_"])
def test_a_mark_that_may_be_in_numbers_is_refused_unless_it_is_named(mark: str) -> None:
    rows = [tuple(str(18 + NAMES.index(name)) for name in row) for row in ROWS]
    assert f"if {mark!r} separates labels, set --label-separator {mark!r}" in refused(mark.join, rows)
    assert same_labels(read(mark.join, rows, label_separator=mark), rows)


def test_a_word_instead_of_the_last_comma_is_refused() -> None:
    def cells(row: Sequence[str]) -> str:
        return " and ".join(filter(None, [", ".join(row[:-1]), row[-1]]))

    assert "if ' and ' separates labels, write ',' in its place; if they are names" in refused(cells, LONG_ROWS)
    assert "Comedy and Space" in {name for row in read(cells, LONG_ROWS, label_separator=",").labels for name in row}


def test_names_of_several_words_with_spaces_between_them_are_noted() -> None:
    rows = [tuple(f"The {name}" for name in row) for row in ROWS]
    (note,) = read(" ".join, rows).notes
    assert "are made of labels that also come alone; if spaces separate labels, set --label-separator ' '" in note


def test_two_halves_of_a_name_are_noted() -> None:
    rows = [tuple({"Crime": "Law, order"}.get(name, name) for name in row) for row in ROWS * 2]
    (note,) = read(", ".join, rows).notes
    assert "'Law' and 'order' only come together; if they are one label" in note


def test_two_words_stay_together_between_line_breaks() -> None:
    rows = [tuple(f"The {name}" for name in row) for row in ROWS]
    assert same_labels(read("\n".join, rows), rows)
    for written in ("\n", "\\n"):
        table = read("\n".join, rows, label_separator=written)
        assert same_labels(table, rows)
        assert table.shape.describe() == "column 'labels', separated by newlines"
    for written in ("\t", "\\t"):
        table = read("\t".join, rows, label_separator=written)
        assert same_labels(table, rows)
        assert table.shape.describe() == "column 'labels', separated by tabs"


@pytest.mark.parametrize(
    "cells",
    [
        ["Pop", "Rock", "Pop/Rock"] * 5,
        [f"{size}/{colour}" for size in ("Big", "Small", "Tiny") for colour in ("Red", "Blue", "Green")] * 3,
        ["Sci-Fi", "Rom-Com", "Anti-War", "War", "Comedy"] * 4,
        ["R&B", "Action & Adventure", "Rock & Roll", "Action"] * 4,
        ["1", "2", "3", "1.5", "2.5", "1.2", "1.3", "2.3", "5"],
        ["1:2", "2:3", "1:3", "1", "2", "3"],
    ],
    ids=["one name", "products", "hyphens", "ampersands", "decimals", "ratios"],
)
def test_marks_within_names_stay(cells: list[str]) -> None:
    assert find_other_mark(cells, None, MARKS) is None


def test_a_name_that_others_make_up_is_noted() -> None:
    rows = [("Pop",), ("Rock",), ("Pop/Rock",), ("Jazz",)] * 3
    table = read(lambda row: row[0], rows)
    assert same_labels(table, rows)
    assert table.notes == (
        "DataFrame, column 'labels': 'Pop/Rock' is made of labels that also come alone; if '/' separates labels, "
        "set --label-separator '/'",
    )
    assert divided_names({"Pop": 1, "Jazz": 1}) == {}


def test_a_mark_that_became_a_label_is_refused_unless_the_separator_is_named() -> None:
    message = "holds a label '/' that is no name; if it separates labels, set --label-separator '/'"
    assert refused(lambda row: [*"/".join(row).partition("/")] if len(row) > 1 else list(row)) == message
    assert read(" / ".join, label_separator=" ").notes == (f"DataFrame, column 'labels': {message}",)


def test_a_word_before_the_last_of_several_is_refused() -> None:
    said = refused(lambda row: ", and ".join(row))
    assert said.startswith("holds labels such as 'and ")

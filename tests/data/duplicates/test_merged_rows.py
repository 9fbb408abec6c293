"""One row a (text, label) pair is noticed, and made one row a text."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multitag.data.duplicates.merged_rows import are_pairs, merge_rows
from multitag.data.read import read_table
from multitag.data.row_labels import RowLabels
from multitag.errors import DataError

Write = Callable[[str, str], Path]

PAIRS = "text,label\na,War\na ,Drama\nb,Comedy\na,War\nc,Drama\nb,Crime\n"


def test_pairs_are_noticed(write: Write) -> None:
    table = read_table(write("x.csv", PAIRS), "text", "label")
    assert len(table) == 6
    assert table.notes == (
        "x.csv, column 'label': the same text comes on several rows with one label each; made one row with all with "
        "--merge-rows",
    )


def test_pairs_are_merged(write: Write) -> None:
    table = read_table(write("x.csv", PAIRS), "text", "label", merge_rows=True)
    assert table.texts == ("a", "b", "c")
    assert table.labels == (("War", "Drama"), ("Comedy", "Crime"), ("Drama",))
    assert table.rows == (1, 3, 5)
    assert table.notes == ("x.csv, column 'label': 6 rows merged into 3",)
    assert table.summary == "6 rows read: all used"


def test_a_few_repeated_texts_are_not_pairs(write: Write) -> None:
    path = write("x.csv", PAIRS + "".join(f"{number},War\n" for number in range(40)))
    assert read_table(path, "text", "label").notes == ()


def test_several_labels_a_row_are_not_pairs(write: Write) -> None:
    path = write("x.csv", "text,label\na,War;Drama\na,Drama\nb,Comedy;Crime\nb,War\n")
    assert read_table(path, "text", "label").notes == ()


def test_a_label_wins_over_no_and_no_over_unknown(write: Write) -> None:
    path = write("x.csv", "text,A,B,C\na,1,,0\na,-1,,0\na,0,0,0\nb,0,1,1\n")
    table = read_table(path, "text", ["A", "B", "C"], unknown="mask", merge_rows=True)
    assert (table.labels, table.unknown) == ((("A",), ("B", "C")), ())
    assert "1 label is yes on one row and no on another of the same text: taken as yes" in table.notes[1]
    path = write("y.csv", "text,A,B\na,1,0\na,-1,-1\nb,-1,1\nb,-1,0\n")
    table = read_table(path, "text", ["A", "B"], unknown="mask", merge_rows=True)
    assert (table.labels, table.unknown) == ((("A",), ("B",)), ((), ("A",)))


def test_of_soft_labels_the_greatest_is_kept(write: Write) -> None:
    path = write("x.csv", "text,A,B\na,0.2,0.9\na,0.6,0.1\nb,0.1,0.7\n")
    table = read_table(path, "text", ["A", "B"], soft=True, merge_rows=True)
    assert table.shares == ((("A", 0.6), ("B", 0.9)), (("A", 0.1), ("B", 0.7)))
    assert table.labels == (("B", "A"), ("B",))


def test_nothing_to_merge_is_said(write: Write) -> None:
    table = read_table(write("x.csv", "text,label\na,War\nb,Drama\n"), "text", "label", merge_rows=True)
    assert table.notes == ("x.csv, column 'label': no rows have equal text: none were merged",)


def test_pairs_of_texts() -> None:
    labels = [RowLabels((name,)) for name in "ABCD"]
    assert merge_rows([("a", "b"), ("a ", "b"), ("a", "c"), ("a", "c")], labels).rows == ((0, 1), (2, 3))
    assert are_pairs(["a", "a", "b", "b"], labels)
    assert not are_pairs(["a", "b", "c", "d"], labels)


names = st.sampled_from("ABC")
rows = st.builds(
    lambda has, unknown: RowLabels(tuple(has), tuple(name for name in unknown if name not in has)),
    st.lists(names, unique=True), st.lists(names, unique=True),
)  # fmt: skip


@given(st.lists(st.tuples(st.sampled_from(["a", "b", " a"]), rows)))
def test_merged_rows_know_all_that_any_row_knows(pairs: list[tuple[str, RowLabels]]) -> None:
    texts, labels = [text for text, _ in pairs], [row for _, row in pairs]
    merged = merge_rows(texts, labels)
    for same, union in zip(merged.rows, merged.labels, strict=True):
        told = [labels[row] for row in same if labels[row].names] or [labels[row] for row in same]
        assert {*union.names} == {name for each in told for name in each.names}
        assert {*union.unknown} == set.intersection(*({*each.unknown} for each in told))
    assert [texts[same[0]].strip() for same in merged.rows] == list(dict.fromkeys(text.strip() for text in texts))


def test_groups_of_merged_rows_that_differ_are_said(write: Write) -> None:
    path = write("x.csv", "text,A,B,user\na,1,0,u\na,0,1,v\nb,0,1,w\n")
    table = read_table(path, "text", ["A", "B"], merge_rows=True, group="user")
    assert "2 labels are yes on one row and no on another of the same text: taken as yes" in table.notes[1]
    assert table.notes[-1].endswith("merged from rows of different groups; the group of the first row is taken")


LONG = "text,label,value\n" + "".join(
    f"the train leaves at {n} today,{label},{value}\n" for n in range(9) for label, value in [("War", 0), ("Crime", 1)]
)


def test_a_column_that_says_no_to_the_label_of_a_row_is_noticed(write: Write) -> None:
    path = write("x.csv", LONG)
    says = "column 'value' says no on 9 of 18: their labels are read as if it said yes; leave these rows out, or make"
    for merge in (False, True):
        assert says in " ".join(read_table(path, "text", "label", merge_rows=merge).notes)
    with pytest.raises(DataError, match=says):
        read_table(path)


def test_pairs_are_merged_by_the_command_that_is_suggested(write: Write) -> None:
    path = write("x.csv", "\n".join(line.rpartition(",")[0] for line in LONG.splitlines()))
    says = r"the same text comes on several rows with one label each: .*; likely so: .*merge_rows=True"
    with pytest.raises(DataError, match=says):
        read_table(path)


def test_what_nobody_knows_is_no_contradiction_where_it_is_taken_as_no(write: Write) -> None:
    path = write("x.csv", "text,A,B\na,1,-1\na,-1,1\nb,0,1\n")
    table = read_table(path, "text", ["A", "B"], merge_rows=True, unknown="no")
    assert not any("yes on one row" in note for note in table.notes)

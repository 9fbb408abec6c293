"""Labels that nobody judged are asked about, masked or taken as no; rows that say no have been judged."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from multitag.config import DataConfig, TableConfig
from multitag.data.audit.table import audit_table
from multitag.data.read import inspect_table, read_table
from multitag.data.unknown_labels import describe_unknown
from multitag.errors import DataError

Write = Callable[[str, str], Path]

ONE_HOT = "text,War,Sport\na,1,0\nb,,0\nc,0,1\nd,1,\n"
MASKED = ((), ("War",), (), ("Sport",))


def refused(source: Any, **settings: Any) -> str:
    with pytest.raises(DataError) as caught:
        read_table(source, "text", **settings)
    assert len(str(caught.value).splitlines()) == 1
    return str(caught.value)


def frame(cells: list[Any]) -> pd.DataFrame:
    texts = [f"text {number}" for number in range(len(cells))]
    return pd.DataFrame({"text": texts, "labels": pd.Series(cells, dtype=object)})


def test_empty_cells_beside_0_and_1_are_asked_about(write: Write) -> None:
    assert refused(write("x.csv", ONE_HOT), label_columns=["War", "Sport"]) == (
        "x.csv, columns 'War', 'Sport': 2 cells of 2 labels ('War' 1 and 'Sport' 1) are neither yes nor no; left out "
        "of training and figures with --unknown mask, taken as no with --unknown no"
    )


@pytest.mark.parametrize("empty", ["", "NA", "null", "-1", "-1.0"])
def test_they_are_masked_or_taken_as_no(write: Write, empty: str) -> None:
    path = write("x.csv", f"text,War,Sport\na,1,0\nb,{empty},0\nc,0,1\nd,1,{empty}\n")
    for columns in ({"label_columns": ["War", "Sport"]}, {"labels": ["War", "Sport"]}):
        masked = read_table(path, "text", unknown="mask", **columns)
        assert masked.labels == (("War",), (), ("Sport",), ("War",))
        assert masked.unknown == MASKED
        assert masked.notes == (
            "x.csv, columns 'War', 'Sport': 2 cells of 2 labels ('War' 1 and 'Sport' 1) are unknown, and left out of "
            "training and figures",
        )
        no = read_table(path, "text", unknown="no", **columns)
        assert (no.labels, no.unknown, no.judged) == (masked.labels, (), {2})
        assert no.notes[0].endswith("('War' 1 and 'Sport' 1) are unknown, and taken as no (--unknown no)")


@pytest.mark.parametrize("yes", ["1", "x", "yes"])
def test_empty_cells_beside_yes_alone_are_no(write: Write, yes: str) -> None:
    table = read_table(write("x.csv", f"text,A,B\na,{yes},\nb,,{yes}\n"), "text", label_columns=["A", "B"])
    assert (table.labels, table.unknown, table.notes) == ((("A",), ("B",)), (), ())


def test_a_column_of_yes_alone_beside_others_is_said(write: Write) -> None:
    path = write("x.csv", "text,A,B\na,1,\nb,0,1\nc,,\n")
    table = read_table(path, "text", label_columns=["A", "B"], unknown="mask")
    assert (table.labels, table.unknown) == ((("A",), ("B",)), ())
    assert table.summary == "3 rows read: 2 used, 1 left out (1 with no label judged)"
    assert "'B' holds yes alone, so that an empty cell there is a no" in table.notes[0]


def test_minus_1_beside_1_alone_is_no(write: Write) -> None:
    path = write("x.csv", "text,A,B\na,1,-1\nb,-1,1\nc,-1,-1\n")
    table = read_table(path, "text", label_columns=["A", "B"])
    assert (table.labels, table.unknown, table.judged) == ((("A",), ("B",), ()), (), {3})


@pytest.mark.parametrize(
    "cells",
    [
        [[1, 0, 0], [None, 0, 1], [0, -1, 1]],
        ["[1, 0, 0]", "[null, 0, 1]", "[0, -1, 1]"],
        ["1 0 0", "nan 0 1", "0 -1 1"],
    ],
    ids=["lists", "JSON", "text"],
)
def test_vectors(cells: list[Any], write: Write) -> None:
    names = write("names.txt", "A\nB\nC\n")
    table = read_table(frame(cells), "text", "labels", label_names=names, unknown="mask")
    assert table.labels == (("A",), ("C",), ("C",))
    assert table.unknown == ((), ("A",), ("B",))
    assert "2 cells of 2 labels" in refused(frame(cells), labels="labels", label_names=names)


@pytest.mark.parametrize("cell", [dict, str], ids=["dictionaries", "text"])
def test_dictionaries_leave_out_what_nobody_judged(cell: Callable[[Any], Any]) -> None:
    cells = [cell(row) for row in ({"A": 1, "B": 0}, {"B": 1}, {"A": 0, "B": None, "C": 1}, {"A": -1, "B": 0, "C": 0})]
    table = read_table(frame(cells), "text", "labels", unknown="mask")
    assert table.labels == (("A",), ("B",), ("C",), ())
    assert table.unknown == (("C",), ("A", "C"), ("B",), ("A",))
    assert table.judged == {4}
    assert table.shape.label_names == ("A", "B", "C")
    assert Counter(name for row in table.unknown for name in row) == {"A": 2, "B": 1, "C": 2}
    assert "5 cells of 3 labels ('C' 2, 'A' 2 and 'B' 1)" in refused(frame(cells), labels="labels")


def test_a_label_that_all_rows_deny_is_on_no_row() -> None:
    table = read_table(frame([{"A": 1, "B": 0, "C": 0}, {"A": 0, "B": 1, "C": 0}]), "text", "labels")
    assert (table.labels, table.unknown, table.shape.label_names) == ((("A",), ("B",)), (), ("A", "B", "C"))


def test_dictionaries_that_name_what_is_on_say_no_of_the_rest() -> None:
    table = read_table(frame([{"A": 1}, {"A": 1, "B": 1}, {"B": 1, "A": None}]), "text", "labels")
    assert (table.labels, table.unknown) == ((("A",), ("A", "B"), ("B",)), ())


def test_a_row_of_which_nothing_is_known_is_left_out(write: Write) -> None:
    path = write("x.csv", "text,A,B\na,1,0\nb,-1,-1\nc,,\nd,0,1\n")
    masked = read_table(path, "text", label_columns=["A", "B"], unknown="mask", strict=True)
    assert masked.rows == (1, 4)
    assert masked.summary == "4 rows read: 2 used, 2 left out (2 with no label judged)"
    assert "x.csv, row 3, columns 'A', 'B': no label; " in refused(path, label_columns=["A", "B"])
    dropped = read_table(path, "text", label_columns=["A", "B"], unlabelled="drop")
    assert dropped.summary == "4 rows read: 2 used, 2 left out (1 with no label judged, 1 without labels)"
    kept = read_table(path, "text", label_columns=["A", "B"], allow_unlabelled=True, unknown="no")
    assert (kept.rows, kept.labels, kept.judged) == ((1, 2, 3, 4), (("A",), (), (), ("B",)), {2})


def test_inspect_counts_what_is_unknown_and_not_as_no(write: Write) -> None:
    source, table, _ = inspect_table(write("x.csv", ONE_HOT), DataConfig(text="text", label_columns=("War", "Sport")))
    audit = audit_table(source.columns, table).table
    assert audit is not None
    assert audit.unknown == {"War": 1, "Sport": 1}
    assert audit.density == 3 / 6
    assert "neither yes nor no; left out" in str(audit.problem)


def test_a_label_on_every_row_that_was_judged_is_found(write: Write) -> None:
    path = write("x.csv", "text,A,B\na,1,0\nb,-1,1\nc,1,1\n")
    table = read_table(path, "text", label_columns=["A", "B"], unknown="mask")
    _, looked_at, _ = inspect_table(path, TableConfig(text="text", label_columns=("A", "B"), unknown="mask"))
    assert looked_at == table
    audit = audit_table(inspect_table(path, TableConfig())[0].columns, table).table
    assert audit is not None
    found = {each.kind: each.message for each in audit.findings}
    assert found["labels_on_every_row"] == "'A' is on every row: no row shows what a text without it is like"


cells = st.sampled_from(["0", "1", "", "-1", "yes", "no", "NA", "0.0", "2", "maybe"])


@settings(max_examples=100)
@given(st.lists(st.tuples(cells, cells, cells), min_size=1, max_size=12))
def test_no_label_is_both_known_and_unknown(rows: list[tuple[str, ...]]) -> None:
    names = ["A", "B", "C"]
    table = pd.DataFrame(rows, columns=names).assign(text=[f"text {number}" for number in range(len(rows))])
    try:
        read = read_table(table, "text", label_columns=names, unknown="mask", allow_unlabelled=True)
    except DataError:  # nothing to learn
        return
    for number, (row, labels) in enumerate(zip(read.rows, read.labels, strict=True)):
        unknown = read.unknown[number] if read.unknown else ()
        assert not {*labels} & {*unknown}
        assert {*labels} == {name for name, cell in zip(names, rows[row - 1], strict=True) if cell in ("1", "yes")}
        blank = {name for name, cell in zip(names, rows[row - 1], strict=True) if cell in ("", "NA", "-1")}
        assert {*unknown} <= blank
        assert len(unknown) < 3


@pytest.mark.parametrize("bad", ["2", "maybe", "-1"])
def test_one_bad_cell_leaves_its_row_out(shared_cases: Path, write: Write, bad: str) -> None:
    lines = (shared_cases / "11-one-hot-one-bad-cell" / "in.csv").read_text().splitlines()
    lines[4] = lines[4].replace("-1,-1,-1,-1", f"{bad},{bad},{bad},{bad}")
    without = write("without.csv", "\n".join(lines[:4] + lines[5:]))
    labels = ["Comedy", "Crime", "Space", "War"]
    table = read_table(write("in.csv", "\n".join(lines)), "text", labels)
    expected = read_table(without, "text", labels)
    assert table.labels == expected.labels
    assert table.shape.label_names == tuple(labels)
    assert [row.row for row in table.left_out] == [4]
    assert table.lines()[0] == "labels: columns 'Comedy', 'Crime', 'Space', 'War', one per label (4 labels)"


@pytest.mark.parametrize(
    ("yes", "no"), [("1", "0"), ("true", "false"), ("yes", "no"), ("1.0", "0.0"), ("1", "-1")], ids="/".join
)
def test_zeros_are_an_answer(shared_cases: Path, write: Write, yes: str, no: str) -> None:
    header, *lines = (shared_cases / "29-zeros-are-an-answer" / "in.csv").read_text().splitlines()
    rows = [line.rsplit(",", 3) for line in lines]
    written = [",".join([text, *(yes if cell == "1" else no for cell in cells)]) for text, *cells in rows]
    table = read_table(write("in.csv", "\n".join([header, *written])), "text", label_columns=["anger..sadness"])
    assert (len(table), table.judged) == (16, {3, 7, 10, 14})
    assert table.notes == (
        "in.csv, columns 'anger', 'joy', 'sadness': 4 of 16 rows have no label: they say so with zeros",
    )


def flag(name: str, on: int) -> dict[str, Any]:
    return {"name": name, "on": on}


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ([["A"], [], ["B"]], "empty lists"),
        (['["A"]', "[]", '["B"]'], "empty lists"),
        (["['A']", "[]", "['B', 'A']"], "empty lists"),
        (["{A}", "{}", "{B,A}"], "empty lists"),
        ([{"A": 1, "B": 0}, {"A": 0, "B": 0}, {"A": 0, "B": 1}], "zeros"),
        ([[flag("A", a), flag("B", b)] for a, b in ((1, 0), (0, 0), (0, 1))], "zeros"),
    ],
    ids=["lists", "JSON", "Python", "Postgres", "dictionaries", "flags"],
)
def test_empty_lists_and_zeros_in_cells_are_an_answer(cells: list[Any], words: str) -> None:
    table = read_table(frame(cells), "text", "labels")
    assert table.judged == {2}
    assert table.notes == (f"DataFrame, column 'labels': 1 of 3 rows has no label: it says so with {words}",)


def test_vectors_of_zeros_are_an_answer(write: Write) -> None:
    names = write("names.txt", "A\nB\nC\n")
    table = read_table(frame([[1, 0, 0], [0, 0, 0], [0, 1, 1]]), "text", "labels", label_names=names)
    assert table.judged == {2}


def test_an_empty_cell_asks_beside_zeros() -> None:
    cells = [{"A": 1, "B": 0}, None, {"A": 0, "B": 0}, {"A": 0, "B": 1}]
    assert refused(frame(cells), labels="labels").startswith("DataFrame, row 2, column 'labels': no label; ")
    table = read_table(frame(cells), "text", "labels", unlabelled="drop")
    assert (table.rows, table.judged) == ((1, 3, 4), {3})


def test_the_words() -> None:
    assert describe_unknown(Counter({"A": 1})) == "1 cell of 1 label ('A' 1) is"

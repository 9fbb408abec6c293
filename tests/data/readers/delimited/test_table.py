"""CSV and TSV: every cell as it stands in the file, broken rows by themselves, or one line on what is wrong."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.rows import cells_of, content
from multitag.data.readers.source import ReadOptions, Source, open_source
from multitag.errors import DataError

Write = Callable[[str, str | bytes], Path]

keep_folder = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50
)
cells = st.text(st.characters(exclude_categories=["Cs"]))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a,b\nNA,null\nNone,nan\n007,1e5\n", [["NA", "null"], ["None", "nan"], ["007", "1e5"]]),
        ("a,b\n  x , y\n", [["  x ", " y"]]),
        ("a,b\nTrue,2020-01-02\n", [["True", "2020-01-02"]]),
        ("a,b\r\n1,2\r\n", [["1", "2"]]),
        ("a,b\r1,2\r3,4\r", [["1", "2"], ["3", "4"]]),
        ("a,b\n1,2", [["1", "2"]]),
        ("\ufeffa,b\n1,2\n", [["1", "2"]]),
        ("\n\na,b\n\n1,2\n   \n3,4\n", [["1", "2"], ["3", "4"]]),
        ('a,b\n"x ""y"", z","line\nbreak"\n', [['x "y", z', "line\nbreak"]]),
        ("a,b\n1\n,2\n", [["1", ""], ["", "2"]]),
        ("a,b\n", []),
        ("a,b\nx'y,z\"w\n", [["x'y", 'z"w']]),
    ],
    ids=repr,
)
def test_csv_cells_stay_as_they_stand(write: Write, text: str, expected: list[list[str]]) -> None:
    assert content(open_source(write("x.csv", text))) == [["a", "b"], *expected]


@keep_folder
@given(st.integers(2, 4).flatmap(lambda n: st.lists(st.lists(cells, min_size=n, max_size=n), max_size=8)))
@pytest.mark.parametrize(("ending", "separator"), [("csv", ","), ("tsv", "\t")])
def test_what_a_csv_writer_wrote_is_read_back(
    tmp_path: Path, ending: str, separator: str, rows: list[list[str]]
) -> None:
    header = [f"column {i}" for i in range(len(rows[0]) if rows else 2)]
    path = tmp_path / f"x.{ending}"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, delimiter=separator, quoting=csv.QUOTE_ALL).writerows([header, *rows])
    assert content(open_source(path)) == [header, *rows]


GOOD = "a,b\n1,2\n3,4\n"


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ("5,6,7\n", "ragged: line 4 has 3 cells, the table 2 columns; a cell that holds ',' or a line break must be"),
        ("5,6,\n", "ragged: line 4 has 3 cells"),
        ('"x" y, z,6\n', "ragged: line 4 has 3 cells"),
        ('"x" y,6\n', "with a misplaced quote: text follows a closing quote in line 4"),
        ('5,"6\n"7",8\n', "with an unclosed quote: it opens in line 4"),
    ],
)
def test_a_broken_row_is_left_out_by_itself(write: Write, bad: str, reason: str) -> None:
    source = open_source(write("x.csv", GOOD + bad + "9,10\n"))
    first = source.left_out[0]
    assert first.reason.startswith(reason)
    assert (first.file, first.row, first.column, first.content) == ("x.csv", 3, None, bad.split("\n")[0])
    assert cells_of(source)[-1] == ["9", "10"]
    assert source.file_and_row(len(source.columns) - 1) == ("x.csv", 3 + bad.count("\n"))


def test_an_unclosed_quote_costs_no_other_row(write: Write) -> None:
    rows = [f'{n},"text, {n}","A,B"\n' for n in range(5)]
    rows[2] = '2,"text, 2,"A,B"\n'
    source = open_source(write("x.csv", "id,text,labels\n" + "".join(rows)))
    assert [each.row for each in source.left_out] == [3]
    assert source.columns["id"] == ["0", "1", "3", "4"]
    assert source.columns["text"] == ["text, 0", "text, 1", "text, 3", "text, 4"]


def test_short_rows_are_filled_and_told(write: Write) -> None:
    source = open_source(write("x.csv", "a,b\n1,2\n\n3\n4\n"))
    assert source.columns["b"] == ["2", "", ""]
    assert source.notes == (
        "x.csv: 2 rows have fewer cells than there are columns, "
        "first row 2 (line 4); the missing cells are read as empty",
    )


def test_rows_are_numbered_by_record_and_lines_by_line(write: Write) -> None:
    source = open_source(write("x.csv", 'a,b\n"1\n\n1",2\n\n1,2,3\n3,4\n'))
    assert [(each.row, each.reason[:14]) for each in source.left_out] == [(2, "ragged: line 6")]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", ": the file is empty; expected a header line and at least one row"),
        (b"\n \n", ": nothing but blank lines; expected a header and at least one row"),
        (b"\xef\xbb\xbf", ": nothing but blank lines; expected a header and at least one row"),
        (b'a,b\n1,2\n1,"2\n3,4\n', ", line 3: a quote opens here and is never closed; close it, double"),
        (b'a,"b\n1,2\n', ", line 1: a quote opens here and is never closed"),
        (b'"a"x,b\n1,2\n', ", line 1: the header has a quote that is not closed or"),
        (b",3,\n1,2,3\n", ", header: column '3' appears more than once; rename one of them"),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_a_csv_that_cannot_be_read_is_refused(write: Write, content: bytes, message: str) -> None:
    path = write("x.csv", content)
    with pytest.raises(DataError) as caught:
        open_source(path)
    assert str(caught.value).startswith(f"{path}{message}")
    assert len(str(caught.value).splitlines()) == 1


def test_a_quote_cannot_take_all_memory(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("multitag.data.readers.delimited.csv_records.MAX_RECORD", 100)
    with pytest.raises(DataError, match="line 2: a row of more than 100 characters begins here; is a quote left open"):
        open_source(write("x.csv", 'a,b\n1,"' + "x\n" * 80))


def test_a_file_without_header_has_numbers_for_columns(write: Write) -> None:
    source = open_source(write("x.csv", "1,x\n2,y,\n3,z\n4\n"), ReadOptions(header=False))
    assert content(source) == [["1", "2"], ["1", "x"], ["3", "z"], ["4", ""]]
    assert [each.row for each in source.left_out] == [2]


def test_columns_without_a_name_after_the_first_have_numbers(write: Write) -> None:
    assert content(open_source(write("x.csv", ",a,,\n1,2,3,4\n"))) == [["", "a", "3", "4"], ["1", "2", "3", "4"]]


@pytest.mark.parametrize("columns", [["b"], lambda names: [name for name in names if name == "b"]])
def test_only_the_columns_asked_for_are_kept(write: Write, columns: Any) -> None:
    source = open_source(write("x.csv", "a,b\n1,2\n"), columns=columns)
    assert content(source) == [["b"], ["2"]]


@pytest.mark.parametrize(("name", "mark"), [("x.csv", "|"), ("x.tsv", ";"), ("x.txt", "\t"), ("x.csv", "~")])
def test_the_delimiter_may_be_given(write: Write, name: str, mark: str) -> None:
    source: Source = open_source(write(name, f"a,x{mark}b\n1,y{mark}2\n"), ReadOptions(delimiter=mark))
    assert content(source) == [["a,x", "b"], ["1,y", "2"]]


@pytest.mark.parametrize(
    ("several", "said"),
    [
        ("{a},{b}", "no other row holds ',' in a cell: it is not quoted in this file"),
        ('"a \\"{a}\\" quote|{b}"', "they hold quotes behind a backslash"),
    ],
)
def test_rows_that_are_lost_since_they_have_something_in_common_are_refused(tmp_path, several, said):
    names = ["War", "Space", "Crime"]
    rows = [several.format(a=names[n % 3], b=names[(n + 1) % 3]) if n % 3 == 0 else names[n % 3] for n in range(30)]
    path = tmp_path / "x.csv"
    path.write_text("text,labels\n" + "".join(f"text {n},{row}\n" for n, row in enumerate(rows)))
    with pytest.raises(DataError, match=r"^x\.csv: 10 of 30 rows .* with --quoting double$") as told:
        open_source(path)
    assert said in str(told.value)
    assert len(open_source(path, ReadOptions(quoting="double")).left_out) == 10
    few = tmp_path / "few.csv"
    few.write_text("text,labels\n" + "".join(f"text {n},{row}\n" for n, row in enumerate(rows[:6] + names * 9)))
    assert len(open_source(few).left_out) == 2


def test_rows_of_too_many_cells_are_left_out_where_others_are_quoted(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("text,labels\n" + "".join(f'"a, {n}",War\n' if n % 3 else f"a, {n},War\n" for n in range(30)))
    assert len(open_source(path).left_out) == 10

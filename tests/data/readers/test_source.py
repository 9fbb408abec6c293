"""Sources: several files make one table, each of whose rows knows where it came from."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from data.rows import cells_of, content, rows_of
from multitag.data.readers.source import open_source
from multitag.errors import DataError

Write = Callable[[str, str | bytes], Path]


def test_files_make_one_table_and_rows_know_their_places(write: Write) -> None:
    paths = [
        write("a.csv", "t,l\n1,A\n2,B,C\n3,D\n"),
        write("empty.csv", "t,l\n"),
        write("b.tsv", "l\tt\nE\té\n"),
        write("c.parquet", b""),
    ]
    pd.DataFrame({"t": ["5"], "l": ["F"]}).to_parquet(paths[3])
    source = open_source(paths)
    assert source.name == "4 files"
    assert cells_of(source) == [["1", "A"], ["3", "D"], ["é", "E"], ["5", "F"]]
    assert [source.file_and_row(index) for index in range(4)] == [
        (str(paths[0]), 1), (str(paths[0]), 3), (str(paths[2]), 1), (str(paths[3]), 1),
    ]  # fmt: skip
    assert source.file_and_row(1) == (str(paths[0]), 3)
    assert [(each.file, each.row) for each in source.left_out] == [(str(paths[0]), 2)]


def test_a_pattern_names_files_in_order(write: Write, tmp_path: Path) -> None:
    for name in ("b.csv", "a.csv", "c.txt"):
        write(name, f"t\n{name}\n")
    assert open_source(f"{tmp_path}/*.csv").columns["t"] == ["a.csv", "b.csv"]
    assert open_source([f"{tmp_path}/[b].csv", tmp_path / "c.txt"]).columns["t"] == ["b.csv", "c.txt"]
    odd = write("[x].csv", "t\nodd\n")
    write("x.csv", "t\nplain\n")
    assert open_source(odd).columns["t"] == ["odd"]
    with pytest.raises(DataError, match="no file matches this pattern"):
        open_source(f"{tmp_path}/*.jsonl")


@pytest.mark.parametrize(
    ("second", "message"),
    [
        ("t\n1\n", "columns differ from the files before it: without 'l'; make them the same"),
        ("t,l,x\n1,2,3\n", "columns differ from the files before it: with 'x'; make them the same"),
        ("t,L\n1,2\n", "columns differ from the files before it: without 'l' and with 'L'; make them the same"),
    ],
)
def test_files_with_other_columns_are_refused(write: Write, second: str, message: str) -> None:
    paths = [write("a.csv", "t,l\n1,A\n"), write("b.csv", second)]
    with pytest.raises(DataError) as caught:
        open_source(paths)
    assert str(caught.value) == f"{paths[1]}: {message}"


def test_records_of_json_may_lack_columns_of_other_files(write: Write) -> None:
    source = open_source([write("a.csv", "t,l\n1,A\n"), write("b.jsonl", '{"t": "2", "x": 1}')])
    assert cells_of(source) == [["1", "A", None], ["2", None, 1]]


def test_lists_of_files_that_are_none_are_refused(write: Write) -> None:
    path = write("a.csv", "t\n1\n")
    for source, message in (
        ([], "it is empty"),
        ([path, path], "named more than once"),
        ([pd.DataFrame()], "expected paths, got DataFrame"),
    ):
        with pytest.raises(DataError, match=message):
            open_source(source)


def test_a_file_that_is_broken_for_the_most_part_is_refused(write: Write) -> None:
    half = write("half.csv", "t,l\n1,A\n2,B,C\n")
    assert len(open_source(half).left_out) == 1
    most = write("most.csv", "t,l\n1,A\n2,B,C\n3,D,E\n")
    message = "most.csv: 2 of 3 rows cannot be read, first row 2: ragged: line 3 has 3 cells, the table 2 columns"
    with pytest.raises(DataError, match=message):
        open_source(most)
    long = write("long.csv", "t,l\n" + "1,2,3\n" * 20_000)
    with pytest.raises(DataError, match=r"long\.csv: 2048 of 2048 rows cannot be read"):  # given up early
        open_source(long)


def test_a_frame_of_pandas_is_taken_as_it_is() -> None:
    frame = pd.DataFrame({"t": ["NA", None], "l": [["A"], []]}, dtype=object)
    source = open_source(frame)
    assert content(source) == [["t", "l"], ["NA", ["A"]], [None, []]]
    assert (source.name, source.file_and_row(1), source.left_out) == ("DataFrame", ("DataFrame", 2), ())
    assert list(open_source(frame, columns=["l"]).columns.names) == ["l"]


def test_a_column_is_kept_by_its_name_without_spaces(write: Write) -> None:
    source = open_source(write("x.csv", "t, country,x\n1, A,3\n"), columns=["t", "country"])
    assert rows_of(source) == [{"t": "1", " country": " A"}]
    assert source.notes == ("x.csv: column ' country' has spaces around its name; 'country' works too",)

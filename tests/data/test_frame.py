"""Files to frames: every cell as it stands in the file, or one line that says what is wrong with the file."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from multitag.data.cells import is_missing
from multitag.data.frame import read_frame, table_format
from multitag.errors import DataError

Write = Callable[[str, str | bytes], Path]

keep_folder = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=50
)
cells = st.text(st.characters(exclude_categories=["Cs"]))


def refused(path: Path) -> str:
    with pytest.raises(DataError) as caught:
        read_frame(path)
    said = str(caught.value)
    assert said.startswith(str(path))
    assert len(said.splitlines()) == 1
    return said.removeprefix(str(path))


def content(frame: pd.DataFrame) -> list[list[Any]]:
    return [frame.columns.tolist(), *frame.to_numpy().tolist()]


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
    assert content(read_frame(write("x.csv", text))) == [["a", "b"], *expected]


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
    assert content(read_frame(path)) == [header, *rows]


@pytest.mark.parametrize("separator", [";", "\t"])
def test_a_csv_of_a_spreadsheet_with_another_separator_is_read_with_it(write: Write, separator: str) -> None:
    text = f'a{separator}b\n"x, y{separator}z"{separator}1,5\n'
    assert content(read_frame(write("x.csv", text))) == [["a", "b"], [f"x, y{separator}z", "1,5"]]


def test_a_comma_in_the_header_decides(write: Write) -> None:
    assert content(read_frame(write("x.csv", "a,labels (x;y;z)\n1,x;y\n"))) == [
        ["a", "labels (x;y;z)"],
        ["1", "x;y"],
    ]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", ": the file is empty; expected a header line and at least one row"),
        (b"\n \n", ": nothing but blank lines; expected a header and at least one row"),
        (b"\xef\xbb\xbf", ": nothing but blank lines; expected a header and at least one row"),
        (
            b"a,b\n1,2\n1,2,3\n",
            ": Expected 2 fields in line 3, saw 3; a cell that holds ',' or a line break must",
        ),
        (b"a,b\n1,2,3\n1,2\n", ": Expected 2 fields in line 2, saw 3; "),
        (b"a,b\n1,2,\n", ": Expected 2 fields in line 2, saw 3; "),
        (b'a,b\n1,"2\n3,4\n', ": EOF inside string starting at row 1; "),
        (b"a,a\n1,2\n", ", header: column 'a' comes more than once; rename one of them"),
        (b"a,b\n1,\xe9\n", ", line 2: not UTF-8 text (byte 0xe9); save it as UTF-8 first"),
        (b"a,b\n" + b"1,2\n" * 90_000 + b"\xe9,2\n", ", line 90002: not UTF-8 text (byte 0xe9); "),
        ("a,b\n1,2\n".encode("utf-16"), ", line 1: not UTF-8 text (byte 0xff); "),
        (b"\n<!DOCTYPE html>\n<html></html>", ": this is an HTML page, not a table; download the raw file"),
        (b"<HTML><body>404</body>", ": this is an HTML page, not a table; "),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_a_bad_csv_is_refused(write: Write, content: bytes, message: str) -> None:
    assert refused(write("x.csv", content)).startswith(message)


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    assert refused(tmp_path / "x.csv").startswith(
        ": no such file; give a path, or the name of a packaged table"
    )
    (tmp_path / "folder.csv").mkdir()
    assert refused(tmp_path / "folder.csv") == ": expected a file, got a folder; name a file"
    os.mkfifo(tmp_path / "fifo.csv")
    assert refused(tmp_path / "fifo.csv") == ": expected a file, got neither file nor folder; name a file"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_refused(write: Write) -> None:
    path = write("x.csv", "a,b\n1,2\n")
    path.chmod(0)
    assert refused(path) == ": you may not read this file; change its permissions"


def test_the_ending_tells_the_format(write: Write) -> None:
    endings = {
        "x.CSV": "csv",
        "x.tsv": "tsv",
        "x.jsonl": "jsonl",
        "x.ndjson": "jsonl",
        "x.Parquet": "parquet",
    }
    assert {name: table_format(Path(name)) for name in endings} == endings
    assert refused(write("x.xlsx", "a")) == (
        ": unknown table format '.xlsx'; expected one of .csv, .tsv, .jsonl, .ndjson, .parquet"
    )


def test_jsonl_keeps_types_and_the_order_of_keys(write: Write) -> None:
    frame = read_frame(
        write("x.jsonl", '\ufeff{"t": "007", "n": 7}\r\n\n{"l": ["x"], "t": null}\n{"n": true}')
    )
    assert content(frame) == [["t", "n", "l"], ["007", 7, None], [None, None, ["x"]], [None, True, None]]


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
    frame = read_frame(path)
    columns = list(dict.fromkeys(key for record in records for key in record))
    assert frame.columns.tolist() == columns
    if columns:
        assert frame.to_numpy().tolist() == [[record.get(key) for key in columns] for record in records]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\n\n", ": nothing but blank lines; expected one JSON object a line"),
        (b'{"a": 1}\n[1]\n', ", line 2: expected a JSON object, got list"),
        (b'{"a": 1,}\n', ", line 1: not JSON: "),
        (b'{"a": 1}\n\n{"a": "\xe9"}\n', ", line 3: not UTF-8 text (byte 0xe9); "),
        (b'{"a":' + b"[" * 100_000, ", line 1: not JSON: "),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_bad_jsonl_is_refused(write: Write, content: bytes, message: str) -> None:
    assert refused(write("x.jsonl", content)).startswith(message)


@pytest.fixture
def parquet(tmp_path: Path) -> Path:
    frame = pd.DataFrame(
        {"t": ["007", None], "n": pd.array([7, None], dtype="Int64"), "l": [["x", "y"], None]}
    )
    path = tmp_path / "x.parquet"
    frame.set_index("t").to_parquet(path)
    return path


def test_parquet_keeps_types_and_the_index_of_pandas_as_a_column(parquet: Path) -> None:
    frame = read_frame(parquet)
    assert set(frame.columns) == {"t", "n", "l"}
    assert (frame["t"][0], frame["n"][0], list(frame["l"][0])) == ("007", 7, ["x", "y"])
    assert all(is_missing(cell) for cell in frame.iloc[1])


def test_a_damaged_parquet_file_is_refused_or_read(parquet: Path, tmp_path: Path) -> None:
    whole = parquet.read_bytes()
    random = np.random.default_rng(0)
    messages = set()
    for _ in range(200):
        damaged = bytearray(whole)
        damaged[random.integers(len(whole))] ^= 1 << random.integers(8)
        parquet.write_bytes(damaged)
        try:
            read_frame(parquet)
        except DataError as error:
            messages.add(str(error))
    assert len(messages) > 5
    assert all(said.startswith(f"{parquet}: not a readable Parquet file: ") for said in messages)
    assert all(len(said.splitlines()) == 1 for said in messages)


def test_a_truncated_parquet_file_is_refused(parquet: Path) -> None:
    parquet.write_bytes(parquet.read_bytes()[:-20])
    assert refused(parquet).startswith(": not a readable Parquet file: ")

from __future__ import annotations

import io
import re
import sys
import zipfile
from collections.abc import Callable, Sequence
from datetime import date, datetime
from pathlib import Path

import pytest

from data.rows import content, refused
from data.workbooks import sheet_xml, workbook, zipped
from multitag import read_table
from multitag.data.readers.source import ReadOptions, open_source
from multitag.data.readers.stream import read_chunks
from multitag.errors import ConfigError, DataError, MissingExtraError

Write = Callable[[str, str | bytes], Path]
FILMS = [["plot", "genres"], ["A storm sinks the fleet.", "War,Drama"], ["Two chefs share a truck.", "Comedy"]]


def test_cells_are_what_a_csv_of_the_sheet_has(write: Write) -> None:
    rows = [
        ["text", "whole", "part", "date", "time", "flag", "empty"],
        [" a\n\"b\" ", 1.0, 2.5, date(2014, 3, 1), datetime(2014, 3, 1, 12, 30), True, None],
        ["", -3, 1e20, None, None, False, None],
    ]
    assert content(open_source(write("x.xlsx", workbook({"Sheet1": rows})))) == [
        rows[0],
        [" a\n\"b\" ", "1", "2.5", "2014-03-01", "2014-03-01T12:30:00", "TRUE", ""],
        ["", "-3", "1e+20", "", "", "FALSE", ""],
    ]


def test_a_sheet_that_does_not_begin_in_its_corner_loses_blank_rows_and_columns_only(write: Write) -> None:
    rows: list[Sequence[object]] = [[], [], [None, *FILMS[0]], [None, *FILMS[1]], [], [None, *FILMS[2]]]
    source = open_source(write("x.xlsm", workbook({"S": rows})))
    assert content(source) == FILMS
    assert [source.file_and_row(index)[1] for index in range(2)] == [1, 2]


def test_the_only_sheet_with_a_table_is_read(write: Write) -> None:
    sheets = {"empty": [], "cover": [["Films of the week"]], "data": FILMS, "old": FILMS}
    path = write("x.xlsx", workbook(sheets, hidden=["old"]))
    source = open_source(path)
    assert (content(source), source.notes) == (FILMS, ())


def test_a_sheet_of_a_few_cells_is_not_taken_for_the_table(write: Write) -> None:
    path = write("x.xlsx", workbook({"Readme": [["About"], ["Films of the week"]], "Data": FILMS, "Old": FILMS[:2]}))
    source = open_source(path)
    assert content(source) == FILMS
    assert source.notes == (
        "x.xlsx: sheet 'Data' is read, the largest of 'Readme', 'Data' and 'Old'; --sheet names another",
    )


def test_of_several_sheets_the_first_is_read_and_it_is_said(write: Write) -> None:
    path = write("x.xlsx", workbook({"a": FILMS, "b & c": FILMS[:2]}))
    source = open_source(path)
    assert content(source) == FILMS
    assert source.notes == ("x.xlsx: sheet 'a' is read, the first of 'a' and 'b & c'; --sheet names another",)
    named = open_source(path, ReadOptions(sheet="b & c"))
    assert (content(named), named.notes) == (FILMS[:2], ())
    assert refused_with(path, sheet="d") == ": no sheet 'd'; the sheets are 'a' and 'b & c'"


def test_a_title_is_shown_and_skipped_when_told(write: Write) -> None:
    path = write("x.xlsx", workbook({"S": [["Films of the week"], [], *FILMS]}))
    assert refused(path) == (
        ": the header seems to be in row 3, as the rows before it are not like its rows; use --skip-rows 2, "
        "or --skip-rows 0 if the header is in the first row"
    )
    assert content(open_source(path, ReadOptions(skip_rows=2))) == FILMS
    assert open_source(path, ReadOptions(skip_rows=0)).columns.names[0] == "Films of the week"


def test_without_a_header_columns_are_numbered(write: Write) -> None:
    source = open_source(write("x.xlsx", workbook({"S": FILMS[1:]})), ReadOptions(header=False))
    assert content(source) == [["1", "2"], *FILMS[1:]]


def test_a_table_is_read_from_a_workbook_as_from_a_csv(write: Write) -> None:
    rows = [["plot", "war", "joy"], *([f"a storm at {n}", n % 2, float(n % 3 == 0)] for n in range(12))]
    path = write("x.xlsx", workbook({"S": rows}))
    text = "\n".join(",".join(map(str, row)) for row in rows)
    expected = read_table(write("x.csv", text), "plot", label_columns="war..joy", allow_unlabelled=True)
    table = read_table(path, "plot", label_columns="war..joy", allow_unlabelled=True)
    assert (table.texts, table.labels, table.rows) == (expected.texts, expected.labels, expected.rows)
    assert read_table(path, "plot", label_columns="war..joy", sheet="S").source == "x.xlsx"


def test_a_long_sheet_comes_in_chunks(write: Write) -> None:
    path = write("x.xlsx", workbook({"S": [["plot", "n"], *([f"text {n}", n] for n in range(5000))]}))
    chunks = list(read_chunks(path))
    assert [len(records) for records, _ in chunks] == [2048, 2048, 904]
    assert chunks[-1][0][-1] == {"plot": "text 4999", "n": "4999"}
    shares = [share for _, share in chunks]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"a", ": not a readable workbook: "),
        (b"PK\x03\x04broken", ": not a readable workbook: "),
        (zipped({"a.txt": "no workbook"}), ": not a readable workbook: "),
        (workbook({"S": [["plot"]]}), ": no sheet has a header and a row under it; the sheets are 'S'"),
        (workbook({"S": FILMS})[:-60], ": not a readable workbook: "),
    ],
    ids=["text", "zip", "other zip", "no table", "cut"],
)
def test_what_is_no_workbook_is_refused(write: Write, content: bytes, told: str) -> None:
    assert refused(write("x.xlsx", content)).startswith(told)


def test_a_zip_bomb_is_refused_before_it_is_parsed(write: Write) -> None:
    path = write("x.xlsx", zipped({"xl/worksheets/sheet1.xml": " " * 70 * 2**20}))
    assert refused(path) == ": expands to more than 200 times its size; save the sheet as CSV if you trust it"


def test_a_part_that_is_longer_than_it_says_is_refused(write: Write) -> None:
    data = zipped({"xl/worksheets/sheet1.xml": "x" * 5000})
    lied = data.replace((5000).to_bytes(4, "little"), (50).to_bytes(4, "little"))
    assert lied != data
    assert refused(write("x.xlsx", lied)).startswith(": not a readable workbook: ")


def test_two_cells_in_opposite_corners_are_refused(write: Write) -> None:
    corner = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    with zipfile.ZipFile(io.BytesIO(workbook({"S": FILMS}))) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist()}
    parts["xl/worksheets/sheet1.xml"] = sheet_xml(FILMS).replace("</sheetData>", corner)
    told = r": 'sheet1\.xml' spans 17179869184 cells and holds \d+; delete the stray cells, .*"
    assert re.fullmatch(told, refused(write("x.xlsx", zipped(parts))))


@pytest.mark.parametrize("place", ["Iwwwwwwwwww1", "A12345678901", "&#65;1"])
def test_a_cell_that_stands_where_none_can_is_refused(write: Write, place: str) -> None:
    with zipfile.ZipFile(io.BytesIO(workbook({"S": FILMS}))) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist()}
    parts["xl/worksheets/sheet1.xml"] = sheet_xml(FILMS).replace('r="A1"', f'r="{place}"')
    assert "no cell of a sheet can stand at" in refused(write("x.xlsx", zipped(parts)))


def test_without_its_library_a_workbook_names_the_extra(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write("x.xlsx", workbook({"S": FILMS}))
    monkeypatch.setitem(sys.modules, "python_calamine", None)
    with pytest.raises(MissingExtraError, match=r"x\.xlsx: .* pip install 'multitag\[excel\]'; or save the sheet"):
        open_source(path)


def test_a_sheet_is_no_setting_of_other_files(write: Write) -> None:
    with pytest.raises(ConfigError, match=r"^sheet: .*x\.csv is no workbook, so it has no sheets"):
        open_source(write("x.csv", "a,b\n1,2\n"), ReadOptions(sheet="S"))


def refused_with(path: Path, **options: object) -> str:
    with pytest.raises(DataError) as caught:
        open_source(path, ReadOptions(**options))
    return str(caught.value).removeprefix(str(path))

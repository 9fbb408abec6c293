"""Every real file in shared/data/variants is read to the last row, or refused in plain words."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from data.rows import cells_of
from multitag.data.readers.source import ReadOptions, open_source
from multitag.errors import DataError

# Name: delimiter, rows that are read, rows that are left out, notes.
READ: dict[str, tuple[str, int, list[int], list[str]]] = {
    "51_rows.csv": (",", 51, [], []),
    "comma_sep_semicolon_genres.csv": (",", 1000, [], []),
    "crlf_windows.csv": (",", 1000, [], []),
    "nbsp_genres_no_text.csv": (",", 10178, [], []),
    "netflix_titles_bom_crlf_mojibake.csv": (",", 8811, [], ["3192 cells hold text that was encoded as UTF-8 twice"]),
    "ragged_unquoted_commas.csv": (",", 995, [443, 733, 849], []),
    "semicolon_noheader_nonutf8.csv": (";", 999, [], ["read as cp1252", "the first line names a column 'A group of"]),
    "semicolon_sep_semicolon_genres.csv": (";", 1000, [], []),
}
REFUSED = {"html_page_named_csv.csv": ": this is an HTML page, not a table; download the raw file, not its page"}


def by_hand(path: Path, delimiter: str) -> Sequence[list[str]]:
    content = path.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252")
    return list(csv.reader(re.findall("[^\n]*\n|[^\n]+$", text), delimiter=delimiter))


@pytest.mark.parametrize("name", READ)
def test_a_variant_is_read_as_it_stands(shared_data: Path, name: str) -> None:
    path = shared_data / "variants" / name
    delimiter, n_rows, left_out, notes = READ[name]
    source = open_source(path)
    header, *rows = by_hand(path, delimiter)
    assert list(source.columns.names) == header
    assert (len(source.columns), [each.row for each in source.left_out]) == (n_rows, left_out)
    assert len(source.columns) + len(source.left_out) == len(rows)
    for index, cells in enumerate(cells_of(source)):
        assert cells == rows[source.file_and_row(index)[1] - 1]
    assert [len(re.findall(f"^{re.escape(f'{name}: {note}')}", said)) for note, said in
            zip(notes, source.notes, strict=True)] == [1] * len(notes)  # fmt: skip


def test_ragged_rows_are_told_by_line(shared_data: Path) -> None:
    source = open_source(shared_data / "variants" / "ragged_unquoted_commas.csv")
    assert [each.reason[:39] for each in source.left_out] == [
        f"ragged: line {line} has 11 cells, the table" [:39] for line in (444, 734, 850)
    ]  # fmt: skip


def test_a_file_without_header_is_read_with_numbers(shared_data: Path) -> None:
    path = shared_data / "variants" / "semicolon_noheader_nonutf8.csv"
    source = open_source(path, ReadOptions(header=False))
    assert (len(source.columns), len(source.columns.names)) == (1000, 8)
    assert source.columns["1"][0] == "Guardians of the Galaxy"
    assert sum(cell.endswith("See full summary »") for cell in source.columns["3"]) > 10
    assert len(source.notes) == 1


@pytest.mark.parametrize("name", REFUSED)
def test_a_variant_that_is_no_table_is_refused(shared_data: Path, name: str) -> None:
    path = shared_data / "variants" / name
    with pytest.raises(DataError) as caught:
        open_source(path)
    assert str(caught.value) == f"{path}{REFUSED[name]}"


def test_every_variant_is_tested(shared_data: Path) -> None:
    assert {path.name for path in (shared_data / "variants").iterdir()} == {*READ, *REFUSED}

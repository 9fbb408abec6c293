from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multitag.errors import DataError
from multitag.scale.formats.delimited import DelimitedFile

CELLS = st.text(st.sampled_from('ab,;"\n\r é'), max_size=6)


def rows_of(content: bytes, part_rows: int, columns=("text",), delimiter=None):
    """Read a file part by part, each opened anew, as workers do."""
    parts = DelimitedFile(io.BytesIO(content), "x.csv", delimiter).cut(0, part_rows)
    return [
        row for part in parts for block in DelimitedFile(io.BytesIO(content), "x.csv", delimiter).read(part, columns)
        for row in block
    ]  # fmt: skip


def quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"'


@given(st.lists(CELLS, min_size=1, max_size=12), st.integers(1, 5))
def test_every_row_is_read_once_however_it_is_cut(cells, part_rows):
    content = "text,n\n" + "".join(f"{quoted(cell)},{number}\n" for number, cell in enumerate(cells))
    rows = rows_of(content.encode(), part_rows, ("text", "n"), ",")
    assert [(row.record["text"], row.record["n"]) for row in rows] == [(cell, str(n)) for n, cell in enumerate(cells)]
    assert [row.position for row in rows] == list(range(len(cells)))


@pytest.mark.parametrize("part_rows", [1, 2, 10])
def test_a_quote_that_is_never_closed_costs_one_row(part_rows):
    content = b'n,text\n1,a\n2,"open\n3,b\n4,c\n'
    rows = rows_of(content, part_rows)
    assert [row.record.get("text") for row in rows] == ["a", None, "b", "c"]
    assert "quote" in rows[1].error
    assert rows[1].content == '2,"open\n'


def test_a_row_with_more_cells_than_columns_is_one_with_an_error():
    rows = rows_of(b"n,text\n1,a\n2,b,c\n\n3,d\n", 2)
    assert [row.error is None for row in rows] == [True, False, True]
    assert "3 cells" in rows[1].error


def test_half_a_character_stays_with_its_row():
    rows = rows_of(b"n,text\n1,a\n2,\xff\n3,b\n", 1)
    assert [row.record["text"] for row in rows] == ["a", "\udcff", "b"]


def test_a_mark_of_unicode_is_no_part_of_the_header():
    assert [row.record["text"] for row in rows_of("\ufefftext;n\nä;1\n".encode(), 1)] == ["ä"]


@pytest.mark.parametrize("content", [b"", b"\n\n", "text,n\na,1\n".encode("utf-16")])
def test_what_is_no_table_of_utf_8_is_refused(content):
    with pytest.raises(DataError, match=r"^x\.csv: "):
        DelimitedFile(io.BytesIO(content), "x.csv")

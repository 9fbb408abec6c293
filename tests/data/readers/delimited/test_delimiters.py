"""Delimiters: what makes the rows equally long, whatever else is in the cells."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multitag.data.readers.delimited.delimiters import DELIMITERS, find_delimiter, usual_length


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("text,genre\nx,A;B;C\ny,A;B\n", ","),
        ("text;genre\nx, y, z;A,B\ny;A\n", ";"),
        ("text\tgenre\nx, y\tA;B\n", "\t"),
        ("text|genre\nx, y|A;B\n", "|"),
        ("a,labels (x;y;z)\n1,x;y\n", ","),
        ("A man, a plan;Drama,War;2014;8,1\nOne, two, three;War;2015;7\n", ";"),  # no header, decimal commas
        ('a;b\n"x, y;z";1,5\n', ";"),
        ("text\nHello\n", ","),
        ("a,b\n1,2,3\n1,2,3\n", ","),  # all ragged: the one that the header holds
        ("", ","),
    ],
)
def test_the_delimiter_is_found(text: str, expected: str) -> None:
    assert find_delimiter(text.splitlines(keepends=True)) == expected


cells = st.text(st.characters(codec="ascii", exclude_characters="".join(DELIMITERS) + '"\r\n\0'), min_size=1)


@given(
    st.sampled_from(DELIMITERS),
    st.integers(2, 4).flatmap(lambda n: st.lists(st.lists(cells, min_size=n, max_size=n), min_size=1, max_size=9)),
)
def test_the_delimiter_of_cells_that_hold_none_is_found(mark: str, rows: list[list[str]]) -> None:
    file = io.StringIO()
    csv.writer(file, delimiter=mark).writerows(rows)
    lines = list(io.StringIO(file.getvalue(), newline=""))
    assert find_delimiter(lines) == mark
    assert usual_length(lines, mark) == len(rows[0])

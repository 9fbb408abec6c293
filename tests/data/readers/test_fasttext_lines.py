"""Files in fastText's format are read line by line, whatever marks are in the lines."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from data.rows import cells_of
from multitag.data.read import read_table
from multitag.data.readers.source import ReadOptions, open_source

Write = Callable[[str, str | bytes], Path]
LINES = '__label__a,b __label__c One, "two; three.\n\n__label__c\tFour\ttabs.\r\n  __label__d Five.\n'


@pytest.mark.parametrize("name", ["x.txt", "x.csv", "x.tsv"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_lines_are_texts_with_labels(write: Write, name: str, encoding: str) -> None:
    table = read_table(write(name, LINES.encode(encoding)))
    assert table.texts == ('One, "two; three.', "Four\ttabs.", "  Five.")
    assert table.labels == (("a,b", "c"), ("c",), ("d",))
    assert table.lines() == ("labels: column 'line', __label__ words (3 labels)", "3 rows read: all used")


def test_a_line_that_is_all_labels_has_no_text(write: Write) -> None:
    table = read_table(write("x.txt", "__label__a One.\n__label__b\n__label__b Two.\n"))
    assert [(each.row, each.kind) for each in table.left_out] == [(2, "without text")]


def test_long_files_come_in_chunks_with_their_rows(write: Write) -> None:
    path = write("x.txt", "".join(f"__label__{row % 3} text {row}\n" for row in range(5000)))
    table = read_table(path)
    assert (len(table), table.rows[-1], table.texts[-1]) == (5000, 5000, "text 4999")


def test_a_header_or_a_delimiter_make_it_a_table(write: Write) -> None:
    assert list(open_source(write("x.csv", "line,other\n__label__a One.,1\n")).columns.names) == ["line", "other"]
    path = write("y.csv", "__label__a;One.\n__label__b;Two.\n")
    source = open_source(path, ReadOptions(delimiter=";", header=False))
    assert cells_of(source) == [["__label__a", "One."], ["__label__b", "Two."]]

"""Answers of Prodigy that came by way of a table, whose lists are texts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from data.annotations.exports import CHEFS, STORM, WIDOW, ask, lines
from multitag.config import TableConfig
from multitag.data.annotations.columns import AnnotationColumns
from multitag.data.read import inspect_table
from multitag.data.table import check_trainable
from multitag.errors import DataError

Write = Callable[[str, str], Path]


@pytest.mark.parametrize("first", ["\"['War', 'Drama']\"", '"[""War"", ""Drama""]"', "\"['War' 'Drama']\""])
def test_lists_in_cells_of_text_are_lists(first: str, write: Write) -> None:
    rows = f"{STORM},{first},accept\n{CHEFS},\"['Comedy']\",accept\n{WIDOW},,accept\n"
    table = inspect_table(write("x.csv", f"text,accept,answer\n{rows}"), TableConfig())[1]
    assert table is not None
    assert table.labels == (("War", "Drama"), ("Comedy",), ())


@pytest.mark.parametrize("cell", ["War;Drama", "War", "[War, Drama]", "['War', __import__('os')]"])
def test_what_is_no_list_is_refused(cell: str, write: Write) -> None:
    path = write("x.csv", f'text,accept,answer\n{STORM},"{cell}",accept\n')
    with pytest.raises(DataError, match="it cannot be read: 'accept': "):
        inspect_table(path, TableConfig())


@pytest.mark.parametrize(
    "record",
    [
        {"text": STORM, "label": "['War', 'Drama']", "answer": "accept"},
        {"id": 1, "text": STORM, "label": ["['War', 'Drama']"]},
        {"text": STORM, "cats": {"['War', 'Drama']": 1}},
    ],
)
def test_a_list_is_no_name_of_a_label_in_any_export(record: dict[str, object], write: Write) -> None:
    with pytest.raises(DataError, match="got the text of a list"):
        inspect_table(write("x.jsonl", lines([record])), TableConfig())


def test_one_answer_a_label_is_no_agreement(write: Write) -> None:
    rows = [ask(STORM, "War", "accept"), ask(STORM, "Drama", "reject"), ask(CHEFS, "Drama", "accept")]
    source, table, _ = inspect_table(write("x.jsonl", lines(rows)), TableConfig())
    assert table is not None
    assert isinstance(table.shape, AnnotationColumns)
    assert table.shape.agreement is None
    assert [*map(str, source.columns["label"])] == ["War", "Drama"]


def test_agreement_is_of_labels_that_were_answered_twice(write: Write) -> None:
    rows = [ask(STORM, "War", "accept"), ask(STORM, "War", "accept"), ask(CHEFS, "Drama", "accept")]
    table = inspect_table(write("x.jsonl", lines(rows)), TableConfig())[1]
    assert table is not None
    assert isinstance(table.shape, AnnotationColumns)
    assert table.shape.agreement == {"War": None}
    assert table.shape.unknown_words == "not judged by anybody"
    with pytest.raises(DataError, match="are not judged by anybody; left out"):
        check_trainable(table, keep_unlabelled=True)

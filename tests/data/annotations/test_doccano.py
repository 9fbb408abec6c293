"""doccano's labels are told from ids and vectors, and its mark between labels from one within a name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import multitag
from data.annotations.exports import CHEFS, STORM, WIDOW, lines
from multitag.config import TableConfig
from multitag.data.read import inspect_table
from multitag.errors import DataError

Write = Callable[[str, str], Path]
TEXTS = (STORM, CHEFS, WIDOW)


def labelled(*cells: object, **more: object) -> str:
    pairs = zip(TEXTS, cells, strict=True)
    return lines([{"id": number, "text": text, "label": cell, **more} for number, (text, cell) in enumerate(pairs)])


def csv(*cells: str) -> str:
    rows = "".join(f'{n},{text},"{cell}",\n' for n, (text, cell) in enumerate(zip(TEXTS, cells, strict=True)))
    return f"id,text,label,Comments\n{rows}"


@pytest.mark.parametrize("more", [{}, {"Comments": []}])
def test_vectors_are_no_labels_of_doccano(more: dict[str, object], write: Write) -> None:
    path = write("x.jsonl", labelled([1, 0, 1], [0, 1, 0], [0, 0, 0], **more))
    with pytest.raises(DataError, match="--label-names"):
        multitag.read_table(path, text="text", labels="label")
    suggestion = inspect_table(path, TableConfig())[2]
    assert suggestion is not None
    assert "vectors of 3 places" in suggestion.doubts[0]


def test_lists_of_ids_are_those_of_a_table(write: Write) -> None:
    path = write("x.jsonl", labelled([3, 4], [4], [0, 3]))
    suggestion = inspect_table(path, TableConfig())[2]
    assert suggestion is not None
    assert "the labels in column 'label' are numbers" in suggestion.notes[0]
    assert multitag.read_table(path, text="text", labels="label").labels == (("3", "4"), ("4",), ("0", "3"))


@pytest.mark.parametrize(
    ("cells", "labels", "told"),
    [
        (("War#Drama", "War", "Drama"), (("War", "Drama"), ("War",), ("Drama",)), None),
        (("C#", "C##Java", "F##C#"), (("C#",), ("C#", "Java"), ("F#", "C#")), "names end with '#'"),
        (("#war", "#war##sea", "sea#sun"), (("#war",), ("#war", "#sea"), ("sea", "sun")), "names begin with '#'"),
    ],
)
def test_names_may_hold_the_mark(
    cells: tuple[str, ...], labels: tuple[tuple[str, ...], ...], told: str | None, write: Write
) -> None:
    table = inspect_table(write("x.csv", csv(*cells)), TableConfig())[1]
    assert table is not None
    assert table.labels == labels
    assert (told or "doccano export") in table.notes[0]
    assert told or "names" not in table.notes[0]


@pytest.mark.parametrize("cells", [("C##Java", "Java", "Java"), ("#war", "C#", "war")])
def test_a_mark_in_names_that_is_in_doubt_is_refused(cells: tuple[str, ...], write: Write) -> None:
    with pytest.raises(DataError, match=r"seems to be part of names too, as in .*; export as JSONL"):
        inspect_table(write("x.csv", csv(*cells)), TableConfig())


def test_a_table_with_comments_and_commas_is_a_table(write: Write) -> None:
    path = write("x.csv", csv("C#", "C#,Java", "Java"))
    assert multitag.read_table(path, text="text", labels="label").labels == (("C#",), ("C#", "Java"), ("Java",))

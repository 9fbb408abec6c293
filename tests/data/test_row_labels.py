"""Soft labels: probabilities where others have 0 and 1, read with --soft and refused without."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from multitag.data.read import read_table
from multitag.data.row_labels import RowLabels, join_rows, of_answers
from multitag.errors import DataError

Write = Callable[[str, str], Path]

SHARES = ((0.9, 0.2), (0.5, 1.0), (0.0, 0.33), (0.4, 0.7))
LABELS = (("A",), ("A", "B"), (), ("B",))


def columns(shares: Any) -> pd.DataFrame:
    rows = [{"text": f"text {number}", "A": a, "B": b} for number, (a, b) in enumerate(shares)]
    return pd.DataFrame(rows)


def cells(write: Callable[[float, float], Any], shares: Any = SHARES) -> pd.DataFrame:
    texts = [f"text {number}" for number in range(len(shares))]
    return pd.DataFrame({"text": texts, "labels": pd.Series([write(*row) for row in shares], dtype=object)})


def objects(a: float, b: float) -> Any:
    return [{"label": "A", "score": a}, {"label": "B", "score": b}]


IN_CELLS: dict[str, tuple[Callable[[float, float], Any], str]] = {
    "dictionaries": (lambda a, b: {"A": a, "B": b}, "a dictionary of label to probability"),
    "JSON": (lambda a, b: json.dumps({"A": a, "B": b}), "a dictionary of label to probability"),
    "objects": (objects, "of objects, named by 'label', with the probability 'score'"),
    "objects as JSON": (lambda a, b: json.dumps(objects(a, b)), "with the probability 'score'"),
    "vectors": (lambda a, b: [a, b], "vectors of probabilities, named by names.txt"),
    "vectors as text": (lambda a, b: f"{a} {b}", "vectors of probabilities, named by names.txt"),
}


def refused(source: Any, *args: Any, **settings: Any) -> str:
    with pytest.raises(DataError) as caught:
        read_table(source, "text", *args, **settings)
    assert len(str(caught.value).splitlines()) == 1
    return str(caught.value)


@pytest.mark.parametrize("named", ["labels", "label_columns"])
def test_columns_of_probabilities(named: str) -> None:
    settings = {named: ["A", "B"]}
    assert "holds probabilities such as 0.9 in column 'A'; train on them as soft labels with --soft" in refused(
        columns(SHARES), **settings
    )
    table = read_table(columns(SHARES), "text", soft=True, **settings)
    assert table.labels == LABELS
    assert table.shares == tuple((("A", a), ("B", b)) for a, b in SHARES)
    assert (table.judged, table.unknown) == ({3}, ())
    assert table.notes[-1] == "DataFrame, columns 'A', 'B': 2 labels are soft; metrics use them at 0.5"
    assert table.lines()[0] == "labels: columns 'A', 'B', one per label, with probabilities (2 labels)"


@pytest.mark.parametrize(("written", "described"), IN_CELLS.values(), ids=IN_CELLS)
def test_probabilities_in_cells(written: Callable[[float, float], Any], described: str, write: Write) -> None:
    names = {"label_names": write("names.txt", "A\nB\n")} if "vectors" in described else {}
    assert "train on them as soft labels with --soft" in refused(cells(written), "labels", **names)
    table = read_table(cells(written), "text", "labels", soft=True, **names)
    assert table.labels == LABELS
    assert table.shares == tuple((("A", a), ("B", b)) for a, b in SHARES)
    assert described in table.lines()[0]


def test_a_column_of_probabilities_alone_is_no_column_of_names() -> None:
    assert "holds probabilities such as 0.9, which are not label names" in refused(columns(SHARES), "A")


@pytest.mark.parametrize("bad", [1.5, 80, -0.2])
def test_what_is_no_share_is_refused_with_its_place(bad: float, write: Write) -> None:
    shares = (*SHARES, (bad, 0.1))
    assert refused(columns(shares), label_columns=["A", "B"], soft=True) == (
        f"DataFrame, row 5, column 'A': expected a probability from 0 to 1, got '{float(bad)}'"
    )
    for form, (written, _) in IN_CELLS.items():
        names = {"label_names": write("names.txt", "A\nB\n")} if "vectors" in form else {}
        said = refused(cells(written, shares), "labels", soft=True, **names)
        assert said.startswith("DataFrame, row 5, column 'labels': expected ")


def test_unknown_cells_among_soft_ones() -> None:
    table = read_table(columns([*SHARES, (None, 0.8), (0.1, -1)]), "text", ["A", "B"], soft=True, unknown="mask")
    assert table.unknown[4:] == (("A",), ("B",))
    assert table.shares[4:] == ((("B", 0.8),), (("A", 0.1),))
    assert table.labels[4:] == (("B",), ())


def test_soft_without_probabilities_is_said() -> None:
    table = read_table(columns([(1, 0), (0, 1)]), "text", ["A", "B"], soft=True)
    assert table.notes[-1].endswith("soft labels were asked for, but no label has a probability between 0 and 1")


def test_a_label_that_never_gets_to_a_half_is_named() -> None:
    frame = columns(SHARES).assign(C=0.3)
    table = read_table(frame, "text", label_columns=["A", "B", "C"], soft=True)
    assert table.notes[-1].endswith("3 labels are soft; metrics use them at 0.5; 'C' never gets there")


def test_one_slip_leaves_its_row_out_and_names_the_option(write: Write) -> None:
    path = write("x.csv", "text,A,B\na,1,0\nb,0.7,1\nc,0,1\nd,1,1\n")
    table = read_table(path, "text", label_columns=["A", "B"])
    assert [row.reason for row in table.left_out] == [
        "expected 0 or 1, true or false, yes or no, got '0.7'; probabilities are read with --soft"
    ]


def test_answers_and_parts_are_joined() -> None:
    answers = of_answers(("A", "B", "C"), (0.7, None, 0.0), soft=False)
    assert answers == RowLabels(("A",), ("B",), (), judged=True)
    assert join_rows([answers, RowLabels(("B",))]) == RowLabels(("A", "B"), (), (), judged=True)
    assert of_answers(("A", "B"), (None, None), soft=True) == RowLabels((), ("A", "B"))
    assert answers.renamed({"A": "War", "B": "Sport"}) == RowLabels(("War",), ("Sport",), (), judged=True)

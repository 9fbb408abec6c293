"""What an audit counts is what pandas and a plain loop count."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from multitag.config import TableConfig
from multitag.data.audit.findings import find_in_table
from multitag.data.audit.table import Audit, Lengths, TableAudit, audit_table
from multitag.data.audit.token_counter import TokenCounts
from multitag.data.build import build_table
from multitag.data.columns import Columns
from multitag.data.duplicates.groups import DuplicateGroups
from multitag.data.readers.source import Source, open_source
from multitag.data.unknown_tokens import UnknownTokens

COLUMNS = TableConfig(text="t", labels="l")


def columns_of(rows: list[tuple[Any, Any]]) -> Columns:
    return Columns(("t", "l"), tuple(zip(*rows, strict=True)) or ((), ()), len(rows))


def audited(rows: list[tuple[Any, Any]]) -> tuple[Audit, TableAudit]:
    columns = columns_of(rows)
    audit = audit_table(columns, build_table(Source("x.csv", columns), COLUMNS))
    assert audit.table is not None
    return audit, audit.table


def test_texts_that_come_again_and_those_with_other_labels() -> None:
    rows = [
        ("A storm", "A"),
        ("a  STORM", "B"),
        ("x", "A,B"),
        ("y", "B"),
        ("X ", "B,A"),
        ("a storm", "A"),
        ("", "A"),
    ]
    audit, table = audited(rows)
    assert (audit.rows, audit.duplicated_rows, table.rows) == (7, 0, 6)
    assert table.duplicated_texts == 3
    assert table.conflicts == ((1, 2, 6),)
    assert table.left_out == ((7, "empty text in column 't'"),)


def test_labels_are_counted() -> None:
    _, table = audited([("a", "A,B"), ("b", "B"), ("c", "B,C,A"), ("d", ""), ("e", "A, B")])
    assert list(table.labels.items()) == [("B", 4), ("A", 3), ("C", 1)]
    assert table.cardinality == pytest.approx(8 / 5)
    assert table.density == pytest.approx(8 / 15)
    assert table.label_sets == 4
    assert table.unlabelled == (4,)
    assert table.pairs == (("A", "B", 3), ("A", "C", 1), ("B", "C", 1))
    assert table.problem == (
        "x.csv, row 4, column 'l': no label; allowed with --allow-unlabelled, left out with --unlabelled drop"
    )


@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        ([], "x.csv, column 't': no row has a text (0 rows read)"),
        (
            [("a", ""), ("b", None)],
            "x.csv, column 'l': no row has a label; expected names with ',' between them",
        ),
        (
            [("a", "A")],
            "x.csv, column 'l': only one label, 'A'; multi-label classification needs at least two",
        ),
        ([("a", "A"), ("b", "B")], None),
    ],
)
def test_a_table_that_cannot_be_trained_on_is_audited_too(
    rows: list[tuple[Any, Any]], problem: str | None
) -> None:
    audit, table = audited(rows)
    assert table.problem == problem
    assert audit.rows == len(rows)
    assert json.loads(json.dumps(audit.to_dict(), allow_nan=False))["table"]["problem"] == problem


def test_figures_without_rows_are_none() -> None:
    _, table = audited([])
    assert (table.cardinality, table.density, table.words, table.tokens, table.pairs) == (
        None,
        None,
        None,
        None,
        (),
    )
    _, table = audited([("a", "")])
    assert (table.cardinality, table.density, table.label_sets) == (0.0, None, 1)


def test_lengths_are_those_of_numpy() -> None:
    lengths = np.array([1, 5, 2, 8, 13, 1])
    assert Lengths.of(lengths) == Lengths(1, 3.5, 5.0, float(np.percentile(lengths, 95)), 13)
    assert Lengths.of(lengths[:0]) is None


def count_characters(texts: Sequence[str]) -> TokenCounts:
    lengths = np.array([len(text) for text in texts])
    return TokenCounts(lengths, UnknownTokens(len(texts), 100, 37, 2))


def test_words_and_tokens_are_counted() -> None:
    columns = columns_of([("one two", "A"), ("three", "B")])
    table = audit_table(
        columns, build_table(Source("x", columns), COLUMNS), count_characters
    ).table
    assert table is not None
    assert table.words == Lengths(1, 1.5, 1.5, 1.95, 2)
    assert table.tokens == Lengths(5, 6.0, 6.0, 6.9, 7)


def test_findings_are_told_to_programs_and_people() -> None:
    rows = [(f"Topic war: a long text, number {i}", "War,Film") for i in range(6)]
    rows += [("x", "film"), ("y", "Peace,film")]
    columns = columns_of(rows)
    audit = audit_table(
        columns, build_table(Source("x.csv", columns), COLUMNS), count_characters,
        min_support=2, max_length=10,
    )  # fmt: skip
    assert audit.table is not None
    findings = {each["kind"]: each for each in json.loads(json.dumps(audit.to_dict()))["table"]["findings"]}
    assert list(findings) == [
        "near_identical_labels", "labels_always_together", "rare_labels", "near_duplicates", "suspected_leakage",
        "texts_beyond_max_length", "unknown_tokens",
    ]  # fmt: skip
    assert findings["unknown_tokens"]["message"] == (
        "37% of the tokens are unknown to minilm (2 of 8 texts wholly); it cannot read these texts; take another "
        "--base-model, such as xlm-roberta-base; training stops at so many, unless --allow-unknown-tokens"
    )
    assert audit.to_dict()["table"]["unknown_tokens"] == {
        "texts": 8, "tokens": 100, "unknown": 37, "wholly_unknown": 2
    }  # fmt: skip
    assert findings["near_identical_labels"]["labels"] == [["Film", "film"]]
    assert findings["rare_labels"]["labels"] == [["Peace"]]
    assert findings["near_duplicates"]["rows"] == [[1, 2, 3, 4, 5, 6]]
    assert findings["texts_beyond_max_length"]["rows"] == [[row] for row in range(1, 7)]
    assert findings["texts_beyond_max_length"]["message"] == (
        "6 of 8 texts have more than 10 tokens; the rest of them is not read"
    )
    assert audit_table(Columns.of({}), None) == Audit(0, (), 0, None)


def test_rows_without_labels_and_columns_that_no_row_has() -> None:
    columns = Columns.of({"t": ["a", "b"], "A": ["x", ""], "B": ["", ""]})
    table = build_table(Source("x.csv", columns), TableConfig(text="t", label_columns=("A", "B")))
    findings = {each.kind: each for each in find_in_table(table, DuplicateGroups.find(["a", "b"]), 1)}
    assert findings["rows_without_labels"].rows == ((2,),)
    assert findings["rows_without_labels"].message == (
        "1 row has no label; where such rows are kept, they are examples of none of the labels"
    )
    assert findings["labels_on_no_row"].labels == (("B",),)


def test_the_sample_agrees_with_a_plain_count() -> None:
    source = open_source("sample")
    frame = pd.DataFrame(dict(zip(source.columns.names, source.columns.cells, strict=True)))
    audit = audit_table(source.columns, build_table(source, TableConfig()))
    table = audit.table
    assert table is not None
    genres = [sorted(cell.split(",")) for cell in frame["Genre"]]
    counts = Counter(genre for row in genres for genre in row)
    assert table.labels == counts
    assert table.cardinality == sum(counts.values()) / 800
    assert table.label_sets == len(set(map(tuple, genres)))
    pairs = Counter(pair for row in genres for pair in combinations(row, 2))
    assert [pair[2] for pair in table.pairs] == [count for _, count in pairs.most_common(10)]
    assert audit.duplicated_rows == frame.duplicated().sum()
    assert table.problem is None


def test_netflix_has_texts_with_different_labels(shared_data: Path) -> None:
    source = open_source(shared_data / "netflix_titles.csv")
    frame = pd.DataFrame(dict(zip(source.columns.names, source.columns.cells, strict=True)))
    built = build_table(source, TableConfig(text="description", labels="listed_in"))
    table = audit_table(source.columns, built).table
    assert table is not None
    folded = frame["description"].str.casefold().str.split().str.join(" ")
    assert table.duplicated_texts == folded.duplicated().sum() > 0
    labels = frame["listed_in"].map(lambda cell: frozenset(cell.split(", ")))
    expected = [
        tuple(group.index + 1) for _, group in labels.groupby(folded, sort=False) if group.nunique() > 1
    ]
    assert sorted(table.conflicts) == sorted(expected)

"""What a pipeline returned is read with its scores, or a note says that they are not."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

import multitag
from data.annotations.exports import CHEFS, STORM, lines
from multitag.config import TableConfig
from multitag.data.read import inspect_table
from multitag.errors import DataError

Write = Callable[[str, str], Path]
FIRST, SECOND = {"label": "POSITIVE", "score": 0.75}, {"label": "NEGATIVE", "score": 0.25}


@pytest.mark.parametrize(
    "rows",
    [
        [{"text": STORM, **FIRST}, {"text": CHEFS, **SECOND}],
        [{"text": STORM, "preds": FIRST}, {"text": CHEFS, "preds": SECOND}],
        [{"text": STORM, "preds": [[FIRST]]}, {"text": CHEFS, "preds": [[SECOND]]}],
    ],
)
def test_the_score_of_a_label_is_its_share(rows: list[dict[str, object]], write: Write) -> None:
    table = inspect_table(write("x.jsonl", lines(rows)), TableConfig())[1]
    assert table is not None
    assert table.shares == ((("POSITIVE", 0.75),), (("NEGATIVE", 0.25),))
    assert table.labels == (("POSITIVE",), ())
    assert table.unknown == (("NEGATIVE",), ("POSITIVE",))
    assert "a model's predictions, not what people said" in table.notes[0]


CSV = f"text,label,score\n{STORM},POSITIVE,0.75\n{CHEFS},NEGATIVE,0.25\n"


def test_scores_of_a_table_that_are_not_read_are_said_to_be_so(write: Write) -> None:
    path = write("x.csv", CSV)
    table = multitag.read_table(path, text="text", labels="label")
    assert table.labels == (("POSITIVE",), ("NEGATIVE",))
    assert any("column 'score' is not read" in note and "--format pipeline" in note for note in table.notes)
    assert not multitag.read_table(path, text="text", labels="label", format="table").notes
    other = write("y.csv", f"text,topic,label,score\n{STORM},War,x,0.75\n{CHEFS},Comedy,y,0.25\n")
    assert not multitag.read_table(other, text="text", labels="topic").notes
    named = inspect_table(path, TableConfig(format="pipeline"))[1]
    assert named is not None
    assert named.shares == ((("POSITIVE", 0.75),), (("NEGATIVE", 0.25),))


@pytest.mark.parametrize("scores", [("17", "3"), ("1", "0"), ("high", "low")])
def test_a_column_of_other_scores_is_nobodys_doubt(scores: tuple[str, str], write: Write) -> None:
    path = write("x.csv", CSV.replace("0.75", scores[0]).replace("0.25", scores[1]))
    assert not multitag.read_table(path, text="text", labels="label").notes
    if scores[0] != "1":
        with pytest.raises(DataError, match="cannot be read: 'score': expected"):
            inspect_table(path, TableConfig(format="pipeline"))


def test_output_without_texts_is_refused_in_one_line(write: Write) -> None:
    rows = [[FIRST, SECOND], [SECOND, FIRST]]
    for path in (write("x.json", json.dumps(rows)), write("x.jsonl", "".join(json.dumps(row) + "\n" for row in rows))):
        with pytest.raises(DataError, match="labels and scores without their texts"):
            inspect_table(path, TableConfig())


def test_pairs_of_spacy_are_texts_with_cats(write: Write) -> None:
    pairs = [[STORM, {"cats": {"War": 1, "Comedy": 0}}], [CHEFS, {"cats": {"War": 0, "Comedy": 1}}]]
    table = inspect_table(write("x.json", json.dumps(pairs)), TableConfig())[1]
    assert table is not None
    assert (table.texts, table.labels) == ((STORM, CHEFS), (("War",), ("Comedy",)))
    assert "spaCy export, 2 texts" in table.notes[0]

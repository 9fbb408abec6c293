"""What several annotators said of a text becomes its labels as the setting says, and how far they agree is measured."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import product
from pathlib import Path

import krippendorff
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.annotations.exports import CHEFS, STORM, WIDOW, annotation, choice, min_row, task
from multitag.config import TableConfig
from multitag.data.annotations.agreement import label_agreement
from multitag.data.annotations.answers import Answer, Judgements, decide
from multitag.data.audit.table import audit_table
from multitag.data.read import inspect_table, read_table
from multitag.data.row_labels import RowLabels
from multitag.errors import DataError

NAMES = ("War", "Drama", "Comedy")
THREE = (Answer(("War", "Drama"), annotator="a"), Answer(("War",), annotator="b"), Answer((), annotator="c"))
TASKS = json.dumps([
    task(1, STORM, *(annotation(choice(*answer.names), by=by) for by, answer in enumerate(THREE[:2], 1))),
    task(2, CHEFS, annotation(choice("Comedy")), annotation(choice("Comedy"), by=2)),
    task(3, WIDOW, annotation(choice("Drama")), annotation(choice("War"), by=2, cancelled=True)),
])  # fmt: skip


@pytest.mark.parametrize(
    ("by", "labels"),
    [
        ("majority", RowLabels(("War",), judged=True)),
        ("auto", RowLabels(("War",), judged=True)),
        ("any", RowLabels(("War", "Drama"), judged=True)),
        ("mean", RowLabels(("War",), (), (("War", 2 / 3), ("Drama", 1 / 3)), judged=True)),
    ],
)
def test_several_annotators_make_labels(by, labels: RowLabels) -> None:
    assert decide(THREE, by, NAMES).labels == labels


def test_a_tie_is_unknown_and_counted() -> None:
    decision = decide(THREE[:2], "majority", NAMES)
    assert decision.labels == RowLabels(("War",), ("Drama",), judged=True)
    assert decision.ties == 1


def test_a_skip_is_no_vote() -> None:
    asked = [Answer(("War",), frozenset({"War"})), Answer((), frozenset({"Drama"}))]
    assert decide(asked, "majority", NAMES).labels == RowLabels(("War",), ("Comedy",), judged=True)


def test_scores_of_a_lone_answer_are_soft_labels_whatever_the_rule() -> None:
    scored = Answer(("War",), frozenset(NAMES[:2]), shares=(("War", 0.7), ("Drama", 0.2)))
    for by in ("majority", "any", "mean"):
        labels = decide([scored], by, NAMES).labels
        assert labels == RowLabels(("War",), ("Comedy",), (("War", 0.7), ("Drama", 0.2)), judged=True)
    plain = decide([scored, Answer(("Drama",))], "any", NAMES).labels
    assert plain == RowLabels(("War", "Drama"), judged=True)


answers = st.lists(
    st.builds(
        lambda names, asked: Answer(tuple(names & asked) if asked is not None else tuple(names), asked),
        st.frozensets(st.sampled_from(NAMES)), st.none() | st.frozensets(st.sampled_from(NAMES), min_size=1),
    ),
    min_size=1, max_size=5,
)  # fmt: skip


@given(answers)
def test_each_label_is_held_unknown_or_refused(said: list[Answer]) -> None:
    """By hand: count who was asked and who gave it."""
    for by in ("majority", "any", "mean"):
        labels = decide(said, by, NAMES).labels
        for name in NAMES:
            votes = [name in answer.names for answer in said if answer.asked is None or name in answer.asked]
            share = sum(votes) / len(votes) if votes else None
            tie = by == "majority" and share == 0.5
            assert (name in labels.unknown) == (share is None or tie)
            at_least = {"majority": 0.5001, "any": 0.0001, "mean": 0.5}[by]
            assert (name in labels.names) == (share is not None and share >= at_least)
            if by == "mean" and share:
                assert dict(labels.shares).get(name, share) == share
        assert labels.judged


def test_agreement_is_that_of_the_matrix_of_annotators() -> None:
    """Krippendorff's own way in: a row an annotator, NaN where one did not answer."""
    rng = np.random.default_rng(0)
    given = rng.integers(0, 2, (4, 30)).astype(float)
    given[rng.random(given.shape) < 0.3] = np.nan
    cells = []
    for unit in given.T:
        said = tuple(Answer(("War",) if vote else (), frozenset({"War"})) for vote in unit if vote == vote)
        cells.append(Judgements(said or (Answer((), frozenset({"Drama"})),)))
    agreement = label_agreement(cells)
    assert agreement is not None
    expected = krippendorff.alpha(reliability_data=given, level_of_measurement="nominal")
    assert agreement["War"] == pytest.approx(expected)
    assert label_agreement([Judgements((answer,)) for answer in THREE]) is None


def test_agreement_where_all_answers_are_alike_is_not_defined() -> None:
    both = Judgements((Answer(("War",)), Answer(("War",))))
    assert label_agreement([both, both]) == {"War": None}


def test_a_run_says_what_became_of_several_annotators(write: Callable[[str, str], Path]) -> None:
    path = write("tasks.json", TASKS)
    opened, table, _ = inspect_table(path, TableConfig())
    assert table is not None
    assert table.labels == (("War",), ("Comedy",), ("Drama",))
    (note,) = [note for note in table.notes if "annotators answered" in note]
    assert note == (
        "tasks.json: 2 annotators answered 2 rows more than once: a label holds where most of those asked gave it; "
        "1 tie is unknown; --annotators any or mean decides otherwise"
    )
    agreement = audit_table(opened.columns, table).table.agreement
    assert agreement is not None
    assert agreement["Comedy"] == 1.0
    assert agreement["Drama"] == pytest.approx(0.0)
    assert table.shape.facts()["agreement"] == agreement
    settled = inspect_table(path, TableConfig(annotators="any"))[1]
    assert settled is not None
    assert settled.labels[0] == ("War", "Drama")
    assert "a label holds where anybody gave it" in settled.notes[-1]
    assert "--annotators" not in settled.notes[-1]


def test_rows_of_one_task_are_its_annotators(write: Callable[[str, str], Path]) -> None:
    """JSON-MIN has a row an annotation; the later one of the same annotator counts."""
    rows = [
        min_row(number, text, topic, by=by)
        for (number, text), (by, topic) in product(((1, STORM), (2, CHEFS)), ((1, "War"), (2, "Drama"), (1, "Drama")))
    ]
    table = inspect_table(write("min.json", json.dumps(rows)), TableConfig(annotators="majority"))[1]
    assert table is not None
    assert table.labels == (("Drama",), ("Drama",))
    assert (table.n_rows_source, len(table.left_out)) == (6, 4)


def test_strict_refuses_what_is_lost_and_not_what_is_joined(write: Callable[[str, str], Path]) -> None:
    rows = [min_row(1, STORM, "War"), min_row(1, STORM, "War", by=2), min_row(2, CHEFS, "Drama")]
    table = read_table(write("min.json", json.dumps(rows)), strict=True, labels="topic", text="text")
    assert table.labels == (("War",), ("Drama",))
    skipped = json.dumps([*json.loads(TASKS), task(4, "skipped", annotation(cancelled=True))])
    with pytest.raises(DataError, match=r"^tasks.json, row 4: every annotator skipped this task; refused by --strict"):
        read_table(write("tasks.json", skipped), strict=True)


def test_scores_are_said_to_be_soft_labels(write: Callable[[str, str], Path]) -> None:
    rows = [{"text": STORM, "cats": {"War": 0.9}}, {"text": CHEFS, "cats": {"War": 0.0}}]
    table = inspect_table(write("x.json", json.dumps(rows)), TableConfig())[1]
    assert table is not None
    told = "1 row has scores, which are soft labels: learned as they are, counted from 0.5 on"
    assert table.notes[-1] == f"x.json: {told}"

"""What each tool exports is recognised, read as it was meant, and every row accounted for."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import multitag
from data.annotations.exports import (
    CHEFS,
    LABEL_STUDIO,
    PRODIGY_BINARY,
    SAMPLES,
    STORM,
    U2,
    WIDOW,
    Sample,
    annotation,
    ask,
    choice,
    choose,
    lines,
    min_row,
    record,
    says,
    task,
)
from multitag.config import TableConfig
from multitag.data.left_out import count_kinds
from multitag.data.read import inspect_table, settings_of_bundle
from multitag.data.table import Table
from multitag.errors import DataError

Write = Callable[[str, str | bytes], Path]


def read(path: Path, **settings: object) -> Table:
    table = inspect_table(path, TableConfig(**settings))[1]
    assert table is not None
    return table


def refused(path: Path, **settings: object) -> str:
    with pytest.raises(DataError) as caught:
        read(path, **settings)
    message = str(caught.value)
    assert message.isprintable()
    return message


@pytest.mark.parametrize("format", ["auto", "named"])
@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_an_export_is_read_without_columns_being_named(sample: Sample, format: str, write: Write) -> None:
    path = write(sample.name, sample.content)
    table = read(path, format="auto" if format == "auto" else sample.tool)
    assert dict(zip(table.texts, map(sorted, table.labels), strict=True)) == {
        text: sorted(names) for text, names in sample.labels.items()
    }
    assert count_kinds(table.left_out) == sample.left_out
    assert table.n_rows_source == len(table) + len(table.left_out)
    assert len({*table.rows, *(row.row for row in table.left_out)}) == table.n_rows_source
    note = table.notes[0]
    assert note.startswith(f"{path.name}: ")
    assert all(f"{count} {kind}" in note for kind, count in sample.left_out.items())


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_columns_that_are_named_are_found_and_those_of_the_bundle_too(sample: Sample, write: Write) -> None:
    path = write(sample.name, sample.content)
    table = read(path)
    text, labels = table.text_columns.names, table.shape.columns
    format = sample.tool if sample.name == "output.jsonl" else "auto"  # whose columns have names of their own
    again = multitag.read_table(path, text=text, labels=labels, format=format, unlabelled="keep", unknown="mask")
    assert (again.texts, again.labels, again.left_out) == (table.texts, table.labels, table.left_out)
    facts = {
        "text_column": text[0], "label_column": labels[0], "label_shape": "annotations", "label_annotators": "any",
    }  # fmt: skip
    assert settings_of_bundle(facts).annotators == "any"


def test_a_row_is_told_by_its_number_in_the_file(write: Write) -> None:
    table = read(write("tasks.json", LABEL_STUDIO))
    assert table.rows == (1, 2, 3)
    assert [(row.row, row.reason) for row in table.left_out] == [
        (4, "every annotator skipped this task"), (5, "nobody has annotated this task"),
    ]  # fmt: skip


def test_a_nested_name_is_that_of_the_task(write: Write) -> None:
    path = write("tasks.json", LABEL_STUDIO)
    assert read(path, text="data.text", labels="topic").labels == read(path).labels


def test_nothing_chosen_is_an_answer_and_not_a_gap(write: Write) -> None:
    """A row that was judged to have no label is not one that nobody looked at."""
    opened, table, _ = inspect_table(write("tasks.json", LABEL_STUDIO), TableConfig())
    assert table is not None
    assert [table.shape.read([cell]).judged for cell in opened.columns["topic"]] == [True, True, True]


def test_predictions_are_not_answers(write: Write) -> None:
    table = read(write("tasks.json", LABEL_STUDIO))
    assert "Wrong" not in {name for names in table.labels for name in names}


def test_a_rejected_label_is_no_and_others_are_unknown(write: Write) -> None:
    opened, table, _ = inspect_table(write("binary.jsonl", PRODIGY_BINARY), TableConfig())
    assert table is not None
    told = {
        text: table.shape.read([cell]) for text, cell in
        zip(opened.columns["text"], opened.columns["label"], strict=True)
    }  # fmt: skip
    assert told[STORM].names == ("War", "Drama")
    assert told[STORM].unknown == ("Comedy",)  # ignored
    assert told[CHEFS] == (("Comedy",), ("Drama",), (), True)  # War was refused
    assert set(told[WIDOW].unknown) == {"War", "Comedy"}
    assert table.shape.label_names == ("War", "Drama", "Comedy")


def test_labels_that_were_no_option_are_unknown(write: Write) -> None:
    few = {**choose(CHEFS, "Comedy"), "options": [{"id": "Comedy", "text": "Funny"}]}
    opened, table, _ = inspect_table(write("x.jsonl", lines([choose(STORM, "War"), few])), TableConfig())
    assert table is not None
    first, second = (table.shape.read([cell]) for cell in opened.columns["accept"])
    assert (first.unknown, set(second.unknown)) == ((), {"War", "Drama"})


def test_options_numbered_by_prodigy_have_their_texts(write: Write) -> None:
    options = [{"id": 0, "text": "War"}, {"id": 1, "text": "Drama"}]
    rows = [{**choose(STORM), "options": options, "accept": [1]}, {**choose(CHEFS), "options": options, "accept": [0]}]
    assert read(write("x.jsonl", lines(rows))).labels == (("Drama",), ("War",))


def test_annotators_of_doccano_have_a_file_each(write: Write) -> None:
    paths = [
        write("ann.jsonl", lines([{"id": 1, "text": STORM, "label": ["War"], "Comments": []}])),
        write("bob.jsonl", lines([{"id": 1, "text": STORM, "label": ["Drama"], "Comments": []}])),
    ]
    table = inspect_table(paths, TableConfig(annotators="any"))[1]
    assert table is not None
    assert table.labels == (("War", "Drama"),)


SPANS = {"value": {"start": 0, "end": 4, "labels": ["PER"]}, "from_name": "ner", "to_name": "text", "type": "labels"}


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("x.json", json.dumps([task(1, STORM, annotation(SPANS))]), "results of type 'labels'"),
        ("x.json", json.dumps([task(1, STORM)]), "got no result"),
        ("x.json", json.dumps([task(1, STORM, annotation(choice("A"), choice("B", question="tone")))]),
         "which holds the labels, 'topic', 'tone'? name it with --labels"),
        ("x.json", json.dumps([{"data": {"title": "a", "plot": "b"}, "annotations": [annotation(choice("A"))]}]),
         "which holds the text, 'title', 'plot'? name it with --text"),
        ("x.jsonl", lines([{"id": 1, "text": STORM, "label": [[0, 4, "PER"]], "Comments": []}]), "only whole texts"),
        ("x.jsonl", lines([{"text": STORM, "spans": [], "answer": "accept", "_task_hash": 1}]), "spans are not labels"),
        ("x.jsonl", lines([ask(STORM, "War", "ignore")]), "got none that was accepted"),
        ("x.json", json.dumps([record(STORM, {"stars": [{"value": 4, "user_id": U2}]})]), "the questions are 'stars'"),
        ("x.jsonl", lines([{"label": "War", "score": 0.5}]), "without their texts"),
        ("x.json", json.dumps([{"sequence": "a", "labels": ["b"], "scores": [1.5]}]), "a score from 0 to 1, got 1.5"),
    ],
)  # fmt: skip
def test_what_is_recognised_but_not_understood_stops_the_run(name: str, content: str, told: str, write: Write) -> None:
    message = refused(write(name, content))
    assert told in message
    assert message.endswith("--format table reads it as it stands")


def test_another_format_settles_it(write: Write) -> None:
    path = write("tasks.json", LABEL_STUDIO)
    assert inspect_table(path, TableConfig(format="table"))[0].columns.names[:3] == ("id", "data", "annotations")
    assert "expected a key 'cats'" in refused(path, format="spacy")


def test_cells_that_are_described_are_read_as_described(write: Write) -> None:
    """Whoever says how cells hold labels means a table: two rows of one task stay two."""
    rows = [min_row(1, STORM, {"choices": ["War"]}), min_row(1, STORM, {"choices": ["Drama"]}, by=2)]
    path = write("min.json", json.dumps(rows))
    assert read(path, text="text", labels="topic", label_key="choices").labels == (("War",), ("Drama",))
    assert len(read(path)) == 1


def test_other_columns_of_an_export_may_be_the_labels(write: Write) -> None:
    rows = [{"text": STORM, "cats": {"A": 1}, "genre": "War"}, {"text": CHEFS, "cats": {"B": 1}, "genre": "Comedy"}]
    path = write("x.jsonl", lines(rows))
    assert read(path, text="text", labels="genre").labels == (("War",), ("Comedy",))


def test_half_a_character_in_a_label_is_refused_in_one_line(write: Write) -> None:
    message = refused(write("x.json", json.dumps([task(1, STORM, annotation(choice("\ud800")))])))
    assert "half of a surrogate pair" in message


@pytest.mark.parametrize("depth", [100, 900, 5000, 100_000])
def test_deep_nesting_does_not_crash(depth: int, write: Write) -> None:
    deep = "[" * depth + "]" * depth
    for content in (
        LABEL_STUDIO.replace("1.5", deep), LABEL_STUDIO.replace('"War"', deep),
        f'[{{"text": "a", "labels": ["b"], "meta": {deep}}}]', f'[{{"text": "a", "cats": {{"b": {deep}}}}}]',
    ):  # fmt: skip
        path = write("deep.json", content)
        try:
            inspect_table(path, TableConfig(), path.with_name("bad.csv"))
        except DataError as error:
            assert str(error).isprintable()


ODD = st.sampled_from([
    None, True, 0, -1, 1.5, 10**400, float("nan"), "", " ", "x", "\ud800", "{", '{"choices": 1}', [], [[]],
    ["a", ["b"]], [None], {}, {"": None}, {"choices": [["a"]]}, {"value": {}}, [{}], [{"label": 1, "score": "a"}],
    {"a": {"b": "c"}},
])  # fmt: skip


def damaged(value: Any, draw: st.DrawFn) -> Any:
    """Return a value of JSON with something else at one place in it, or without that place."""
    if isinstance(value, (dict, list)) and value and draw(st.integers(0, 4)):
        key = draw(st.sampled_from(sorted(value) if isinstance(value, dict) else range(len(value))))
        changed = value.copy()
        if draw(st.integers(0, 9)):
            changed[key] = damaged(value[key], draw)
        else:
            del changed[key]
        return changed
    return draw(ODD)


@pytest.mark.parametrize(
    "sample", [each for each in SAMPLES if not each.name.endswith("csv")], ids=lambda sample: sample.name
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_is_within_it_is_read_or_refused(sample: Sample, data: st.DataObject, write: Write) -> None:
    is_list = sample.name.endswith("json")
    records = json.loads(sample.content) if is_list else [json.loads(line) for line in sample.content.splitlines()]
    content = data.draw(st.composite(lambda draw: damaged(records, draw))())
    path = write("x.json", json.dumps(content))
    for format in ("auto", sample.tool):
        try:
            _, table, _ = inspect_table(path, TableConfig(format=format))
        except DataError as error:
            assert str(error).isprintable()
            assert len(str(error)) < 2000
            continue
        for name in {name for names in table.labels for name in names} if table else ():
            name.encode()


def test_users_of_argilla_are_annotators(write: Write) -> None:
    both = record(STORM, {"topic": [says("War", "Drama"), says("War", user=U2)]})
    table = read(write("x.json", json.dumps([both])), annotators="any")
    assert table.labels == (("War", "Drama"),)
    assert "2 annotators answered 1 row more than once" in " ".join(table.notes)


def test_a_later_answer_of_an_annotator_replaces_the_earlier_one_and_is_counted(write: Write) -> None:
    both = task(1, STORM, annotation(choice("War")), annotation(choice("Drama")), annotation(choice("War"), by=2))
    table = read(write("x.json", json.dumps([both, task(2, CHEFS, annotation(choice("Comedy")))])), annotators="any")
    assert table.labels == (("Drama", "War"), ("Comedy",))
    assert "1 answer is replaced by a later one of the same annotator" in table.notes[0]
    assert "replaced" not in read(write("y.json", LABEL_STUDIO)).notes[0]


def test_annotators_of_a_plain_table_are_said_to_change_nothing(write: Write) -> None:
    path = write("x.csv", f"text,label\n{STORM},War\n{CHEFS},Comedy\n")
    (note,) = read(path, text="text", labels="label", annotators="any").notes
    assert note.endswith("--annotators any changes nothing: these labels are no answers of several annotators")
    assert not read(path, text="text", labels="label").notes


def test_a_tie_is_not_said_to_be_judged_by_nobody(write: Write) -> None:
    path = write("x.json", json.dumps([
        task(1, STORM, annotation(choice("War")), annotation(choice("Drama"), by=2)),
        task(2, CHEFS, annotation(choice("Comedy"))), task(3, WIDOW, annotation(choice("War"))),
    ]))  # fmt: skip
    with pytest.raises(DataError, match=r"2 cells of 2 labels .* are not judged by anybody, or tied; left out"):
        multitag.read_table(path)

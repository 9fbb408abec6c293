from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from multitag.config import Config
from multitag.data.left_out import REPEATED_HEADER, WITHOUT_TEXT, LeftOut
from multitag.data.read import load_table, read_table, settings_of_bundle
from multitag.data.task import Task
from multitag.errors import DataError
from multitag.jobs.train.facts import data_facts, split_facts
from multitag.jobs.train.notes import task_notes
from multitag.labels import UNKNOWN

CONFIG = Config().override(validation_size=12, test_size=10, seed=0)


@pytest.fixture(scope="module")
def task(table) -> Task:
    return Task.prepare(table, CONFIG)


def test_each_row_is_on_one_side_with_its_own_text_and_labels(task, table):
    assert {side: len(task.rows(side)) for side in ("train", "validation", "test")} == {
        "train": 38, "validation": 12, "test": 10,
    }  # fmt: skip
    seen = np.concatenate([task.rows(side) for side in ("train", "validation", "test")])
    assert sorted(seen) == list(range(len(table)))
    for side in ("train", "validation", "test"):
        decoded = task.label_set.decode(task.y_true(side))
        for index, text, names in zip(task.rows(side), task.texts(side), decoded, strict=True):
            assert text == table.texts[index]
            assert set(names) == set(table.labels[index])


def test_labels_on_no_training_row_still_have_their_column(task, table):
    assert task.label_set.names == tuple(sorted({name for names in table.labels for name in names}))
    for column, name in enumerate(task.label_set.names):
        counts = task.label_counts()[name]
        assert sum(counts.values()) == task.y[:, column].sum() > 0


def test_facts_for_the_manifest(task, table):
    assert split_facts(task, CONFIG) == {"method": "stratified", "train": 38, "validation": 12, "test": 10}
    facts = data_facts(task, CONFIG)
    assert facts["fingerprint"] == table.fingerprint()
    assert (facts["source"], facts["text_column"], facts["label_column"]) == ("sample", "Description", "Genre")
    assert (facts["rows"], facts["rows_used"], facts["left_out"]) == (60, 60, [])


def test_rows_that_were_left_out_are_noted(table):
    left_out = (
        LeftOut("sample", 7, "Description", WITHOUT_TEXT, "empty text in column 'Description'"),
        LeftOut("sample", 9, None, REPEATED_HEADER, "repeats the header"),
    )
    task = Task.prepare(replace(table, left_out=left_out, n_rows_source=62), CONFIG)
    line = "62 rows read: 60 used, 2 left out (1 without text, 1 repeating the header)"
    assert task_notes(task)[-1] == line
    facts = data_facts(task, CONFIG)
    assert (facts["summary"], facts["rows_left_out"]) == (line, {"without text": 1, "repeating the header": 1})
    assert facts["left_out"] == [[7, "empty text in column 'Description'"], [9, "repeats the header"]]


def test_separate_tables_are_sides_as_they_are(table):
    def part(start, end, source):
        return replace(
            table, texts=table.texts[start:end], labels=table.labels[start:end], source=source,
            rows=tuple(range(1, end - start + 1)), n_rows_source=end - start,
        )  # fmt: skip

    main, validation, test = part(0, 40, "a.csv"), part(40, 48, "b.csv"), part(47, 60, "c.csv")
    task = Task.prepare(main, CONFIG, validation=validation, test=test)
    assert split_facts(task, CONFIG) == {"method": "stratified", "train": 40, "validation": 8, "test": 13}
    assert task.texts("test") == list(test.texts)
    assert task.split.to_dict(task.table.rows)["test"] == list(range(49, 62))
    assert [task.table.place(row) for row in (1, 48, 49)] == ["a.csv, row 1", "b.csv, row 8", "c.csv, row 1"]
    facts = data_facts(task, CONFIG)
    assert (facts["source"], facts["validation_source"], facts["test_source"]) == ("a.csv", "b.csv", "c.csv")
    assert not any("texts are training texts" in note for note in task_notes(task))
    again = Task.prepare(main, CONFIG, test=part(38, 44, "c.csv"))
    assert len(again.rows("validation")) == 12  # drawn from the main table
    assert len(again.rows("train")) == 28
    (note,) = [note for note in task_notes(again) if "texts are training texts" in note]
    assert note.endswith("of 6 test texts are training texts too, or nearly: their figures say little of new texts")


@pytest.mark.parametrize("rare", ["keep", "drop", "merge:Other"])
def test_rare_labels_are_settled_and_said(table, rare):
    counts = Counter(name for names in table.labels for name in names)
    few = {name for name, count in counts.items() if count < 5}
    assert few
    task = Task.prepare(table, CONFIG.override(rare=rare))
    kept = set(counts) - few
    assert set(task.label_set.names) == {"keep": set(counts), "drop": kept, "merge:Other": {*kept, "Other"}}[rare]
    done = {"keep": "kept", "drop": "dropped", "merge:Other": "merged into 'Other'"}[rare]
    assert any(note.startswith(f"labels on fewer than 5 rows, {done}: ") for note in task_notes(task))
    assert data_facts(task, CONFIG)["rare_labels"] == {
        "min_support": 5, "policy": rare, "labels": {name: counts[name] for name in sorted(few)},
    }  # fmt: skip
    if rare == "merge:Other":
        merged = [bool(few & set(names)) for names in table.labels]
        assert task.y[:, task.label_set.label2id["Other"]].astype(bool).tolist() == merged


@pytest.mark.parametrize("names", [(), ("Drama",)])
def test_fewer_than_two_labels_are_no_multi_label_task(names, table):
    with pytest.raises(DataError, match=r"^sample: multi-label classification needs at least two labels, got \["):
        Task.prepare(replace(table, labels=(names,) * len(table)), CONFIG)


def test_findings_about_texts_and_labels_are_noted(table):
    texts = (table.texts[1].upper(), *table.texts[1:])
    labels = (("Drama", "drama"), *table.labels[1:])
    notes = task_notes(Task.prepare(replace(table, texts=texts, labels=labels), CONFIG))
    assert "1 row repeats the text of an earlier row, ignoring case and spaces: rows 1 = 2" in notes
    assert "labels that differ only in case, spaces, hyphens or accents: 'Drama' = 'drama'" in notes
    assert not any("training texts too" in note for note in notes)


def test_near_duplicates_stay_on_one_side_unless_they_are_not_wanted(table):
    texts = tuple(text + " And more." * (index % 2) for text in table.texts[:30] for index in (0, 1))
    split = Task.prepare(replace(table, texts=texts), CONFIG).split
    for rows in split.sides().values():
        assert (rows[::2] + 1 == rows[1::2]).all()
    apart = Task.prepare(replace(table, texts=texts), CONFIG.override(near_duplicates="ignore")).split
    assert any(len(rows) % 2 or (rows[::2] + 1 != rows[1::2]).any() for rows in apart.sides().values())


def test_held_out_rows_of_a_form_that_most_rows_follow_are_counted(table):
    texts = tuple(f"Your order {i} has been shipped and will arrive within three days." for i in range(len(table)))
    notes = task_notes(Task.prepare(replace(table, texts=texts), CONFIG))
    said = "of 10 test texts are training texts too, or nearly: their figures say little of new texts"
    assert any(said in note for note in notes)


def judged(n_rows=40):
    """Forty rows of three labels, of which some were not judged; one label is rare."""
    random = np.random.default_rng(0)
    cells = random.choice(["1", "0", ""], (n_rows, 4), p=[0.4, 0.4, 0.2])
    cells[:, 2:] = np.where(random.random((n_rows, 2)) < 0.1, "1", np.where(random.random((n_rows, 2)) < 0.2, "", "0"))
    return pd.DataFrame(cells, columns=list("ABCD")).assign(text=[f"text {number}" for number in range(n_rows)])


def expected(cells):
    return np.select([cells == "1", cells == ""], [1, UNKNOWN], 0)


@pytest.mark.parametrize("folds", [None, 3])
def test_labels_that_nobody_judged_are_unknown(folds):
    frame = judged()
    table = read_table(frame, "text", label_columns=list("ABCD"), unknown="mask")
    task = Task.prepare(table, Config().override(folds=folds, min_support=1))
    rows = [row - 1 for row in table.rows]
    np.testing.assert_array_equal(task.y, expected(frame[list("ABCD")].to_numpy())[rows])
    assert (task.y.dtype, task.soft) == (np.int8, None)
    for column, name in enumerate("ABCD"):
        assert sum(task.label_counts()[name].values()) == (task.y[:, column] == 1).sum()


@pytest.mark.parametrize("policy", ["drop", "merge:Other"])
def test_rare_labels_that_nobody_judged_stay_unknown(policy):
    frame = judged()
    table = read_table(frame, "text", label_columns=list("ABCD"), unknown="mask")
    task = Task.prepare(table, Config().override(min_support=12, rare=policy))
    cells = frame[list("ABCD")].to_numpy()[[row - 1 for row in table.rows]]
    assert {*task.rare.counts} == {"C", "D"}
    np.testing.assert_array_equal(task.y[:, :2], expected(cells[:, :2]))
    if policy == "drop":
        assert task.label_set.names == ("A", "B")
        return
    assert task.label_set.names == ("A", "B", "Other")
    rare = cells[:, 2:]
    merged = np.select([(rare == "1").any(axis=1), (rare == "").any(axis=1)], [1, UNKNOWN], 0)
    np.testing.assert_array_equal(task.y[:, 2], merged)


def test_soft_labels_are_learned_and_measured_on_at_a_half():
    shares = np.random.default_rng(0).choice([0.0, 0.2, 0.5, 0.8, 1.0, np.nan], (40, 3))
    frame = pd.DataFrame(shares, columns=list("ABC")).assign(text=[f"text {number}" for number in range(40)])
    table = read_table(frame, "text", label_columns=list("ABC"), soft=True, unknown="mask")
    task = Task.prepare(table, Config().override(min_support=1))
    assert task.soft is not None
    rows = [row - 1 for row in table.rows]
    np.testing.assert_array_equal(task.soft, shares[rows].astype(np.float32))
    np.testing.assert_array_equal(task.y == UNKNOWN, np.isnan(task.soft))
    np.testing.assert_array_equal(task.y == 1, task.soft >= 0.5)
    merged = Task.prepare(table, Config().override(min_support=int((task.y == 1).sum(axis=0).max()), rare="merge:Z"))
    np.testing.assert_array_equal(np.isnan(merged.soft), merged.y == UNKNOWN)


def test_a_separate_table_brings_its_own_unknown_labels():
    table = read_table(judged(), "text", label_columns=list("ABCD"), unknown="mask")
    plain = read_table(judged().replace("", "0"), "text", label_columns=list("ABCD"))
    task = Task.prepare(plain, Config().override(validation_size=0, min_support=1), test=table)
    assert (task.y_true("train") >= 0).all()
    assert (task.y_true("test") == UNKNOWN).any(axis=0).all()
    assert task.table.judged == plain.judged | {len(plain) + row for row in table.judged}


def test_what_is_not_known_is_part_of_the_fingerprint():
    columns = list("ABCD")
    masked = read_table(judged(), "text", label_columns=columns, unknown="mask")
    no = read_table(judged(), "text", label_columns=columns, unknown="no")
    assert masked.labels == no.labels
    assert masked.fingerprint() != no.fingerprint()
    assert no.fingerprint() == read_table(judged().replace("", "0"), "text", label_columns=columns).fingerprint()


def test_a_bundle_remembers_how_unknown_and_soft_labels_were_read():
    shares = pd.DataFrame({"text": list("abcdefghijkl"), "A": [0.7, 0.1, ""] * 4, "B": [0.2, 0.9, 1.0] * 4})
    table = read_table(shares, "text", label_columns=["A", "B"], soft=True, unknown="mask")
    data = settings_of_bundle(data_facts(Task.prepare(table, Config()), Config()))
    assert (data.soft, data.unknown) == (True, "mask")
    assert load_table(shares, data).shares == table.shares
    assert settings_of_bundle(data_facts(Task.prepare(table, Config()), Config()), unknown="no").unknown == "no"

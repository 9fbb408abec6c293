from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from multitag.config import Config
from multitag.data.task import Task
from multitag.errors import DataError

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
    assert task.split_facts() == {"method": "stratified", "train": 38, "validation": 12, "test": 10}
    facts = task.data_facts()
    assert facts["fingerprint"] == table.fingerprint()
    assert (facts["source"], facts["text_column"], facts["label_column"]) == ("sample", "Description", "Genre")
    assert (facts["rows"], facts["rows_used"], facts["left_out"]) == (60, 60, [])


def test_rows_that_were_left_out_are_noted(table):
    left_out = ((7, "empty text in column 'Description'"), (9, "repeats the header"))
    one, two = (Task.prepare(replace(table, left_out=left_out[:count]), CONFIG).notes()[-1] for count in (1, 2))
    assert one == "row 7 of 60 left out: empty text in column 'Description'"
    assert two == "row 7 and 1 more of 60 left out: empty text in column 'Description'"
    assert Task.prepare(replace(table, left_out=left_out), CONFIG).data_facts()["left_out"] == [
        list(each) for each in left_out
    ]


@pytest.mark.parametrize("names", [(), ("Drama",)])
def test_fewer_than_two_labels_are_no_multi_label_task(names, table):
    with pytest.raises(DataError, match=r"^sample: multi-label classification needs at least two labels, got \["):
        Task.prepare(replace(table, labels=(names,) * len(table)), CONFIG)

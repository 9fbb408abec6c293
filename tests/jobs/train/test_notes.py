from __future__ import annotations

import numpy as np

from multitag.data.split.folds import NO_FOLD
from multitag.data.split.sides import Split
from multitag.jobs.train.notes import fold_notes, split_notes


def make(train: list[int], validation: list[int], test: list[int]) -> Split:
    return Split(*(np.array(side, dtype=np.int64) for side in (train, validation, test)))


def test_notes_name_what_is_left_out_and_what_is_missing() -> None:
    names = ["Drama", "Musical", "War", "Sport"]
    y = np.array([[1, 0, 0, 1], [1, 1, 1, 0], [1, 0, 0, 0], [1, 1, 1, 0]])
    assert split_notes(y, make([0, 1], [3], [2]), names) == [
        "'Sport' is on no validation row: its threshold is not tuned",
        "'Musical', 'War' and 'Sport' are on no test row: their test figures are undefined",
    ]
    assert split_notes(y, make([2, 0], [], [1, 3]), names) == [
        "no validation rows were held out: thresholds are not tuned",
        "'Musical' and 'War' are on no training row: they cannot be learned",
        "'Sport' is on no test row: its test figures are undefined",
    ]
    assert split_notes(y, make([0, 1, 2, 3], [], []), names) == [
        "no validation rows were held out: thresholds are not tuned",
        "no test rows were held out: nothing here was measured on unseen rows",
    ]
    assert split_notes(y, make([2, 0], [1], [3]), names, started=True) == [
        "'Musical' and 'War' are on no training row: only their names say what they are",
        "'Sport' is on no validation row: its threshold is not tuned",
        "'Sport' is on no test row: its test figures are undefined",
    ]
    assert split_notes(np.ones((3, 4), dtype=np.int64), make([0], [1], [2]), names) == []


def test_a_note_lists_ten_labels_and_counts_the_rest() -> None:
    (note,) = split_notes(np.zeros((2, 25), dtype=np.int64), make([0], [], []), [f"L{i}" for i in range(25)])[
        2:
    ]
    assert note.startswith("'L0', 'L1', ")
    assert note.endswith("'L9' and 15 more labels are on no training row: they cannot be learned")


def test_a_label_of_one_fold_only_is_noted():
    y = np.array([[1, 1], [1, 0], [1, 0], [1, 0], [1, 1]])
    fold = np.array([0, 0, 1, 1, NO_FOLD])
    assert fold_notes(y[:, :1], fold, ["Drama"]) == []
    (note,) = fold_notes(y, fold, ["Drama", "War"])
    assert note == "'War' is on the rows of one fold only: the model that it is measured with never saw it"
    y[:, 1] = 0
    assert fold_notes(y, fold, ["Drama", "War"]) == ["'War' is on no training row: it cannot be learned"]
    (note,) = fold_notes(y, fold, ["Drama", "War"], started=True)
    assert note == "'War' is on no training row: only its name says what it is"

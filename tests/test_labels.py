"""LabelSet: names in a fixed order, to multi-hot rows and back, as scikit-learn's binarizer has them."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.preprocessing import MultiLabelBinarizer

from multitag.errors import DataError
from multitag.labels import ROWS_AT_ONCE, UNKNOWN, LabelSet

names = st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(str.strip)
name_lists = st.lists(names, unique=True, min_size=1, max_size=8)
quick = settings(max_examples=50)


@quick
@given(st.data(), name_lists)
def test_decode_undoes_encode(data: st.DataObject, listed: list[str]) -> None:
    labels = LabelSet(tuple(listed))
    rows = data.draw(st.lists(st.lists(st.sampled_from(listed))))
    encoded = labels.encode(rows)
    assert encoded.shape == (len(rows), len(listed))
    assert encoded.dtype == np.int64
    assert labels.decode(encoded) == [tuple(name for name in listed if name in row) for row in rows]
    assert labels.decode(encoded.astype(bool)) == labels.decode(encoded)


@quick
@given(st.lists(st.lists(names, max_size=4), max_size=6))
def test_names_and_arrays_are_those_of_scikit_learn(rows: list[list[str]]) -> None:
    labels = LabelSet.from_rows(rows)
    binarizer = MultiLabelBinarizer()
    assert labels.encode(rows).tolist() == binarizer.fit_transform(rows).tolist()
    assert labels.names == tuple(binarizer.classes_)


@quick
@given(name_lists)
def test_json_keeps_names_and_order(listed: list[str]) -> None:
    labels = LabelSet(tuple(listed))
    assert LabelSet(tuple(json.loads(labels.to_json()))) == labels
    assert json.loads(labels.to_json()) == listed


def test_more_rows_than_are_encoded_at_once_in_a_small_type() -> None:
    labels = LabelSet(("Drama", "War"))
    rows = [("War",), (), ("Drama", "War"), ["Drama"]] * (ROWS_AT_ONCE // 2)
    encoded = labels.encode(rows, np.uint8)
    assert encoded.dtype == np.uint8
    assert encoded[[0, 1, 2, -1, -2, -4]].tolist() == [[0, 1], [0, 0], [1, 1], [1, 0], [1, 1], [0, 1]]


def test_ids_are_columns() -> None:
    labels = LabelSet(("War", "Drama"))
    assert labels.label2id == {"War": 0, "Drama": 1}
    assert labels.id2label == {0: "War", 1: "Drama"}
    assert len(labels) == 2


def test_unknown_labels_are_named_with_the_nearest_known() -> None:
    labels = LabelSet(("Drama", "Sci-Fi", "War"))
    with pytest.raises(DataError) as caught:
        labels.encode([["Drama"], ["Sci-fi", "Opera"], ["Opera"]])
    assert (
        str(caught.value)
        == "2 unknown label(s): 'Opera', 'Sci-fi'; known are 3, such as: 'Drama', 'Sci-Fi', 'War'"
    )
    with pytest.raises(
        DataError, match=r"^1 unknown label.s.: 'Sci-fi'; nearest known to 'Sci-fi': 'Sci-Fi'$"
    ):
        labels.encode([["Sci-fi"]])


@pytest.mark.parametrize(
    ("given_names", "message"),
    [
        (("A", "A", "B"), "label names must be unique; more than once: ['A']"),
        (("A", " "), "label names must be non-empty text, got ['A', ' ']"),
        (("A", 7), "label names must be non-empty text, got ['A', 7]"),
        (("A", ["B"]), "label names must be non-empty text, got ['A', ['B']]"),
    ],
)
def test_names_that_cannot_be_told_apart_are_refused(given_names: tuple[str, ...], message: str) -> None:
    with pytest.raises(DataError) as caught:
        LabelSet(given_names)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([[1, 0, 1]], "expected multi-hot rows of shape (n_rows, 2), got shape (1, 3)"),
        ([1, 0], "expected multi-hot rows of shape (n_rows, 2), got shape (2,)"),
        ([[1], [1, 0]], "expected multi-hot rows of 2 columns each: "),
        ([[0.5, 1]], "multi-hot rows must hold only 0 and 1"),
        ([[float("nan"), 1]], "multi-hot rows must hold only 0 and 1"),
        ([[2, 1]], "multi-hot rows must hold only 0 and 1"),
    ],
)
def test_what_is_not_multi_hot_is_refused(rows: list[list[int]], message: str) -> None:
    with pytest.raises(DataError) as caught:
        LabelSet(("A", "B")).decode(rows)
    assert str(caught.value).startswith(message)


def test_a_row_of_letters_is_not_taken_for_labels() -> None:
    for use in (LabelSet.from_rows, LabelSet(("A", "B")).encode):
        with pytest.raises(DataError, match="expected a list of label names for each row, got the text 'AB'"):
            use(["AB"])


def test_no_rows_and_no_labels_keep_their_shape() -> None:
    assert LabelSet(("A", "B")).encode([]).shape == (0, 2)
    assert LabelSet(("A", "B")).decode(np.zeros((0, 2))) == []
    assert LabelSet(()).encode([[], []]).shape == (2, 0)


def test_what_nobody_judged_is_unknown_and_soft_labels_are_shares() -> None:
    labels = LabelSet(("A", "B", "C"))
    y = labels.encode([["A"], []], np.int8, [["B"], ["A", "not in the set"]])
    assert y.tolist() == [[1, UNKNOWN, 0], [UNKNOWN, 0, 0]]
    soft = labels.encode_shares(y, [[("A", 0.75), ("C", 0.25)], [("B", 0.5), ("not in the set", 1.0)]])
    np.testing.assert_array_equal(soft, np.array([[0.75, np.nan, 0.25], [np.nan, 0.5, 0]], np.float32))

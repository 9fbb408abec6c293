"""Laws of a split: every row on one side, equal texts together, sizes and labels as asked for."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn.model_selection import train_test_split

from multitag.config import SplitConfig
from multitag.data.duplicates.equal import group_texts
from multitag.data.read import read_table
from multitag.data.split.sides import Split, label_counts, split_rows
from multitag.data.table import Table
from multitag.errors import ConfigError, DataError
from multitag.labels import LabelSet

METHODS = ("stratified", "random")
Array = NDArray[np.int64]

sizes = st.one_of(st.just(0), st.integers(1, 8), st.floats(0.01, 0.45))
configs = st.builds(
    SplitConfig, method=st.sampled_from(METHODS), validation_size=sizes, test_size=sizes
)  # fmt: skip


@st.composite
def tables(draw: st.DrawFn, distinct: bool = False) -> tuple[list[str], Array]:
    n_rows, n_labels = draw(st.integers(1, 40)), draw(st.integers(1, 6))
    numbers = (
        range(n_rows) if distinct else draw(st.lists(st.integers(0, 9), min_size=n_rows, max_size=n_rows))
    )
    rows = st.lists(st.integers(0, 1), min_size=n_labels, max_size=n_labels)
    y = draw(st.lists(rows, min_size=n_rows, max_size=n_rows))
    return [f"text {number}" for number in numbers], np.array(y, dtype=np.int64)


def wanted(config: SplitConfig, n_rows: int) -> dict[str, int]:
    shares = {"validation": config.validation_size, "test": config.test_size}
    return {side: int(np.ceil(size * n_rows) if size < 1 else size) for side, size in shares.items()}


@settings(max_examples=60)
@given(tables(), configs, st.integers(0, 2**32 - 1))
def test_a_split_covers_all_rows_once_and_keeps_equal_texts_together(
    table: tuple[list[str], Array], config: SplitConfig, seed: int
) -> None:
    texts, y = table
    try:
        split = split_rows(group_texts(texts), y, config, seed)
    except (ConfigError, DataError) as error:
        n_sides = 1 + (config.validation_size > 0) + (config.test_size > 0)
        assert sum(wanted(config, len(texts)).values()) >= len(texts) or len(set(texts)) < n_sides
        assert len(str(error).splitlines()) == 1
        return
    together = np.concatenate(list(split.sides().values()))
    assert sorted(together.tolist()) == list(range(len(texts)))
    groups = group_texts(texts)
    assert sum(len(np.unique(groups[side])) for side in split.sides().values()) == groups.max() + 1
    for side, indices in split.sides().items():
        assert indices.dtype == np.int64
        assert indices.tolist() == sorted(indices)
        asked = wanted(config, len(texts)).get(side, 1)
        assert (len(indices) > 0) == (asked > 0)
        if side == "test" and asked:
            assert abs(len(indices) - asked) <= np.bincount(groups).max()


@settings(max_examples=60)
@given(tables(distinct=True), configs, st.integers(0, 2**32 - 1))
def test_sizes_are_exact_where_no_text_is_repeated(
    table: tuple[list[str], Array], config: SplitConfig, seed: int
) -> None:
    texts, y = table
    asked = wanted(config, len(texts))
    if sum(asked.values()) >= len(texts):
        with pytest.raises(ConfigError, match="leave nothing to train on"):
            split_rows(group_texts(texts), y, config, seed)
        return
    split = split_rows(group_texts(texts), y, config, seed)
    assert {"validation": len(split.validation), "test": len(split.test)} == asked


@settings(max_examples=30)
@given(tables(), configs, st.integers(0, 2**32 - 1))
def test_the_same_seed_gives_the_same_split(
    table: tuple[list[str], Array], config: SplitConfig, seed: int
) -> None:
    texts, y = table
    try:
        one, two = (split_rows(group_texts(texts), y, config, seed).to_dict(range(len(texts))) for _ in range(2))
    except (ConfigError, DataError):
        return
    assert one == two


@pytest.fixture(scope="module")
def sample() -> tuple[Table, LabelSet, Array]:
    table = read_table("sample")
    labels = LabelSet.from_rows(table.labels)
    return table, labels, labels.encode(table.labels)


@pytest.mark.parametrize("seed", [0, 1, 42])
def test_stratified_keeps_the_share_of_every_label(sample: tuple[Table, LabelSet, Array], seed: int) -> None:
    table, _, y = sample
    split = split_rows(group_texts(table.texts), y, SplitConfig(), seed)
    assert [len(indices) for indices in split.sides().values()] == [560, 80, 160]
    for indices in split.sides().values():
        expected = y.sum(axis=0) * len(indices) / len(y)
        off = np.abs(y[indices].sum(axis=0) - expected)
        assert (off <= 1 + 0.05 * y.sum(axis=0)).all(), off


def test_another_seed_gives_another_split(sample: tuple[Table, LabelSet, Array]) -> None:
    table, _, y = sample
    tests = {
        tuple(split_rows(group_texts(table.texts), y, SplitConfig(method=m), s).test) for s in range(5) for m in METHODS
    }
    assert len(tests) == 10


@pytest.mark.parametrize("test_size", [0.2, 0.33, 7, 150])
@pytest.mark.parametrize("seed", [0, 1, 42])
def test_random_is_train_test_split(
    sample: tuple[Table, LabelSet, Array], test_size: float, seed: int
) -> None:
    table, _, y = sample
    config = SplitConfig(method="random", validation_size=0, test_size=test_size)
    split = split_rows(group_texts(table.texts), y, config, seed)
    train, test = train_test_split(np.arange(len(table)), test_size=test_size, random_state=seed)
    assert split.train.tolist() == sorted(train)
    assert split.test.tolist() == sorted(test)


def test_random_draws_validation_from_what_test_left(sample: tuple[Table, LabelSet, Array]) -> None:
    table, _, y = sample
    split = split_rows(group_texts(table.texts), y, SplitConfig(method="random", validation_size=0.1, test_size=0.2), 3)
    rest, test = train_test_split(np.arange(len(table)), test_size=0.2, random_state=3)
    train, validation = train_test_split(np.sort(rest), test_size=80, random_state=3)
    assert [split.train.tolist(), split.validation.tolist(), split.test.tolist()] == [
        sorted(train), sorted(validation), sorted(test)
    ]  # fmt: skip


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("seed", range(5))
def test_one_text_repeated_hundreds_of_times_does_not_make_up_a_side(
    sample: tuple[Table, LabelSet, Array], method: str, seed: int
) -> None:
    _, _, y = sample
    texts = ["please help"] * 300 + [f"text {i % 400}" for i in range(500)]
    split = split_rows(group_texts(texts), y, SplitConfig(method=method), seed)  # type: ignore[arg-type]
    assert [len(indices) for indices in split.sides().values()] == [560, 80, 160]
    assert 0 in split.train


@pytest.mark.parametrize("seed", range(5))
def test_rows_with_a_label_of_their_own_fill_all_sides_from_all_over(seed: int) -> None:
    split = split_rows(np.arange(50), np.eye(50, dtype=np.int64), SplitConfig(), seed)
    assert [len(indices) for indices in split.sides().values()] == [35, 5, 10]
    assert split.test.max() > 25


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    "y",
    [np.zeros((20, 3)), np.ones((20, 3)), np.ones((20, 1)), np.zeros((20, 1)), np.eye(20, 30)],
    ids=["no label", "all labels", "one label", "one absent label", "absent labels"],
)
def test_odd_labels_are_split(method: str, y: NDArray[np.float64]) -> None:
    texts = [str(i) for i in range(20)]
    split = split_rows(group_texts(texts), y.astype(np.int64), SplitConfig(method=method), 0)  # type: ignore[arg-type]
    assert [len(indices) for indices in split.sides().values()] == [14, 2, 4]


def test_a_group_counts_with_the_labels_of_all_its_rows() -> None:
    texts = ["a", "A"] * 10 + [str(i) for i in range(20)]
    y = np.array([[1, 0], [0, 1]] * 20)
    split = split_rows(group_texts(texts), y, SplitConfig(validation_size=0, test_size=0.25), 0)
    assert len(split.test) == 10
    assert set(range(20)) <= set(split.train.tolist())


@pytest.mark.parametrize(
    ("texts", "config", "error", "message"),
    [
        (
            ["a"] * 9,
            SplitConfig(),
            DataError,
            "9 rows with only 1 different text(s) cannot fill 3 sides, as equal ",
        ),
        (
            ["a", "b"] * 5,
            SplitConfig(),
            DataError,
            "10 rows with only 2 different text(s) cannot fill 3 sides",
        ),
        (
            ["a", "b"],
            SplitConfig(),
            ConfigError,
            "2 row(s): validation (1) and test (1) leave nothing to train on; ",
        ),
        (
            ["a"],
            SplitConfig(validation_size=0),
            ConfigError,
            "1 row(s): validation (0) and test (1) leave nothing",
        ),
        ([], SplitConfig(), ConfigError, "0 row(s): validation (0) and test (0) leave nothing to train on; "),
        (
            list("abcdef"),
            SplitConfig(test_size=6),
            ConfigError,
            "6 row(s): validation (1) and test (6) leave ",
        ),
    ],
)
def test_what_cannot_be_split_is_refused(
    texts: list[str], config: SplitConfig, error: type[Exception], message: str
) -> None:
    with pytest.raises(error) as caught:
        split_rows(group_texts(texts), np.ones((len(texts), 2), dtype=np.int64), config, 0)
    assert str(caught.value).startswith(message)
    assert len(str(caught.value).splitlines()) == 1


def test_sides_can_be_left_out() -> None:
    texts, y = ["a", "b", "a"], np.ones((3, 2), dtype=np.int64)
    split = split_rows(group_texts(texts), y, SplitConfig(validation_size=0, test_size=0), 0)
    assert [indices.tolist() for indices in split.sides().values()] == [[0, 1, 2], [], []]


def make(train: list[int], validation: list[int], test: list[int]) -> Split:
    return Split(*(np.array(side, dtype=np.int64) for side in (train, validation, test)))


def test_labels_are_counted_by_side() -> None:
    y = np.array([[1, 0], [1, 1], [0, 1], [1, 1]])
    assert label_counts(y, make([0, 3], [], [1, 2]), ["A", "B"]) == {
        "A": {"train": 2, "validation": 0, "test": 1},
        "B": {"train": 1, "validation": 0, "test": 2},
    }


@settings(max_examples=30)
@given(tables(distinct=True))
def test_counts_add_up_and_are_plain(table: tuple[list[str], Array]) -> None:
    texts, y = table
    if len(texts) < 3:
        return
    names = [f"label {i}" for i in range(y.shape[1])]
    counts = label_counts(y, split_rows(group_texts(texts), y, SplitConfig(), 0), names)
    assert json.loads(json.dumps(counts)) == counts
    assert [sum(counts[name].values()) for name in names] == y.sum(axis=0).tolist()


def test_a_split_is_saved_by_row_number() -> None:
    saved = json.loads(json.dumps(make([0, 3, 4], [], [1, 2]).to_dict([1, 2, 4, 7, 9])))
    assert saved == {"train": [1, 7, 9], "validation": [], "test": [2, 4]}

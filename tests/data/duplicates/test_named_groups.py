"""Rows of a user, a film or a document stay on one side of a split, and in one fold."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from multitag.config import Config
from multitag.data.duplicates.named_groups import count_groups, join_groups, number_groups
from multitag.data.read import read_table
from multitag.data.table import Table, join_tables
from multitag.data.task import Task
from multitag.errors import DataError
from multitag.jobs.train.facts import data_facts


def films(n_films: int = 20, n_rows: int = 120, **settings: object) -> Table:
    random = np.random.default_rng(1)
    frame = pd.DataFrame({
        "text": [f"{number} {' '.join(random.permutation(list('abcdefghijklmnop')))}" for number in range(n_rows)],
        "labels": random.choice(["War", "Sport", "War,Sport", "Drama"], n_rows),
        "film": [None if number % 40 == 7 else number % n_films for number in range(n_rows)],
    })  # fmt: skip
    return read_table(frame, "text", "labels", group="film", **settings)


def test_groups_are_read_and_counted() -> None:
    table = films()
    assert table.groups[:8] == ("0", "1", "2", "3", "4", "5", "6", "")
    assert count_groups(table.groups) == 23
    assert table.notes == (
        "DataFrame, column 'film': 23 groups, each kept on one side; 3 rows without one are each a group of their own",
    )
    with pytest.raises(DataError, match="DataFrame: no column 'user'; the columns are 'text', 'labels', 'film'"):
        read_table(pd.DataFrame({"text": ["a"], "labels": ["b"], "film": [1]}), "text", "labels", group="user")


@pytest.mark.parametrize("method", ["stratified", "random"])
def test_a_group_is_on_one_side(method: str) -> None:
    table = films()
    task = Task.prepare(table, Config().override(split=method))
    side = {int(index): name for name in ("train", "validation", "test") for index in task.rows(name)}
    for name in {*table.groups} - {""}:
        assert len({side[index] for index, group in enumerate(table.groups) if group == name}) == 1
    assert {*side.values()} == {"train", "validation", "test"}
    assert data_facts(task, Config())["groups"] == 23


def test_a_group_is_in_one_fold_and_early_stopping_keeps_it_together() -> None:
    table = films()
    config = Config().override(folds=4, early_stopping=2)
    task = Task.prepare(table, config)
    assert task.fold is not None
    inner = task.of_fold(0, config)
    for name in {*table.groups} - {""}:
        rows = [index for index, group in enumerate(table.groups) if group == name]
        assert len({*task.fold[rows]}) == 1
        assert len({*np.isin(rows, inner.rows("validation"))}) == 1


def test_too_few_groups_are_refused_in_a_line() -> None:
    table = films(2, 60)
    assert count_groups(table.groups) == 4
    with pytest.raises(DataError, match=r"60 rows with only 4 group\(s\) cannot fill 5 folds; use fewer --folds"):
        Task.prepare(table, Config().override(folds=5))
    with pytest.raises(DataError, match=r"30 rows with only 2 group\(s\) cannot fill 3 sides, as groups stay on one"):
        Task.prepare(films(1, 30), Config())


def test_joined_tables_keep_their_groups() -> None:
    with_groups = films(2, 10)
    joined = join_tables([with_groups, read_table("sample"), with_groups])
    assert joined.groups == (*with_groups.groups, *[""] * 800, *with_groups.groups)


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5))))
def test_joined_groups_hold_what_either_holds(pairs: list[tuple[int, int]]) -> None:
    one, other = (number_groups([str(pair[side]) for pair in pairs]) for side in (0, 1))
    joined = join_groups(one, other)
    for first in range(len(pairs)):
        for second in range(first):
            if one[first] == one[second] or other[first] == other[second]:
                assert joined[first] == joined[second]
    assert list(dict.fromkeys(joined.tolist())) == list(range(len({*joined.tolist()})))
    assert joined.max(initial=-1) <= min(one.max(initial=-1), other.max(initial=-1))

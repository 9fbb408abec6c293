from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from multitag.data.split.folds import fold_rows
from multitag.errors import DataError


def some_labels(n_rows, n_labels=4, seed=0):
    return (np.random.default_rng(seed).random((n_rows, n_labels)) < 0.3).astype(np.uint8)


@given(
    n_rows=st.integers(6, 40), n_folds=st.integers(2, 5), method=st.sampled_from(["stratified", "random"]),
    seed=st.integers(0, 1000), repeats=st.integers(1, 2),
)  # fmt: skip
def test_every_row_has_a_fold_no_fold_is_empty_and_what_is_alike_stays_together(n_rows, n_folds, method, seed, repeats):
    groups = np.arange(n_rows) // repeats
    if groups.max() + 1 < n_folds:
        groups = np.arange(n_rows)
    fold = fold_rows(groups, some_labels(n_rows, seed=seed), n_folds, method, seed)
    assert set(fold) == set(range(n_folds))
    for group in np.unique(groups):
        assert len(set(fold[groups == group])) == 1


def test_labels_are_spread_evenly():
    y = some_labels(500, n_labels=6)
    y[:, 5] = np.arange(500) < 10  # rare
    fold = fold_rows(np.arange(500), y, 5, "stratified", 0)
    counts = np.array([y[fold == each].sum(axis=0) for each in range(5)])
    assert counts[:, 5].tolist() == [2, 2, 2, 2, 2]
    assert (counts.max(axis=0) - counts.min(axis=0)).max() <= 2
    assert np.ptp(np.bincount(fold)) <= 10


def test_the_same_seed_gives_the_same_folds():
    y, groups = some_labels(60), np.arange(60)
    once, again, other = (fold_rows(groups, y, 3, "stratified", seed) for seed in (1, 1, 2))
    assert once.tolist() == again.tolist() != other.tolist()


def test_fewer_texts_than_folds_are_refused():
    message = r"4 rows with only 2 different text\(s\) cannot fill 3 folds; use fewer --folds"
    with pytest.raises(DataError, match=message):
        fold_rows(np.array([0, 0, 1, 1]), some_labels(4), 3, "stratified", 0)

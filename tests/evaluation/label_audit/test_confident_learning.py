"""Confident learning: the published procedure, counted by hand and in plain loops, and what must hold of it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from multitag.errors import DataError
from multitag.evaluation.label_audit.confident_learning import MIN_ROWS, estimate_joint, find_doubts

SHAPES = st.tuples(st.integers(1, 40), st.integers(1, 3))
TENTHS = st.integers(0, 10).map(lambda number: number / 10)


@st.composite
def cases(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    shape = draw(SHAPES)
    given_ = draw(arrays.arrays(np.int64, shape, elements=st.integers(0, 1)))
    return given_, draw(arrays.arrays(np.float64, shape, elements=TENTHS))


def plainly(given_: np.ndarray, prob: np.ndarray) -> np.ndarray:
    """Count the confident joint of one label as Northcutt et al. (2021) write it, with classes 0 and 1."""
    by_class = np.stack([1 - prob, prob], axis=1)
    means = [by_class[given_ == j, j].mean() if (given_ == j).any() else 0.0 for j in (0, 1)]
    counts = np.zeros((2, 2))
    for i, row in zip(given_, by_class, strict=True):
        above = [j for j in (0, 1) if row[j] >= means[j] - 1e-9]
        if above:
            counts[i, max(above, key=lambda j: row[j])] += 1
    for i in (0, 1):
        counts[i, i] = max(counts[i, i], 1)
        counts[i] *= (given_ == i).sum() / counts[i].sum()
    return counts


def test_counts_by_hand() -> None:
    # Rows with the label average 0.6, those without 0.2.
    given_ = np.array([1, 1, 1, 1, 0, 0, 0, 0, 0, 0])
    prob = np.array([0.9, 0.9, 0.5, 0.1, 0.7, 0.3, 0.05, 0.05, 0.05, 0.05])
    # With it, two should have it, one should not, and one (0.5) is between the means; so each of the three
    # counts for 4/3 rows. Without it, one should, four should not, and one (0.3) is between.
    expected = [[6 * 4 / 5, 6 * 1 / 5], [4 * 1 / 3, 4 * 2 / 3]]
    joint = estimate_joint(given_[:, None] == 1, prob[:, None])
    np.testing.assert_allclose(joint[0], expected)


@given(cases())
def test_counts_are_those_of_the_paper(case: tuple[np.ndarray, np.ndarray]) -> None:
    given_, prob = case
    joint = estimate_joint(given_ == 1, prob)
    for column in np.flatnonzero(given_.any(axis=0) & ~given_.all(axis=0)):  # of one kind only, nothing is said
        np.testing.assert_allclose(joint[column], plainly(given_[:, column], prob[:, column]))
    np.testing.assert_allclose(joint.sum(axis=(1, 2)), len(given_))


@given(cases(), st.integers(0, 2**32 - 1))
def test_what_must_hold(case: tuple[np.ndarray, np.ndarray], seed: int) -> None:
    given_, prob = case
    doubts = find_doubts(given_, prob)
    assert not (doubts.wrong & (given_ == 0)).any()
    assert not (doubts.missing & (given_ == 1)).any()
    listed = doubts.wrong | doubts.missing
    assert (doubts.confidence[listed] > 0.5).all()
    assert ((doubts.confidence >= 0) & (doubts.confidence <= 1)).all()
    assert not listed[:, ~doubts.judged].any()
    for chosen, among in ((doubts.wrong, given_ == 1), (doubts.missing, given_ == 0)):
        for column in np.flatnonzero(chosen.any(axis=0)):  # none that is left out is surer
            left_out = among[:, column] & ~chosen[:, column]
            sure = doubts.confidence[:, column]
            assert sure[chosen[:, column]].min() > sure[left_out].max(initial=-1)

    order = np.random.default_rng(seed).permutation(len(given_))
    permuted = find_doubts(given_[order], prob[order])
    assert (permuted.wrong == doubts.wrong[order]).all()
    assert (permuted.missing == doubts.missing[order]).all()


def noisy(rng: np.random.Generator, *, flipped: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Draw true labels, probabilities that know of them, and labels some of which are turned."""
    true = (rng.random((2000, 4)) < (0.5, 0.3, 0.1, 0.1)).astype(int)
    prob = 1 / (1 + np.exp(-(5 * true - 2.5 + rng.normal(size=true.shape))))
    turned = rng.random(true.shape) < flipped
    return np.where(turned, 1 - true, true), prob, turned


def test_turned_labels_are_found() -> None:
    given_, prob, turned = noisy(np.random.default_rng(0), flipped=0.05)
    doubts = find_doubts(given_, prob)
    listed = doubts.wrong | doubts.missing
    assert turned[listed].mean() > 0.8
    assert listed[turned].mean() > 0.8


def test_right_labels_are_left_alone() -> None:
    given_, prob, _ = noisy(np.random.default_rng(1), flipped=0)
    doubts = find_doubts(given_, prob)
    assert (doubts.wrong | doubts.missing).mean() < 0.01
    sure = find_doubts(given_, np.where(given_ == 1, 0.9, 0.1))
    assert not (sure.wrong | sure.missing).any()


def test_labels_on_too_few_rows_are_not_judged() -> None:
    n_rows = 30
    given_ = np.zeros((n_rows, 4), dtype=int)
    for column, support in enumerate((MIN_ROWS - 1, MIN_ROWS, n_rows - MIN_ROWS, n_rows - MIN_ROWS + 1)):
        given_[:support, column] = 1
    prob = np.where(given_ == 1, 0.9, 0.1)
    prob[0], prob[-1] = 0.01, 0.99
    doubts = find_doubts(given_, prob)
    assert doubts.judged.tolist() == [False, True, True, False]
    assert doubts.wrong.any(axis=0).tolist() == doubts.missing.any(axis=0).tolist() == [False, True, True, False]


def test_no_rows_and_wrong_arrays() -> None:
    empty = find_doubts(np.zeros((0, 2), int), np.zeros((0, 2)))
    assert empty.wrong.shape == empty.missing.shape == empty.confidence.shape == (0, 2)
    with pytest.raises(DataError, match="one shape"):
        find_doubts([[1, 0]], [[0.5]])
    with pytest.raises(DataError, match="expected probabilities from 0 to 1"):
        find_doubts([[1]], [[1.5]])

"""The moves that bring a side to its size are those of a plain loop over all groups."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from multitag.data.split.draw import _fit_size, draw_side


def plain_fit_size(
    inside: NDArray[np.bool_], weights: NDArray[np.int64], labels: NDArray[np.int64], n_rows: int, n_spared: int,
    seed: int,
) -> NDArray[np.bool_]:  # fmt: skip
    """Look at every group for every move."""
    order = np.random.default_rng(seed).permutation(len(weights))
    lightest = order[np.argsort(weights[order], kind="stable")]
    if not inside.any():
        inside[lightest[0]] = True
    elif (short := n_spared - np.count_nonzero(~inside)) > 0:
        inside[lightest[inside[lightest]][:short]] = False
    totals = np.maximum(labels.sum(axis=0), 1)
    expected = labels.sum(axis=0) * (n_rows / weights.sum())
    while missing := n_rows - int(weights[inside].sum()):
        adding = missing > 0
        there = ~inside if adding else inside
        movable = there & (weights < 2 * abs(missing))
        if not movable.any() or np.count_nonzero(there) <= (n_spared if adding else 1):
            break
        weight = weights[movable].min() if adding else weights[movable].max()
        candidates = order[(movable & (weights == weight))[order]]
        surplus = (labels[inside].sum(axis=0) - expected) * (1 if adding else -1)
        cost = labels[candidates] @ ((2 * surplus + 1) / totals)
        inside[candidates[np.argmin(cost.round(9))]] = adding
    return inside


@st.composite
def sides(draw: st.DrawFn) -> tuple[Any, ...]:
    n_groups, n_labels = draw(st.integers(2, 30)), draw(st.integers(1, 10))
    weights = np.array(draw(st.lists(st.sampled_from([1, 1, 1, 2, 3, 9]), min_size=n_groups, max_size=n_groups)))
    rows = st.lists(st.integers(0, 1), min_size=n_labels, max_size=n_labels)
    labels = np.array(draw(st.lists(rows, min_size=n_groups, max_size=n_groups)), dtype=np.uint8)
    inside = np.array(draw(st.lists(st.booleans(), min_size=n_groups, max_size=n_groups)))
    n_rows, n_spared = draw(st.integers(1, int(weights.sum()))), draw(st.integers(0, min(2, n_groups - 1)))
    return inside, weights, labels, n_rows, n_spared, draw(st.integers(0, 1000))


@pytest.mark.slow
@settings(max_examples=100)
@given(sides())
def test_each_move_is_that_of_the_plain_loop(side: tuple[Any, ...]) -> None:
    inside, weights, labels, *rest = side
    expected = plain_fit_size(inside.copy(), weights, labels.astype(np.int64), *rest)
    assert _fit_size(inside.copy(), weights, labels, *rest).tolist() == expected.tolist()


def test_many_groups_that_are_far_from_the_size_are_moved_in_a_moment() -> None:
    random = np.random.default_rng(0)
    labels = (random.random((50_000, 12)) < 0.2).astype(np.uint8)
    weights = np.ones(len(labels), dtype=np.int64)
    inside = _fit_size(np.zeros(len(labels), dtype=bool), weights, labels, 5000, 1, 0)
    assert inside.sum() == 5000
    assert np.abs(labels[inside].sum(axis=0) - labels.sum(axis=0) / 10).max() <= 1


def test_a_side_is_drawn_by_labels() -> None:
    labels = np.tile(np.array([[1, 0], [0, 1], [1, 1], [0, 0]], dtype=np.uint8), (50, 1))
    inside = draw_side(np.ones(200, dtype=np.int64), labels, 40, 1, "stratified", 0)
    assert inside.sum() == 40
    assert labels[inside].sum(axis=0).tolist() == [20, 20]

"""Groups of rows for one side of a split: drawn by iterative stratification or at random, then of the right size."""

from __future__ import annotations

import heapq
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multitag.extras import import_extra

Ints = NDArray[np.int64]
MultiHot = NDArray[np.uint8]


def draw_side(
    weights: Ints, labels: MultiHot, n_rows: int, n_spared: int, method: str, seed: int
) -> NDArray[np.bool_]:
    """Choose groups that hold about ``n_rows`` rows.

    Parameters
    ----------
    weights : ndarray of int64, shape (n_groups,)
        Rows of each group.
    labels : ndarray of uint8, shape (n_groups, n_labels)
        Multi-hot labels of each group.
    n_rows : int
        Rows wanted; at least 1.
    n_spared : int
        Groups to leave at least, for the other sides.
    method : {"stratified", "random"}
        As in :func:`~multitag.data.split.sides.split_rows`.
    seed : int

    Returns
    -------
    ndarray of bool, shape (n_groups,)
        The groups drawn; at least one.
    """
    inside = np.zeros(len(weights), dtype=bool)
    n_groups = min(max(round(n_rows * len(weights) / weights.sum()), 1), len(weights) - n_spared)
    if method == "random":
        selection: Any = import_extra("sklearn.model_selection", "train")
        _, chosen = selection.train_test_split(np.arange(len(weights)), test_size=n_groups, random_state=seed)
    else:
        chosen = _stratify(labels, n_groups, seed)
    inside[chosen] = True
    return _fit_size(inside, weights, labels, n_rows, n_spared, seed)


def _stratify(labels: MultiHot, n_drawn: int, seed: int) -> Ints:
    """Draw as iterstrat's MultilabelStratifiedShuffleSplit does, which would copy the labels three times more."""
    iterstrat: Any = import_extra("iterstrat.ml_stratifiers", "train")
    random, order = np.random.RandomState(seed), np.arange(len(labels))
    random.shuffle(order)
    shares = np.array([len(labels) - n_drawn, n_drawn]) / len(labels)
    sides = iterstrat.IterativeStratification(labels=labels[order].view(bool), r=shares, random_state=random)
    chosen: Ints = order[sides == 1]
    return chosen


def _fit_size(
    inside: NDArray[np.bool_], weights: Ints, labels: MultiHot, n_rows: int, n_spared: int, seed: int
) -> NDArray[np.bool_]:
    """Move groups until the side has the rows asked for, or as near as can be.

    Iterative stratification prefers even labels to the right size: it is off by a few per cent on real
    tables, and leaves a side empty where every row has a label of its own. Each move takes the group that
    keeps the label counts nearest to the side's share of them. Heavy groups leave first and light ones come
    first, so that one text repeated hundreds of times does not make up a side.
    """
    order = np.random.default_rng(seed).permutation(len(weights))  # so that ties do not favour the first rows
    lightest = order[np.argsort(weights[order], kind="stable")]
    if not inside.any():
        inside[lightest[0]] = True
    elif (short := n_spared - np.count_nonzero(~inside)) > 0:
        inside[lightest[inside[lightest]][:short]] = False
    totals = np.maximum(labels.sum(axis=0, dtype=np.int64), 1)
    expected = labels.sum(axis=0, dtype=np.int64) * (n_rows / weights.sum())
    kinds = _Kinds(weights, labels, inside, order)
    missing = n_rows - int(weights[inside].sum())
    held = labels[inside].sum(axis=0, dtype=np.int64)
    while missing:
        adding = missing > 0
        movable = kinds.counts[int(not adding)] > 0
        movable &= kinds.weights < 2 * abs(missing)  # heavier ones would lead further away
        if not movable.any() or kinds.counts[int(not adding)].sum() <= (n_spared if adding else 1):
            break
        weight = kinds.weights[movable].min() if adding else kinds.weights[movable].max()
        candidates = np.flatnonzero(movable & (kinds.weights == weight))
        surplus = (held - expected) * (1 if adding else -1)
        cost = (kinds.labels[candidates] @ ((2 * surplus + 1) / totals)).round(9)  # machines differ in the last bit
        kind, group = kinds.move(candidates[cost == cost.min()], adding)
        inside[group] = adding
        missing -= int(weight) * (1 if adding else -1)
        held += kinds.labels[kind] * (1 if adding else -1)
    return inside


class _Kinds:
    """Groups by weight and labels: those that are alike in both cost the same to move, and the first in order goes.

    A million groups are a few thousand kinds, so a move looks at thousands of costs and not at a million.

    Parameters
    ----------
    weights, labels, inside : as above
    order : ndarray of int64, shape (n_groups,)
        Which group goes first.
    """

    def __init__(self, weights: Ints, labels: MultiHot, inside: NDArray[np.bool_], order: Ints) -> None:
        rows = np.column_stack([weights.astype("<i8").view(np.uint8).reshape(-1, 8), np.packbits(labels, axis=1)])
        as_one = np.ascontiguousarray(rows).view(f"V{rows.shape[1]}").ravel()
        _, first, kind = np.unique(as_one, return_index=True, return_inverse=True)
        self.order = order
        self.weights: Ints = weights[first]  # (n_kinds,)
        self.labels: Ints = labels[first].astype(np.int64)  # (n_kinds, n_labels)
        # Of each side, outside first: places in the order, by kind. A sorted list is a heap.
        self.places: list[list[list[int]]] = [[[] for _ in first] for _ in (False, True)]
        for place, (number, side) in enumerate(zip(kind[order].tolist(), inside[order].tolist(), strict=True)):
            self.places[side][number].append(place)
        self.counts = np.array([[len(places) for places in side] for side in self.places])  # (2, n_kinds)

    def move(self, kinds: Ints, adding: bool) -> tuple[int, int]:
        """Move the first group in order of these kinds to the other side; return its kind and its number."""
        source, target = self.places[int(not adding)], self.places[int(adding)]
        kind = min(kinds.tolist(), key=lambda number: source[number][0])
        place = heapq.heappop(source[kind])
        heapq.heappush(target[kind], place)
        self.counts[int(not adding), kind] -= 1
        self.counts[int(adding), kind] += 1
        return kind, int(self.order[place])

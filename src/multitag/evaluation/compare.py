"""Two runs on the same held-out rows: their figures, and the differences with what chance would make of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multitag.data.phrases import list_columns
from multitag.errors import DataError
from multitag.evaluation.held_out import HeldOut
from multitag.evaluation.intervals.bootstrap import paired_differences
from multitag.evaluation.metrics.compute import compute_metrics
from multitag.labels import UNKNOWN

MIN_ROWS = 20  # on fewer, every resample is of much the same few rows


@dataclass(frozen=True)
class Comparison:
    """The figures of two runs on the same rows, and their differences.

    Parameters
    ----------
    names : tuple of str
        Of the two runs.
    side : str
        ``"out_of_fold"``, ``"test"`` or ``"validation"``: which rows.
    n_rows : int
    values : tuple of dict of str to (float or None)
        Each run's figures, as ``Metrics.values``.
    differences : dict of str to tuple of float
        The first run's figure minus the second's, and its 95% interval; without those undefined for either, or
        outside of their interval.
    """

    names: tuple[str, str]
    side: str
    n_rows: int
    values: tuple[dict[str, float | None], dict[str, float | None]]
    differences: dict[str, tuple[float, float, float]]

    def to_dict(self) -> dict[str, Any]:
        """Return plain dictionaries and lists that fit JSON."""
        return {
            "runs": list(self.names),
            "side": self.side,
            "n_rows": self.n_rows,
            "values": list(self.values),
            "difference": {name: list(difference) for name, difference in self.differences.items()},
        }


def compare(
    first: HeldOut, second: HeldOut, *, names: tuple[str, str], resamples: int, seed: int
) -> Comparison:
    """Compare two runs on the rows that both were measured on: out of fold, else test, else validation.

    Parameters
    ----------
    first, second : HeldOut
    names : tuple of str
        What the runs are called.
    resamples : int
        At least 100.
    seed : int
        Random seed of the resamples.

    Returns
    -------
    Comparison

    Raises
    ------
    DataError
        If the runs were measured on other rows, texts, labels or true labels, or on fewer than 20 rows; names the first
        that differs.
    """
    a, b = (_in_order(held_out.headline()) for held_out in (first, second))
    _check_same(a, b, names)
    values_a, values_b = _values(a), _values(b)
    differences = paired_differences(
        a.y_true, (a.y_prob, a.y_pred), (b.y_prob, b.y_pred), resamples=resamples, seed=seed
    )
    return Comparison(names, a.side[0], len(a), (values_a, values_b), differences)


def _values(held_out: HeldOut) -> dict[str, float | None]:
    unused = np.zeros(len(held_out.label_names))  # thresholds: reported label by label, and these are of all labels
    return compute_metrics(held_out.y_true, held_out.y_prob, held_out.y_pred, held_out.label_names, unused).values


def _in_order(held_out: HeldOut) -> HeldOut:
    """Sort by row number: folds and splits give rows in other orders."""
    order = np.argsort(held_out.rows, kind="stable")
    return held_out if np.array_equal(order, np.arange(len(order))) else held_out.taken(order)


def _check_same(a: HeldOut, b: HeldOut, names: tuple[str, str]) -> None:
    remedy = "only runs on the same rows can be compared: the same table, split and seed"
    where = f"{names[0]} and {names[1]}"
    if not len(a) or not len(b) or a.side[0] != b.side[0]:
        sides = (held_out.side[0].replace("_", " ") if len(held_out) else "no" for held_out in (a, b))
        raise DataError(f"{where}: measured on {' rows and on '.join(sides)} rows; {remedy}")
    if not np.array_equal(a.rows, b.rows):
        raise DataError(f"{where}: measured on other rows: {_other_rows(a.rows, b.rows, names)}; {remedy}")
    if a.label_names != b.label_names:
        raise DataError(f"{where}: other labels: {_other_labels(a.label_names, b.label_names, names)}; {remedy}")
    for index, (text, other) in enumerate(zip(a.texts, b.texts, strict=True)):
        if text != other:
            raise DataError(f"{where}: another text in row {a.rows[index]}; {remedy}")
    if (a.y_true != b.y_true).any():
        index, label = np.argwhere(a.y_true != b.y_true)[0]
        given = (a.y_true[index, label], b.y_true[index, label])
        what = f"row {a.rows[index]} is judged for" if UNKNOWN in given else f"row {a.rows[index]} has"
        run = names[0] if given[0] > given[1] else names[1]
        raise DataError(f"{where}: {what} the label {a.label_names[label]!r} in {run} only; {remedy}")
    if len(a) < MIN_ROWS:
        raise DataError(f"{where}: measured on {len(a)} rows; a comparison takes at least {MIN_ROWS}")


def _other_rows(a: NDArray[np.int64], b: NDArray[np.int64], names: tuple[str, str]) -> str:
    only = [np.setdiff1d(a, b), np.setdiff1d(b, a)]
    counts = [
        f"{len(rows)} of {of} in {run} only, such as row {rows[0]}"
        for rows, of, run in zip(only, (len(a), len(b)), names, strict=True)
        if len(rows)
    ]
    return ", ".join(counts) or f"{len(a)} and {len(b)}, some of them twice"


def _other_labels(a: Sequence[str], b: Sequence[str], names: tuple[str, str]) -> str:
    only = [[label for label in a if label not in b], [label for label in b if label not in a]]
    told = [f"{list_columns(labels)} in {run} only" for labels, run in zip(only, names, strict=True) if labels]
    return ", ".join(told) or "the same in another order"

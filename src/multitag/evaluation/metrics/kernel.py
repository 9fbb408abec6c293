"""What the kernels of figures share: rows that count with whole weights, many weightings at once. numpy only.

A bootstrap resample is nothing but whole weights of the rows, so what is sorted or compared is so once, not once a
resample. The figures of the rows themselves are those at weights of one, so points and intervals come from one
computation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol, Self

import numpy as np
from numpy.typing import NDArray

Weights = NDArray[np.int64]  # (n_weightings, n_rows): how often each row counts
Draws = NDArray[np.float64]  # (n_weightings,) or (n_weightings, n_labels): a figure at each weighting, NaN if undefined


@dataclass(frozen=True)
class WeightedFigures:
    """Figures at several weightings of the rows, NaN where undefined.

    Parameters
    ----------
    overall : dict of str to ndarray, shape (n_weightings,)
        By the names in ``Metrics.values``.
    per_label : dict of str to ndarray, shape (n_weightings, n_labels)
        By the names in ``LabelMetrics``.
    """

    overall: dict[str, Draws]
    per_label: dict[str, Draws]

    @classmethod
    def concatenate(cls, parts: Sequence[WeightedFigures]) -> Self:
        """Return the same figures at the weightings of all parts, one part after another."""

        def joined(values: Sequence[dict[str, Draws]]) -> dict[str, Draws]:
            return {name: np.concatenate([part[name] for part in values]) for name in values[0]}

        return cls(joined([part.overall for part in parts]), joined([part.per_label for part in parts]))

    def __or__(self, other: WeightedFigures) -> WeightedFigures:
        """Return the figures of both, which are at the same weightings."""
        return WeightedFigures(self.overall | other.overall, self.per_label | other.per_label)


class FigureKernel(Protocol):
    """Computes figures at any weights of the rows."""

    def compute(self, weights: Weights) -> WeightedFigures:
        """Compute the figures at each of the weightings."""


def compute_points(kernel: FigureKernel, n_rows: int) -> WeightedFigures:
    """Compute the figures of the rows themselves: a single weighting, in which each row counts once."""
    return kernel.compute(np.ones((1, n_rows), dtype=np.int64))


def divide(part: NDArray[Any], whole: NDArray[Any]) -> NDArray[np.float64]:
    """Divide arrays of one shape; NaN where the whole is 0."""
    return np.asarray(np.divide(part, whole, out=np.full(np.shape(whole), np.nan), where=whole != 0))


def mean_defined(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Average over the last axis, the labels, what is not NaN; NaN where all are."""
    return divide(np.nan_to_num(values).sum(axis=-1), (~np.isnan(values)).sum(axis=-1))

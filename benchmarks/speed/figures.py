"""Rounds to figures: medians, spreads, ratios of the same round."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any


def spread(values: Sequence[float]) -> dict[str, float]:
    """Return the median, the least and the greatest."""
    return {"median": median(values), "min": min(values), "max": max(values)}


def rates(reports: Sequence[Mapping[str, Any]], of: str = "rows") -> list[float]:
    """Return what was done a second, round by round."""
    return [report[of] / report["seconds"] for report in reports]


def ratios(mine: Sequence[float], others: Sequence[float]) -> dict[str, float]:
    """Compare round by round: what slows the machine for a while slows both, and leaves their ratio."""
    return spread([one / other for one, other in zip(mine, others, strict=True)])


def largest_difference(mine: Sequence[Sequence[float]], others: Sequence[Sequence[float]]) -> float:
    """Return the largest difference of any probability; both of shape (n_rows, n_labels)."""
    pairs = (pair for rows in zip(mine, others, strict=True) for pair in zip(*rows, strict=True))
    return max(abs(one - other) for one, other in pairs)

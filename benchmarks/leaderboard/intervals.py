"""Intervals that hold both what other rows and what other seeds would change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy import stats

LEVEL = 0.95


@dataclass(frozen=True)
class Estimate:
    """The mean of a figure over draws of the folds.

    Its variance has two parts. That of the rows is the variance of the mean when the rows are drawn anew, the same rows
    in all draws and with the predictions as they are (bootstrap). That of the seeds (folds, heads, shuffling) is the
    sample variance between the draws, divided by their number; of one draw it is unknown and left out, which the page
    says.

    Parameters
    ----------
    by_draw : dict of int to float
        By the seed of the draw.
    rows_sd : float
        Standard error of the mean by the rows alone, at least 0.
    """

    by_draw: dict[int, float]
    rows_sd: float

    @classmethod
    def of_draws(cls, by_draw: Mapping[int, float], resampled: NDArray[np.float64]) -> Self:
        """Estimate from the figure of each draw on the same resamples of the rows, shape (n_draws, n_resamples)."""
        return cls(dict(by_draw), float(np.nanstd(resampled.mean(axis=0), ddof=1)))

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> Self:
        """Return what :meth:`to_dict` was called on."""
        return cls({int(draw): value for draw, value in kept["by_draw"].items()}, kept["rows_sd"])

    @property
    def value(self) -> float:
        """The mean over the draws."""
        return float(np.mean(list(self.by_draw.values())))

    @property
    def seeds_variance(self) -> float:
        """Of the mean over the draws; 0 where there is only one."""
        many = len(self.by_draw)
        return float(np.var(list(self.by_draw.values()), ddof=1)) / many if many > 1 else 0.0

    def joined(self, other: Estimate) -> Estimate:
        """Return the estimate over the draws of both; those that both have are taken from this one.

        How the draws of one vary with those of the other when the rows are drawn anew is not known here, so the
        standard errors are averaged as if they varied as one, which is the most that they can.
        """
        new = {draw: value for draw, value in other.by_draw.items() if draw not in self.by_draw}
        share = len(new) / (len(self.by_draw) + len(new))
        by_draw = dict(sorted({**self.by_draw, **new}.items()))
        return Estimate(by_draw, (1 - share) * self.rows_sd + share * other.rows_sd)

    def interval(self) -> tuple[float, float]:
        """Return the 95% interval: as many standard errors as a t-distribution asks for.

        Its degrees of freedom are those of Welch and Satterthwaite: three draws say little about the variance between
        draws, so where that is most of the variance the interval is wider than 1.96 standard errors.
        """
        seeds = self.seeds_variance
        variance = self.rows_sd**2 + seeds
        freedom = (len(self.by_draw) - 1) * (variance / seeds) ** 2 if seeds else np.inf
        half: Any = stats.t.ppf((1 + LEVEL) / 2, freedom) * np.sqrt(variance)
        return float(self.value - half), float(self.value + half)

    def to_dict(self) -> dict[str, Any]:
        """Return the value, the ends of the interval, and what they were computed from."""
        low, high = self.interval()
        by_draw = {str(draw): round(value, 5) for draw, value in self.by_draw.items()}
        rounded = {"value": round(self.value, 5), "low": round(low, 5), "high": round(high, 5)}
        return {**rounded, "by_draw": by_draw, "rows_sd": round(self.rows_sd, 6)}

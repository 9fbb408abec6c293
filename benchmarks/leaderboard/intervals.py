"""Intervals that hold both what other rows and what other seeds would change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy import stats

LEVEL = 0.95


@dataclass(frozen=True)
class Estimate:
    """A figure, and the independent parts of its variance.

    Parameters
    ----------
    value : float
    parts : tuple of (float, float)
        A variance, and the degrees of freedom that it was estimated with.
    """

    value: float
    parts: tuple[tuple[float, float], ...] = ()

    @classmethod
    def of_draws(cls, by_draw: NDArray[np.float64], resampled: NDArray[np.float64]) -> Self:
        """Estimate the mean over draws of the folds.

        The variance has two parts. That of the rows is the variance of the mean over the draws when the rows are drawn
        anew, the same rows in all draws and with the predictions as they are (bootstrap). That of the seeds (folds,
        heads, shuffling) is the sample variance between the draws, divided by their number; of one draw it is unknown
        and left out, which the page says.

        Parameters
        ----------
        by_draw : ndarray of float64, shape (n_draws,)
        resampled : ndarray of float64, shape (n_draws, n_resamples)
            The figure of each draw on the same resamples of the rows.
        """
        n_draws = len(by_draw)
        rows = float(np.nanvar(resampled.mean(axis=0), ddof=1))
        parts = [(rows, resampled.shape[1] - 1.0)]
        if n_draws > 1:
            parts.append((float(by_draw.var(ddof=1)) / n_draws, n_draws - 1.0))
        return cls(float(by_draw.mean()), tuple(parts))

    @classmethod
    def mean(cls, estimates: Sequence[Estimate]) -> Self:
        """Return the mean of independent estimates, as of several tables."""
        many = len(estimates)
        parts = tuple((variance / many**2, freedom) for each in estimates for variance, freedom in each.parts)
        return cls(sum(each.value for each in estimates) / many, parts)

    def interval(self) -> tuple[float, float]:
        """Return the 95% interval: as many standard errors as a t-distribution asks for.

        Its degrees of freedom are those of Welch and Satterthwaite: three draws say little about the variance between
        draws, so where that is most of the variance the interval is wider than 1.96 standard errors.
        """
        variance = sum(part for part, _ in self.parts)
        if variance == 0:
            return self.value, self.value
        freedom = variance**2 / sum(part**2 / degrees for part, degrees in self.parts)
        half: Any = stats.t.ppf((1 + LEVEL) / 2, freedom) * np.sqrt(variance)
        return float(self.value - half), float(self.value + half)

    def to_dict(self) -> dict[str, Any]:
        """Return the value and the ends of the interval."""
        low, high = self.interval()
        return {"value": round(self.value, 5), "low": round(low, 5), "high": round(high, 5)}

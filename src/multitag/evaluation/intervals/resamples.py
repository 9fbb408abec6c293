"""Resamples of rows: drawn with replacement, as how often each row was drawn."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from multitag.errors import ConfigError
from multitag.evaluation.metrics.kernel import Weights

MIN_RESAMPLES = 100  # fewer do not reach to the 2.5th percentile with any steadiness
AT_ONCE, MOST_AT_ONCE = 1_000_000, 128  # weights and resamples in one part
# Rows x labels x resamples that are drawn at most, for some ten seconds: on so many rows intervals are so narrow that
# the noise of fewer resamples does not show.
MAX_WORK, LEAST_RESAMPLES = 400_000_000, 200


def draw_resamples(n_rows: int, n_labels: int, resamples: int, seed: int) -> Iterator[Weights]:
    """Draw resamples, no more than are worth their time, in parts that stay within the caches.

    Parameters
    ----------
    n_rows, n_labels : int
    resamples : int
        At least 100. Fewer are drawn, 200 at least, where rows times labels are more than 200,000.
    seed : int
        Random seed of the draws.

    Returns
    -------
    iterator of ndarray of int64, shape (n_part, n_rows)
        How often each row was drawn.

    Raises
    ------
    ConfigError
        If there are fewer than 100 resamples.
    """
    if resamples < MIN_RESAMPLES:
        raise ConfigError(f"resamples: expected at least {MIN_RESAMPLES}, got {resamples}")
    affordable = max(LEAST_RESAMPLES, MAX_WORK // (n_rows * n_labels))
    return draw_weights(n_rows, min(resamples, affordable), seed, min(MOST_AT_ONCE, max(1, AT_ONCE // n_rows)))


def draw_weights(n_rows: int, resamples: int, seed: int, at_once: int) -> Iterator[Weights]:
    """Draw ``n_rows`` rows with replacement, ``resamples`` times, and count how often each was drawn.

    Yields
    ------
    ndarray of int64, shape (at_once, n_rows)
        Each row sums to ``n_rows``; the last part may be shorter.
    """
    rng = np.random.default_rng(seed)
    for start in range(0, resamples, at_once):
        many = min(at_once, resamples - start)
        drawn = rng.integers(n_rows, size=(many, n_rows)) + n_rows * np.arange(many)[:, None]
        yield np.bincount(drawn.ravel(), minlength=many * n_rows).reshape(many, n_rows)

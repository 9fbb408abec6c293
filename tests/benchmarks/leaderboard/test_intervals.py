from __future__ import annotations

import numpy as np
import pytest
from benchmarks.leaderboard.intervals import Estimate


def test_one_draw_has_the_interval_of_the_rows():
    resampled = np.random.default_rng(0).normal(0.5, 0.01, size=(1, 100_000))
    low, high = Estimate.of_draws(np.array([0.5]), resampled).interval()
    assert (low, high) == pytest.approx((0.5 - 0.0196, 0.5 + 0.0196), abs=2e-4)


def test_what_varies_between_draws_widens_the_interval():
    resampled = np.random.default_rng(0).normal(0.5, 0.01, size=(1, 10_000)).repeat(3, axis=0)
    steady, moving = (Estimate.of_draws(np.array(by_draw), resampled) for by_draw in ([0.5] * 3, [0.48, 0.5, 0.52]))
    assert np.diff(steady.interval()) < np.diff(moving.interval())
    assert moving.parts[1] == pytest.approx((0.02**2 / 3, 2))


def test_intervals_hold_the_truth_as_often_as_they_say():
    """Three draws of seeds, one table: both kinds of noise at once."""
    rng, held, rounds = np.random.default_rng(0), 0, 2000
    for _ in range(rounds):
        rows = rng.normal(0, 1.0)  # the same rows in all draws
        by_draw = rows + rng.normal(0, 1.0, size=3)
        resampled = by_draw[:, None] + rng.normal(0, 1.0, size=300)[None, :]
        low, high = Estimate.of_draws(by_draw, resampled).interval()
        held += low <= 0 <= high
    assert 0.935 < held / rounds < 0.975


def test_a_mean_over_tables_is_surer_than_each():
    one = Estimate(0.1, ((0.0004, 50.0),))
    mean = Estimate.mean([one, Estimate(0.3, ((0.0004, 50.0),))])
    assert mean.value == pytest.approx(0.2)
    assert np.diff(mean.interval()) == pytest.approx(np.diff(one.interval()) / 2**0.5, rel=0.02)


def test_without_variance_it_is_a_point():
    assert Estimate(0.5).interval() == (0.5, 0.5)

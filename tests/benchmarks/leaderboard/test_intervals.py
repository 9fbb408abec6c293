from __future__ import annotations

import numpy as np
import pytest
from benchmarks.leaderboard.intervals import Estimate


def test_one_draw_has_the_interval_of_the_rows():
    resampled = np.random.default_rng(0).normal(0.5, 0.01, size=(1, 100_000))
    low, high = Estimate.of_draws({0: 0.5}, resampled).interval()
    assert (low, high) == pytest.approx((0.5 - 0.0196, 0.5 + 0.0196), abs=2e-4)


def test_what_varies_between_draws_widens_the_interval():
    resampled = np.random.default_rng(0).normal(0.5, 0.01, size=(1, 10_000)).repeat(3, axis=0)
    steady, moving = (
        Estimate.of_draws(dict(enumerate(by_draw)), resampled) for by_draw in ([0.5] * 3, [0.48, 0.5, 0.52])
    )
    assert np.diff(steady.interval()) < np.diff(moving.interval())
    assert moving.seeds_variance == pytest.approx(0.02**2 / 3)


def test_intervals_hold_the_truth_as_often_as_they_say():
    """Three draws of seeds, one table: both kinds of noise at once."""
    rng, held, rounds = np.random.default_rng(0), 0, 2000
    for _ in range(rounds):
        rows = rng.normal(0, 1.0)  # the same rows in all draws
        by_draw = rows + rng.normal(0, 1.0, size=3)
        resampled = by_draw[:, None] + rng.normal(0, 1.0, size=300)[None, :]
        low, high = Estimate.of_draws(dict(enumerate(by_draw)), resampled).interval()
        held += low <= 0 <= high
    assert 0.935 < held / rounds < 0.975


def test_without_variance_it_is_a_point():
    assert Estimate({0: 0.5}, 0.0).interval() == (0.5, 0.5)


def test_draws_of_two_machines_are_joined():
    joined = Estimate({1: 0.5, 2: 0.6}, 0.01).joined(Estimate({0: 0.4, 1: 0.9}, 0.04))
    assert joined == Estimate({0: 0.4, 1: 0.5, 2: 0.6}, pytest.approx(0.02))
    assert Estimate.from_dict(joined.to_dict()) == joined


def test_draws_that_were_joined_are_no_surer_than_draws_that_were_measured_together():
    """The same rows in all draws: their noise does not average out."""
    rng = np.random.default_rng(0)
    by_draw = {0: 0.4, 1: 0.5, 2: 0.6}
    resampled = rng.normal(0, 0.02, size=1000) + rng.normal(0, 0.01, size=(3, 1000))
    together = Estimate.of_draws(by_draw, resampled)
    joined = Estimate.of_draws({1: 0.5, 2: 0.6}, resampled[1:]).joined(Estimate.of_draws({0: 0.4}, resampled[:1]))
    assert joined.value == pytest.approx(together.value)
    assert 1 <= joined.rows_sd / together.rows_sd < 1.2

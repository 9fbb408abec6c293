from __future__ import annotations

from itertools import islice

import numpy as np
import pytest

from multitag.evaluation.intervals.resamples import draw_resamples, draw_weights


def test_every_resample_is_of_as_many_rows_and_each_row_is_as_likely():
    weights = np.concatenate(list(draw_weights(50, 1000, seed=3, at_once=300)))
    assert weights.shape == (1000, 50)
    assert (weights.sum(axis=1) == 50).all()
    assert weights.min() == 0
    # A row's count is binomial with mean 1 and variance 1 - 1/50:
    # the mean of 1000 of them has a standard error of 0.0313.
    np.testing.assert_allclose(weights.mean(axis=0), 1, atol=5 * 0.0313)
    assert weights.var() == pytest.approx(1 - 1 / 50, abs=0.03)


def test_resamples_do_not_depend_on_how_many_are_drawn_at_once():
    whole, parts = (np.concatenate(list(draw_weights(37, 20, seed=5, at_once=many))) for many in (20, 3))
    np.testing.assert_array_equal(whole, parts)


def test_fewer_resamples_are_drawn_of_many_rows_and_labels():
    assert sum(map(len, draw_resamples(100, 10, 300, seed=0))) == 300
    parts = list(draw_resamples(20_000, 40, 2000, seed=0))
    assert sum(map(len, parts)) == 500  # 400 million in all
    assert {len(part) for part in parts} == {50}  # a million weights at once
    assert sum(map(len, islice(draw_resamples(20_000, 400, 2000, seed=0), 300))) == 200

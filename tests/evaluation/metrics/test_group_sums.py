from __future__ import annotations

import numpy as np
import pytest

from multitag.evaluation.metrics import group_sums
from multitag.evaluation.metrics.group_sums import GroupSums, pair_keys


@pytest.mark.parametrize("n_pairs", [0, 1, 5000])  # more than are added up at once, so that a group goes on
def test_each_group_has_the_sum_of_its_rows(n_pairs, monkeypatch):
    monkeypatch.setattr(group_sums, "AT_ONCE", 600)
    rng = np.random.default_rng(n_pairs)
    groups, rows = rng.integers(7, size=n_pairs) * 2, rng.integers(50, size=n_pairs)  # none is in an odd group
    weights = rng.integers(4, size=(3, 50))
    expected = [np.bincount(groups, of_rows[rows], minlength=15) for of_rows in weights]
    np.testing.assert_array_equal(GroupSums(pair_keys(groups, rows), 15).add_up(weights), expected)

"""Pieces of made-up probabilities."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from benchmarks.leaderboard.pieces import Scored

N_ROWS, N_FOLDS = 150, 5


@pytest.fixture
def make_scored() -> Callable[..., Scored]:
    """Return a function of a seed and of how much the probabilities know; rows and labels are always the same."""

    def make(seed: int = 0, signal: float = 1.0) -> Scored:
        truth = np.random.default_rng(7)
        y_true = (truth.random((N_ROWS, 4)) < [0.5, 0.3, 0.1, 0.02]).astype(np.int8)
        rng = np.random.default_rng(seed)
        logits = signal * (2.0 * y_true - 1) + rng.normal(size=y_true.shape)
        fold = np.random.default_rng(3).permutation(N_ROWS) % N_FOLDS
        return Scored(y_true, (1 / (1 + np.exp(-logits))).astype(np.float32), fold, 1.0 + seed, {})

    return make

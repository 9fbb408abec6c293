"""Runs whose probabilities are the truth with noise, to be compared."""

from __future__ import annotations

import numpy as np

from multitag.evaluation.compare import compare
from multitag.evaluation.held_out import HeldOut

NAMES = ("runs/a", "runs/b")


def make_run(noise, n_rows=200, seed=0, side="test"):
    rng = np.random.default_rng(5)
    y_true = (rng.random((n_rows, 3)) < [0.5, 0.3, 0.2]).astype(np.uint8)
    noises = np.random.default_rng(seed).normal(size=y_true.shape)
    y_prob = (1 / (1 + np.exp(-(2.0 * y_true - 1 + noise * noises)))).astype(np.float32)
    return HeldOut(
        ("Crime", "Drama", "War"), np.arange(n_rows) * 2 + 1, tuple(f"plot {row}" for row in range(n_rows)),
        (side,) * n_rows, np.full(n_rows, -1), y_true, y_prob, y_prob, (y_prob >= 0.5).astype(np.uint8),
    )  # fmt: skip


def compared(first, second):
    return compare(first, second, names=NAMES, resamples=300, seed=0)

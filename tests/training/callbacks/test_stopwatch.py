from __future__ import annotations

from types import SimpleNamespace

import pytest

from multitag.training.callbacks import stopwatch
from multitag.training.callbacks.stopwatch import LAST_STEPS, Stopwatch


@pytest.fixture
def watched(monkeypatch):
    """Give a function that has a watch see steps end at these seconds."""

    def see(*ends, **settings):
        clock = iter([0.0, *ends])
        monkeypatch.setattr(stopwatch.time, "perf_counter", lambda: next(clock))
        watch = Stopwatch(**settings)
        for _ in ends:
            watch.on_step_end(None, SimpleNamespace(global_step=1, max_steps=9), SimpleNamespace())
        return watch

    return see


def test_a_step_begins_where_the_one_before_ended(watched):
    assert watched(3.0, 4.0, 6.5).step_seconds() == (1.0, 2.5)
    assert watched(3.0).step_seconds() == watched().step_seconds() == ()


def test_only_the_last_steps_are_kept(watched):
    steps = watched(*(float(end) for end in range(3 * LAST_STEPS))).step_seconds()
    assert steps == (1.0,) * (LAST_STEPS - 1)

"""What a training will take, and what is left."""

from __future__ import annotations

import pytest

from multitag.config import Config
from multitag.jobs.search.clock import TWICE, Clock, OutOfTime

PLAIN = Config().override(epochs=2, r_drop=0.0)


def test_estimates_go_by_rows_epochs_and_passes():
    clock = Clock()
    assert clock.estimate(PLAIN, 100) == 0
    clock.learn(PLAIN, 100, 10.0)
    assert clock.estimate(PLAIN, 200) == pytest.approx(20)
    assert clock.estimate(PLAIN.override(epochs=4), 100) == pytest.approx(20)
    assert clock.estimate(PLAIN.override(r_drop=1.0), 100) == pytest.approx(10 * TWICE)


def test_what_does_not_fit_is_refused():
    Clock().refuse(1e9)
    clock = Clock(minutes=1.0)
    clock.refuse(30)
    with pytest.raises(OutOfTime):
        clock.refuse(60)

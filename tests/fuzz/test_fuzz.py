"""Briefly, what ``make fuzz`` does at length: any damage to any file is refused in one line, or does no harm."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fuzz.mutate import damaged
from fuzz.targets import TARGETS, Target

EXAMPLES = 60


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_some_of_the_corpus_is_taken(target: Target):
    """Otherwise a target would be refused at its door, and what is behind it never tried."""
    assert sum(target.run(data) for data in target.corpus()) > 0


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_only_our_own_errors_come_out(target: Target):
    @given(damaged(target.corpus()) | st.binary(max_size=60))
    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
    def check(data: bytes) -> None:
        target.run(data)

    check()

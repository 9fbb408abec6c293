"""Briefly, what ``make fuzz`` does at length: any damage to any file is refused in one line, or does no harm."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fuzz.mutate import damaged
from fuzz.run import MARKS
from fuzz.targets import TARGETS, Target

EXAMPLES = 30


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_some_of_the_corpus_is_taken(target: Target):
    """Otherwise a target would be refused at its door, and what is behind it never tried."""
    assert sum(target.run(data) for data in target.corpus()) > 0


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_only_our_own_errors_come_out(target: Target):
    @given(damaged(target.corpus()) | st.binary(max_size=60))
    @settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck))
    def check(data: bytes) -> None:
        target.run(data)

    check()


def test_the_page_on_security_has_every_target_and_no_finding():
    page = (Path(__file__).parents[2] / "docs" / "security.md").read_text(encoding="utf-8")
    table = page[page.index(MARKS[0]) : page.index(MARKS[1])]
    rows = re.findall(r"^\| (.+?) \| ([\d,]+) \| (\d+) \|$", table, re.MULTILINE)
    assert [name for name, _, _ in rows[:-1]] == [target.name for target in TARGETS], "run make fuzz"
    assert all(findings == "0" for _, _, findings in rows)
    executions = [int(count.replace(",", "")) for _, count, _ in rows]
    assert sum(executions[:-1]) == executions[-1]

from __future__ import annotations

from dataclasses import asdict

import pytest
from benchmarks.scale import CORES, SIZES, Timed, cost, tables

FIGURES = {
    "commands": [
        asdict(Timed("predict, 1 threads", 1000, 12.0, 2.0, 400)),
        asdict(Timed("score, 1 workers", 1000, 30.0, 20.0, 512)),
        asdict(Timed("score, 2 workers", 1000, 26.0, 21.0, 512)),
    ],
    "seconds_a_part": 0.1, "csv_seconds_a_million": 3.6, "busy": True, "cores": 2, "bundle_mb": 200,
    "node_lost": {"nodes": 8, "killed": 1, "rows": 2000, "different_rows": 2000, "expected_rows": 2000},
}  # fmt: skip


def test_hours_and_memory_follow_from_what_was_measured():
    foretold = cost(3_600_000, 10, FIGURES)
    assert foretold["scoring"] == pytest.approx(1.0)  # 100 rows a second and core
    assert foretold["csv"] == pytest.approx(0.0036)
    assert foretold["handing_out"] == pytest.approx(3_600_000 / 16_384 * 0.1 / 3600)
    assert foretold["memory_gb"] == pytest.approx(5)
    assert foretold["first"] == "scoring"
    assert cost(10**9, 10**6, FIGURES)["first"] == "handing_out"


def test_the_tables_say_what_was_not_measured_and_that_the_machine_was_busy():
    shown = tables(FIGURES)
    assert "Two workers are 2.00 times as fast" in shown
    assert "the machine had other work" in shown
    assert shown.count("not measured") == len(SIZES)
    assert shown.count("\n| 1") == len(SIZES) * (len(CORES) + 1)
    widths = {line.count("|") for line in shown.splitlines() if line.startswith("| 1")}
    assert widths == {9}

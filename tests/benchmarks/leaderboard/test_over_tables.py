from __future__ import annotations

import pytest
from benchmarks.leaderboard.over_tables import over_tables


def table(**values):
    rows = {
        name: {"differences": {"macro_f1": {"value": value, "low": value - 0.04, "high": value + 0.04}}}
        for name, value in values.items()
    }
    return {"contenders": {**rows, "frozen": {"figures": {}}, "not run yet": {"missing": [0]}}}


def test_a_mean_over_tables_is_surer_than_each():
    over = over_tables({"sample": table(multitag=0.1), "tmdb": table(multitag=0.3)})["multitag"]
    assert over["tables"] == ["sample", "tmdb"]
    mean = over["differences"]["macro_f1"]
    assert mean == pytest.approx({"value": 0.2, "low": 0.2 - 0.04 / 2**0.5, "high": 0.2 + 0.04 / 2**0.5}, abs=1e-5)


def test_the_largest_part_of_a_table_stands_for_it():
    tables = {"netflix-1000": table(multitag=0.1, plain=0.1), "netflix-2000": table(multitag=0.2)}
    over = over_tables(tables)
    assert {name: row["tables"] for name, row in over.items()} == {
        "multitag": ["netflix-2000"], "plain": ["netflix-1000"],
    }  # fmt: skip
    assert over["multitag"]["differences"]["macro_f1"]["value"] == 0.2


def test_nothing_is_chosen_by_a_table_that_is_only_reported():
    assert over_tables({"imdb": table(multitag=0.1)}) == {}

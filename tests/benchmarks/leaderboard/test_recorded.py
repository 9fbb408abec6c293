from __future__ import annotations

import pytest
from benchmarks.leaderboard.recorded import with_recorded


def results(rows, over=None, reference="frozen"):
    tables = {"sample": {"title": "a table", "chosen_by": True, "contenders": rows}} if rows else {}
    titles = {name: name for name in rows}
    return {"draws": [0, 1], "reference": reference, "titles": titles, "tables": tables, "over_tables": over or {}}


def row(*draws, seconds=1.0):
    return {"draws": list(draws), "seconds": seconds}


def test_what_was_measured_elsewhere_stays_until_as_many_draws_are_here():
    recorded = results({"frozen": row(0, 1), "multitag": row(0), "plain": row(0)})
    measured = results({"frozen": row(0, seconds=2.0), "multitag": row(0, seconds=2.0), "new": row(1)})
    merged = with_recorded(measured, recorded)
    assert merged["tables"]["sample"]["contenders"] == {
        "frozen": row(0, 1), "multitag": row(0, seconds=2.0), "plain": row(0), "new": row(1),
    }  # fmt: skip
    assert set(merged["titles"]) == {"frozen", "multitag", "plain", "new"}


def test_a_table_without_pieces_here_stays_whole():
    recorded = results({"multitag": row(0)})
    assert with_recorded(results({}), recorded)["tables"] == recorded["tables"]


def test_of_means_over_tables_that_over_more_of_them_stands():
    recorded = results({"multitag": row(0)}, {"multitag": {"tables": ["sample", "tmdb"]}})
    merged = with_recorded(results({"multitag": row(0)}, {"multitag": {"tables": ["sample"]}}), recorded)
    assert merged["over_tables"] == recorded["over_tables"]


@pytest.mark.parametrize("former", [{}, results({"multitag": row(0, 1)}, reference="multitag")])
def test_a_record_against_another_reference_is_replaced(former):
    measured = results({"multitag": row(0)})
    assert with_recorded(measured, former) == measured

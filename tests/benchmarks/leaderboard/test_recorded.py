from __future__ import annotations

import pytest
from benchmarks.leaderboard.intervals import Estimate
from benchmarks.leaderboard.recorded import with_recorded


def results(rows, reference="frozen"):
    tables = {"sample": {"title": "a table", "chosen_by": True, "contenders": rows}} if rows else {}
    titles = {name: name for name in rows}
    return {"draws": [0, 1, 2], "reference": reference, "titles": titles, "tables": tables}


def row(*, seconds=1.0, difference=None, failed=None, settings=None, **by_draw):
    """By the names d0, d1 and so on."""
    values = {int(name[1:]): value for name, value in by_draw.items()}
    made = {"draws": list(values), "seconds": seconds, "settings": settings or {}}
    made["figures"] = {"macro_f1": Estimate(values, 0.01).to_dict()}
    if difference is not None:
        made["differences"] = {"macro_f1": Estimate(dict.fromkeys(values, difference), 0.01).to_dict()}
    return {**made, **({"failed": failed} if failed else {})}


def joined(measured, recorded):
    merged = with_recorded(results({"multitag": measured}), results({"multitag": recorded}))
    return merged["tables"]["sample"]["contenders"]["multitag"]


def test_draws_of_another_machine_are_joined_with_those_of_this_one():
    both = joined(row(d1=0.5, d2=0.6, seconds=10.0, difference=0.2), row(d0=0.4, d1=0.9, seconds=40.0, difference=0.1))
    assert both == {
        "draws": [0, 1, 2], "seconds": 20.0, "settings": {},
        "figures": {"macro_f1": Estimate({0: 0.4, 1: 0.5, 2: 0.6}, 0.01).to_dict()},
        "differences": {"macro_f1": Estimate({0: 0.1, 1: 0.2, 2: 0.2}, 0.01).to_dict()},
    }  # fmt: skip


def test_draws_that_are_all_here_replace_the_record():
    measured = row(d0=0.5, d1=0.6, seconds=10.0)
    assert joined(measured, row(d0=0.4, seconds=40.0)) == measured


def test_differences_that_only_one_machine_has_stand():
    assert joined(row(d1=0.5), row(d0=0.4, difference=0.1))["differences"] == row(d0=0.4, difference=0.1)["differences"]


def test_a_failure_stands_until_its_draw_is_there():
    assert joined(row(d1=0.5), row(d0=0.4, failed={"1": "slow"})) == row(d0=0.4, d1=0.5)
    assert joined({"failed": {"1": "slow"}}, row(d0=0.4)) == row(d0=0.4, failed={"1": "slow"})


def test_other_settings_under_the_same_name_replace_the_record():
    measured = row(d1=0.5, settings={"epochs": 3})
    assert joined(measured, row(d0=0.4)) == measured


def test_contenders_and_tables_without_pieces_here_stay():
    recorded = results({"multitag": row(d0=0.4)})
    assert with_recorded(results({}), recorded)["tables"] == recorded["tables"]
    merged = with_recorded(results({"new": row(d0=0.1), "multitag": {}}), recorded)
    assert merged["tables"]["sample"]["contenders"] == {"multitag": row(d0=0.4), "new": row(d0=0.1)}
    assert set(merged["titles"]) == {"new", "multitag"}


@pytest.mark.parametrize("former", [{}, results({"multitag": row(d0=0.1, d1=0.2)}, reference="multitag")])
def test_a_record_against_another_reference_is_replaced(former):
    measured = results({"multitag": row(d0=0.4)})
    assert with_recorded(measured, former) == measured

"""What was measured on other machines, whose pieces are not here: it stays on the page until more is measured."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from benchmarks.leaderboard.tables import TABLES


def with_recorded(results: Mapping[str, Any], recorded: Mapping[str, Any]) -> dict[str, Any]:
    """Return the results with the rows of a former record that they have no more draws of.

    Parameters
    ----------
    results, recorded : mapping
        As :func:`~benchmarks.leaderboard.board.collect` returns them; both against the same reference, or the former
        stand alone.
    """
    if results["reference"] != recorded.get("reference"):
        return dict(results)
    tables = {
        name: _table(results["tables"].get(name), recorded["tables"].get(name))
        for name in TABLES
        if name in results["tables"] or name in recorded["tables"]
    }
    over = {
        name: max((_over(results, name), _over(recorded, name)), key=lambda row: len(row.get("tables", ())))
        for name in {**recorded["over_tables"], **results["over_tables"]}
    }
    titles = {**recorded["titles"], **results["titles"]}
    return {**results, "titles": titles, "tables": tables, "over_tables": over}


def _table(measured: Mapping[str, Any] | None, recorded: Mapping[str, Any] | None) -> dict[str, Any]:
    if measured is None or recorded is None:
        return dict(measured or recorded or {})
    rows, former = measured["contenders"], recorded["contenders"]
    best = {
        name: max((rows.get(name, {}), former.get(name, {})), key=lambda row: len(row.get("draws", ())))
        for name in {**former, **rows}
    }
    return {**measured, "contenders": best}


def _over(results: Mapping[str, Any], name: str) -> dict[str, Any]:
    return dict(results["over_tables"].get(name, {}))

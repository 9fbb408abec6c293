"""What was measured on other machines, whose pieces are not here: it is joined with what is measured here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from benchmarks.leaderboard.intervals import Estimate
from benchmarks.leaderboard.tables import TABLES

Row = Mapping[str, Any]


def with_recorded(results: Mapping[str, Any], recorded: Mapping[str, Any]) -> dict[str, Any]:
    """Return the results with the rows and draws of a former record that are not among them.

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
    titles = {**recorded["titles"], **results["titles"]}
    return {**results, "titles": titles, "tables": tables}


def _table(measured: Mapping[str, Any] | None, recorded: Mapping[str, Any] | None) -> dict[str, Any]:
    if measured is None or recorded is None:
        return dict(measured or recorded or {})
    rows, former = measured["contenders"], recorded["contenders"]
    return {**measured, "contenders": {name: _row(rows.get(name), former.get(name)) for name in {**former, **rows}}}


def _row(measured: Row | None, recorded: Row | None) -> dict[str, Any]:
    """Join the draws of a contender, unless other settings were recorded under its name."""
    if not measured or not recorded or measured.get("settings", {}) != recorded.get("settings", {}):
        return dict(measured or recorded or {})
    failed = {**recorded.get("failed", {}), **measured.get("failed", {})}
    if "draws" not in measured or "draws" not in recorded:
        row = dict(measured if "draws" in measured else recorded)
    else:
        row = _joined(measured, recorded)
    failed = {draw: reason for draw, reason in failed.items() if int(draw) not in row.get("draws", ())}
    return {**row, "failed": failed} if failed else {key: value for key, value in row.items() if key != "failed"}


def _joined(measured: Row, recorded: Row) -> dict[str, Any]:
    new = [draw for draw in recorded["draws"] if draw not in measured["draws"]]
    draws = sorted([*measured["draws"], *new])
    seconds = (len(measured["draws"]) * measured["seconds"] + len(new) * recorded["seconds"]) / len(draws)
    row = {"draws": draws, "seconds": round(seconds, 1), "settings": measured["settings"]}
    for kind in ("figures", "differences"):
        if kind in measured and kind in recorded:
            row[kind] = {figure: _mean(measured[kind][figure], recorded[kind][figure]) for figure in measured[kind]}
        elif kind in measured or kind in recorded:
            row[kind] = (measured if kind in measured else recorded)[kind]
    return row


def _mean(measured: Row, recorded: Row) -> dict[str, Any]:
    return Estimate.from_dict(measured).joined(Estimate.from_dict(recorded)).to_dict()

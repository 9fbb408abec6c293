"""The mean over the tables that recipes may be chosen by, from the rows of each, wherever they were measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from benchmarks.leaderboard.tables import TABLES

Row = Mapping[str, Any]


def over_tables(tables: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Average every contender's differences to the reference.

    Of a table that is there in parts, the largest part stands for it on which the two were compared.

    Parameters
    ----------
    tables : mapping
        As :func:`~benchmarks.leaderboard.board.collect` returns them, smaller parts of a table before larger ones.

    Returns
    -------
    dict of dict
        By contender: the ``tables`` and, by figure, the ``differences``.
    """
    compared: dict[str, dict[str, tuple[str, Row]]] = {}  # by contender, by whole table
    for name, table in tables.items():
        for contender, row in table["contenders"].items():
            if TABLES[name].chosen_by and "differences" in row:
                compared.setdefault(contender, {})[TABLES[name].part_of] = (name, row["differences"])
    return {
        contender: {
            "tables": [name for name, _ in parts.values()],
            "differences": _mean([differences for _, differences in parts.values()]),
        }
        for contender, parts in compared.items()
    }


def _mean(rows: Sequence[Row]) -> dict[str, dict[str, float]]:
    """Return the mean of independent estimates; of their intervals, half the widths add up as standard errors do."""
    means = {}
    for figure in rows[0]:
        value = float(np.mean([row[figure]["value"] for row in rows]))
        half = float(np.linalg.norm([row[figure]["high"] - row[figure]["low"] for row in rows])) / 2 / len(rows)
        means[figure] = {key: round(each, 5) for key, each in _ends(value, half).items()}
    return means


def _ends(value: float, half: float) -> dict[str, float]:
    return {"value": value, "low": value - half, "high": value + half}

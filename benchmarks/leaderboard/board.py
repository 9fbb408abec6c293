"""The pieces that are there, put together: figures, differences to a reference, and what is missing or failed."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from benchmarks.leaderboard.figures import FIGURES, Measured, measure
from benchmarks.leaderboard.pieces import RUNS, Piece, Scored
from benchmarks.leaderboard.tables import TABLES

Board = dict[str, dict[str, Measured]]  # by table, by contender


def known_contenders(runs: Path = RUNS) -> dict[str, dict[str, Any]]:
    """Return the contenders that have a piece, or failed at one, with the settings that they were asked for."""
    known = {}
    for path in sorted(runs.glob("*/[0-9]*/*")):
        name = path.name.removesuffix(".npz").removesuffix(".failed.json")
        asked = Piece(path.parts[-3], int(path.parts[-2]), name, runs).asked()
        if name != path.name and asked is not None:
            known[name] = asked
    return known


def load_table(table: str, contenders: Iterable[str], runs: Path = RUNS) -> dict[str, Measured]:
    """Measure the contenders that have pieces of a table, in whichever draws there are.

    Raises
    ------
    ValueError
        If two contenders were not measured on the same rows and folds of a draw.
    """
    folds: dict[int, Scored] = {}
    measured = {}
    for contender in contenders:
        places = {int(path.parent.name): path for path in runs.glob(f"{table}/[0-9]*/{contender}.npz")}
        pieces = {draw: Scored.load(path) for draw, path in sorted(places.items())}
        for draw, scored in pieces.items():
            first = folds.setdefault(draw, scored)
            same = ((first.fold, scored.fold), (first.y_true, scored.y_true))
            if not all(np.array_equal(one, other) for one, other in same):
                raise ValueError(f"{places[draw]}: not of the rows and folds of the other contenders; delete it")
        if pieces:
            measured[contender] = measure(pieces)
    return measured


def collect(
    board: Board, titles: Mapping[str, str], expected: Container[str], draws: Sequence[int], reference: str,
    runs: Path = RUNS,
) -> dict[str, Any]:
    """Return all results, as they are kept in JSON.

    Parameters
    ----------
    board : dict of dict of Measured
        By table and contender.
    titles : mapping of str to str
        Of every contender.
    expected : container of str
        The contenders that should have pieces of every table; what others lack is said of tables that they are in.
    draws : sequence of int
        That should be there.
    reference : str
        The contender that the others are compared to.
    runs : Path
    """
    tables = {}
    for table, measured in board.items():
        rows = {}
        for name in titles:
            pieces = (Piece(table, draw, name, runs) for draw in draws)
            failed = {str(piece.draw): piece.reason for piece in pieces if piece.reason is not None}
            if name in expected or name in measured or failed:
                rows[name] = {**_row(name, measured, reference), **({"failed": failed} if failed else {})}
        tables[table] = {"title": TABLES[table].title, "chosen_by": TABLES[table].chosen_by, "contenders": rows}
    return {"draws": list(draws), "reference": reference, "titles": dict(titles), "tables": tables}


def _row(name: str, measured: Mapping[str, Measured], reference: str) -> dict[str, Any]:
    if name not in measured:
        return {}
    mine, other = measured[name], measured.get(reference)
    row: dict[str, Any] = {
        "draws": list(mine.draws), "seconds": round(mine.seconds, 1), "settings": mine.settings,
        "figures": {figure: mine.estimate(figure).to_dict() for figure in FIGURES},
    }  # fmt: skip
    if other is not None and name != reference and set(mine.draws) & set(other.draws):
        row["differences"] = {figure: mine.difference(other, figure).to_dict() for figure in FIGURES}
    return row

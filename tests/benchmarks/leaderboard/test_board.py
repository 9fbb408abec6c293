from __future__ import annotations

import json

import pytest
from benchmarks.leaderboard.board import collect, known_contenders, load_table
from benchmarks.leaderboard.over_tables import over_tables
from benchmarks.leaderboard.pieces import Piece
from benchmarks.leaderboard.report import as_page

from benchmarks.leaderboard import __main__ as command

TITLES = {"weak": "a weak model", "strong": "a strong model", "absent": "a model of tomorrow", "other": "a variant"}


@pytest.fixture
def runs(tmp_path, make_scored):
    """Two contenders on two tables, one of them without a draw that failed."""
    for table in ("sample", "imdb"):
        for draw in (0, 1):
            make_scored(draw, 0.5).save(Piece(table, draw, "weak", tmp_path).path)
        make_scored(0, 2.0).save(Piece(table, 0, "strong", tmp_path).path)
    failure = Piece("sample", 1, "strong", tmp_path).failure
    failure.write_text(json.dumps({"reason": "out of memory", "settings": {}}))
    return tmp_path


def collected(runs):
    board = {table: load_table(table, TITLES, runs) for table in ("sample", "imdb")}
    return collect(board, TITLES, ["weak", "strong", "absent"], [0, 1], "weak", runs)


def test_what_is_missing_and_what_failed_is_said(runs):
    rows = collected(runs)["tables"]["sample"]["contenders"]
    assert rows["absent"] == {}
    assert rows["strong"]["failed"] == {"1": "out of memory"}
    assert "other" not in rows  # a variant that was not tried on this table
    page = as_page({**collected(runs), "over_tables": {}})
    assert [line for line in page.splitlines() if line.startswith("* ")] == [
        "* a strong model, draw 1: failed: out of memory", "* a model of tomorrow: not run yet, draws 0, 1.",
        "* a strong model: not run yet, draw 1.", "* a model of tomorrow: not run yet, draws 0, 1.",
    ]  # fmt: skip


def test_differences_are_to_the_reference(runs):
    results = collected(runs)
    row = results["tables"]["sample"]["contenders"]["strong"]
    assert row["differences"]["macro_f1"]["low"] > 0
    assert "differences" not in results["tables"]["sample"]["contenders"]["weak"]
    assert json.loads(json.dumps(results)) == results
    page = as_page({**results, "over_tables": over_tables(results["tables"])})
    assert page.count("Only reported: nothing was chosen by it.") == 1
    assert page.count("| a strong model |") == 5  # two figures, two differences, and the mean over tables


def test_other_folds_are_refused(runs, make_scored):
    scored = make_scored(0)
    scored.fold[:] = (scored.fold + 1) % 5
    scored.save(Piece("sample", 0, "absent", runs).path)
    with pytest.raises(ValueError, match=r"absent\.npz: not of the rows and folds of the other contenders"):
        load_table("sample", TITLES, runs)


def test_contenders_are_known_by_their_pieces_and_failures(runs):
    Piece("sample", 0, "half", runs).work.mkdir()
    assert known_contenders(runs) == {"weak": {}, "strong": {}}


def test_the_page_has_the_place():
    page = command.RECORD.page.read_text(encoding="utf-8")
    assert command.RECORD.place.search(page)
    assert "\n### sample\n" in command.RECORD.fill(page, "### sample\n")

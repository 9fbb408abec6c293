from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from benchmarks.leaderboard.pieces import Contender, Piece, Scored, prepare, run_pieces

from multitag.errors import OutputError


class Fake:
    """A contender that gives the truth, or fails."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error, self.calls = error, 0

    def __call__(self, task: Any, draw: int, work: Path) -> Scored:
        self.calls += 1
        if self.error is not None:
            raise self.error
        return Scored(task.y, task.y.astype(np.float32), task.fold, 1.5, {})


def run(table: Any, pieces: list[Piece], fakes: dict[str, Fake], **options: Any) -> list[str]:
    said: list[str] = []
    contenders = {name: Contender(name, fake) for name, fake in fakes.items()}
    run_pieces(pieces, contenders, lambda name: table, say=said.append, **options)
    return said


def test_a_piece_is_run_once_and_holds_what_was_scored(table, tmp_path):
    fake, pieces = Fake(), [Piece("sample", draw, "fake", tmp_path) for draw in (0, 1)]
    run(table, pieces, {"fake": fake})
    said = run(table, pieces, {"fake": fake})
    assert fake.calls == 2
    assert [line.endswith("done before") for line in said] == [True, True]
    kept = [Scored.load(piece.path) for piece in pieces]
    np.testing.assert_array_equal(kept[0].y_true, kept[1].y_true)
    assert not np.array_equal(kept[0].fold, kept[1].fold)  # the draw is the seed of the folds
    np.testing.assert_array_equal(kept[1].fold, prepare(table, 1).fold)
    assert (kept[0].seconds, kept[0].settings, kept[0].y_raw.dtype) == (1.5, {}, np.float32)


def test_a_failure_is_kept_with_its_reason_and_stops_no_other_piece(table, tmp_path):
    fakes = {"bad": Fake(RuntimeError("many lines\nno such head")), "good": Fake()}
    pieces = [Piece("sample", 0, name, tmp_path) for name in fakes]
    run(table, pieces, fakes)
    said = run(table, pieces, fakes)
    assert (fakes["bad"].calls, fakes["good"].calls) == (1, 1)
    assert (pieces[0].reason, pieces[1].reason) == ("no such head", None)
    assert "no such head" in said[0]
    assert "RuntimeError" in json.loads(pieces[0].failure.read_bytes())["traceback"]
    pieces[0].failure.unlink()
    run(table, pieces, fakes)
    assert fakes["bad"].calls == 2


def test_a_full_disk_is_no_failure_of_the_contender(table, tmp_path):
    piece, fakes = Piece("sample", 0, "fake", tmp_path), {"fake": Fake(OutputError("no space"))}
    assert "no space" in run(table, [piece], fakes)[-1]
    assert piece.reason is None


def test_after_the_minutes_nothing_is_begun(table, tmp_path):
    fake = Fake()
    said = run(table, [Piece("sample", 0, "fake", tmp_path)], {"fake": fake}, minutes=-1)
    assert fake.calls == 0
    assert "left for another call" in said[0]


def test_a_piece_of_other_settings_is_not_taken_for_this_one(table, tmp_path):
    piece, fake, said = Piece("sample", 0, "fake", tmp_path), Fake(), []
    run(table, [piece], {"fake": fake})
    run_pieces([piece], {"fake": Contender("fake", fake, {"epochs": 3})}, lambda name: table, say=said.append)
    assert "OUT OF DATE" in said[0]


@pytest.mark.parametrize("y_raw", [np.full((2, 2), np.nan), np.full((2, 2), 1.5), np.zeros((2, 3))])
def test_what_is_no_probability_of_each_row_and_label_is_refused(y_raw):
    with pytest.raises(ValueError, match="y_raw: expected"):
        Scored(np.zeros((2, 2), dtype=np.int8), y_raw.astype(np.float32), np.array([0, 1]), 0.0, {})

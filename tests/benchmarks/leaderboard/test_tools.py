from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest
from benchmarks.leaderboard.pieces import prepare
from benchmarks.leaderboard.tools import Tool, score_tool
from benchmarks.leaderboard.workers import folds


@pytest.fixture
def here(monkeypatch):
    """Tools run in this environment."""
    monkeypatch.setattr(Tool, "environment", lambda tool: Path(sys.executable))


def test_a_worker_scores_each_fold_once(tmp_path, monkeypatch):
    rows = {"texts": list("abcdef"), "y": [[1, 0], [0, 1]] * 3, "fold": [0, 1, 2] * 2, "labels": ["x", "y"], "seed": 7}
    file = tmp_path / "rows.json"
    file.write_text(json.dumps(rows))
    monkeypatch.setattr(sys, "argv", ["worker", str(file), str(tmp_path)])
    seen = []

    def score(fold):
        if len(seen) == 2:
            seen.clear()
            raise RuntimeError("stopped")
        seen.append("".join(fold.scored))
        assert (len(fold.texts), fold.y.shape, fold.labels, fold.seed) == (4, (4, 2), ["x", "y"], 7)
        fold.say("step 3")
        return np.full((len(fold.scored), 2), 0.25)

    with pytest.raises(RuntimeError):
        folds.score_folds(score)
    assert (tmp_path / folds.PROGRESS).read_text().startswith("fold 3, beginning, after 0.0 minutes")
    folds.score_folds(score)
    assert seen == ["cf"]  # the others were done before
    with np.load(tmp_path / "fold-2.npz") as kept:
        np.testing.assert_array_equal(kept["y_raw"], np.full((2, 2), 0.25, dtype=np.float32))


def test_why_a_tool_failed_is_the_last_line_that_it_wrote(table, tmp_path, here):
    with pytest.raises(RuntimeError, match=r"No module named .?benchmarks\.leaderboard\.workers\.unheard_of"):
        score_tool(Tool("unheard_of", ()), 1, prepare(table, 0), 0, tmp_path / "work")


def test_a_tool_that_is_not_finished_in_time_is_given_up(table, tmp_path, here):
    with pytest.raises(RuntimeError, match=r"not finished in 0\.0001 minutes: no fold begun"):
        score_tool(Tool("plain", ()), 0.0001, prepare(table, 0), 0, tmp_path / "work")


def test_a_python_that_is_not_here_is_named(tmp_path):
    with pytest.raises(RuntimeError, match=r"not installed: it needs Python 3\.99 or newer, and only 3\."):
        Tool("of_tomorrow", (), (3, 99)).environment(tmp_path)


def test_folds_are_put_together_in_the_order_of_the_table(table, tmp_path, here, monkeypatch):
    task = prepare(table, 0)

    def work(tool, python, folder, minutes):
        rows = json.loads((folder / "rows.json").read_text())
        assert rows["texts"] == list(table.texts)
        for number in range(task.n_folds):
            inside = np.array(rows["fold"]) == number
            np.savez(folder / f"fold-{number}.npz", y_raw=np.array(rows["y"])[inside] * 0.9, seconds=2.0)

    monkeypatch.setattr("benchmarks.leaderboard.tools._call_worker", work)
    scored = score_tool(Tool("plain", ()), 1, task, 0, tmp_path / "work")
    np.testing.assert_allclose(scored.y_raw, task.y * 0.9, rtol=1e-6)
    assert scored.seconds == 2.0 * task.n_folds
    assert not (tmp_path / "work").exists()

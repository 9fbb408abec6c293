from __future__ import annotations

import json
import shutil

import numpy as np
import pytest

from multitag.evaluation.held_out import HeldOut


@pytest.fixture
def two_runs(finished_run, tmp_path):
    """Folders with the held-out rows of a run twice over, so that there are enough, and with others guessed."""
    held_out = HeldOut.load(finished_run.folder / "probabilities.parquet")
    test = held_out.of_side("validation").joined(held_out.of_side("test"))
    test = test.taken(np.arange(len(test)), side="test")
    guessed = np.random.default_rng(0).random(test.y_prob.shape).astype(np.float32)
    for name, rows in {"a": test, "b": test.with_decisions(guessed, (guessed >= 0.3).astype(np.uint8))}.items():
        (tmp_path / name).mkdir()
        rows.save(tmp_path / name / "probabilities.parquet")
    return tmp_path / "a", tmp_path / "b"


def test_two_runs_side_by_side(multitag_process, multitag_run, two_runs):
    first, second = two_runs
    ended = multitag_process("compare", first, second)
    assert (ended.code, ended.err) == (0, "")
    told = json.loads(multitag_run("compare", first, second, "--json").out)
    value, low, high = told["difference"]["micro_f1"]
    (line,) = [line for line in ended.out.splitlines() if line.strip().startswith("Micro F1")]
    figures = [f"{values['micro_f1']:.3f}" for values in told["values"]]
    assert line.split() == ["Micro", "F1", *figures, f"{value:+.3f}", f"[{low:+.3f},", f"{high:+.3f}]"]
    assert ended.out.splitlines()[-1] == told["verdict"]
    assert told["verdict"].startswith("on 32 test rows, ")


def test_the_seed_and_the_number_of_resamples_can_be_given(multitag_run, two_runs):
    def told(*more):
        return json.loads(multitag_run("compare", *two_runs, "--json", "--resamples", 100, *more).out)

    assert told("--seed", 1) == told("--seed", 1) != told("--seed", 2)


def test_what_cannot_be_compared_is_refused(refused, two_runs, finished_run, tmp_path):
    first, second = two_runs
    assert refused("compare", first, finished_run.folder).startswith(f"{first} and {finished_run.folder}: measured on")
    assert refused("compare", first, "nowhere").startswith("nowhere/probabilities.parquet: missing; give the folder of")
    assert refused("compare", "hf://user/films", first).startswith("hf://user/films: the hub has bundles only; expect")
    told = refused("compare", first, second, "--resamples", 10)
    assert told == "--resamples: expected at least 100, got 10"
    shutil.copyfile(finished_run.bundle / "labels.json", second / "probabilities.parquet")
    assert refused("compare", first, second).startswith(f"{second}/probabilities.parquet: not a file of probabilities")

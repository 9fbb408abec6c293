from __future__ import annotations

import shutil

import pytest

import multitag
from multitag.jobs.tune import tune_bundle

COLUMNS = ["--text", "Plot", "--labels", "Genre"]


@pytest.fixture
def bundle(finished_run, tmp_path):
    return shutil.copytree(finished_run.bundle, tmp_path / "bundle")


def test_figures_before_and_after_are_shown_and_the_bundle_changed(multitag_run, bundle, films_csv, tmp_path):
    expected, _ = tune_bundle(
        bundle, films_csv, objective="recall=0.9", out=tmp_path / "expected", text="Plot", labels="Genre"
    )
    ended = multitag_run("tune", bundle, films_csv, *COLUMNS, "--objective", "recall=0.9")
    assert (ended.code, ended.err) == (0, "")
    lines = [line.split() for line in ended.out.splitlines()]
    assert ["On", "60", "rows", "before", "tuned", "difference,", "95%"] in lines
    figures = [f"{side['micro_recall']:.3f}" for side in (expected.before, expected.after)]
    ends = "[{:+.3f}, {:+.3f}]".format(*expected.difference["micro_recall"])
    assert ["Micro", "recall", *figures, *ends.split()] in lines
    assert ended.out.endswith(f"bundle: {bundle}\n")
    assert multitag.load(bundle).thresholds == expected.thresholds


def test_the_rows_of_the_run_and_a_new_bundle(multitag_run, finished_run, tmp_path):
    ended = multitag_run("tune", finished_run.bundle, "--objective", "hamming", "--out", tmp_path / "new")
    assert ended.code == 0
    assert "note: tuned on the rows that the run held out: validation, 20 rows, from " in ended.out
    assert ended.out.endswith(f"bundle: {tmp_path / 'new'}\n")
    assert multitag.load(tmp_path / "new").thresholds.objective == "hamming"


def test_mistakes_are_one_line_and_change_nothing(refused, finished_run, tmp_path, films_csv):
    bundle = finished_run.bundle
    assert refused("tune", bundle, "nowhere.csv").startswith("nowhere.csv: no such file")
    assert refused("tune", bundle, films_csv).startswith("films.csv: no column 'Description'")
    told = refused("tune", bundle, films_csv, *COLUMNS, "--objective", "f1x")
    assert told.startswith("--objective: expected one of f1, f2, f0.5, macro-f1, micro-f1, hamming, precision=0.8")
    told = refused("tune", bundle, films_csv, *COLUMNS, "--costs", "costs.csv")
    assert told.startswith("--costs: only the objective 'cost' takes")
    told = refused("tune", bundle, films_csv, *COLUMNS, "--objective", "cost", "--costs", "costs.csv")
    assert told.startswith("costs.csv: no such file; expected a CSV file with the header label,false_positive,")

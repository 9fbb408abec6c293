from __future__ import annotations

import csv

import numpy as np
import pytest

from multitag.evaluation.held_out import HeldOut

N_ROWS = 40


@pytest.fixture
def run_folder(tmp_path):
    """A run that held out 40 rows, every other a war film; the model is sure that the first is none."""
    y_true = np.stack([np.arange(N_ROWS) % 2 == 0, np.arange(N_ROWS) % 3 == 0], axis=1).astype(np.uint8)
    y_prob = np.where(y_true == 1, 0.9, 0.1).astype(np.float32)
    y_prob[0, 0] = 0.02
    texts = tuple(f"{row * 7919} \x1b[31m[red]things[/red] happen {row * 104729} times" for row in range(N_ROWS))
    folder = tmp_path / "run"
    folder.mkdir()
    HeldOut(
        ("War", "Drama"), np.arange(1, N_ROWS + 1), texts, ("out_of_fold",) * N_ROWS, np.arange(N_ROWS) % 5,
        y_true, y_prob, y_prob, y_true,
    ).save(folder / "probabilities.parquet")  # fmt: skip
    return folder


def test_what_is_doubted_is_shown(multitag_run, run_folder):
    ended = multitag_run("audit", run_folder)
    assert (ended.code, ended.err) == (0, "")
    lines = [line.strip() for line in ended.out.splitlines()]
    assert lines[:3] == [
        "40 rows checked:",
        "0  labels that differ between rows with equal or nearly equal texts",
        "1  labels that may be wrong",
    ]
    (row,) = (line for line in lines if line.startswith("0.980"))
    assert row.split()[:4] == ["0.980", "1", "War", "wrong?"]
    assert r"\x1b[31m[red]things" in row
    assert max(map(len, lines)) <= 80


def test_all_of_it_goes_into_a_file(multitag_run, run_folder, tmp_path):
    output = tmp_path / "doubts.csv"
    ended = multitag_run("audit", run_folder, "--output", output)
    assert ended.out.endswith(f"wrote 1 findings to {output}, the surest first\n")
    with output.open(encoding="utf-8", newline="") as file:
        (only,) = csv.DictReader(file)
    assert (only["kind"], only["row"], only["label"], only["fold"]) == ("likely_wrong", "1", "War", "0")


def test_what_is_no_run_is_refused(refused, finished_run, run_folder):
    told = refused("audit", "nowhere")
    assert told.startswith("nowhere/probabilities.parquet: missing; give the folder of a finished run")
    assert refused("audit", finished_run.bundle).startswith(f"{finished_run.bundle}/probabilities.parquet: missing")
    assert refused("audit", run_folder, "--output", "x.xlsx") == "x.xlsx: expected a name that ends in .csv"
    assert "there is no folder" in refused("audit", run_folder, "--output", "no/such/x.csv")


def test_a_run_counted_the_same(multitag_run, finished_run, settings):
    counts = finished_run.metrics.audit.counts
    lines = multitag_run("audit", finished_run.folder).out.splitlines()
    assert [int(line.split()[0]) for line in lines[1 : 1 + len(counts)]] == list(counts.values())
    assert f"{settings['validation_size'] + settings['test_size']} rows checked:" == lines[0]

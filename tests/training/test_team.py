"""As torchrun starts it; what several processes do otherwise is tested in tests/accidents/test_processes.py."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from multitag.processes import follows, n_processes
from multitag.training.team import from_leader, leading


def test_alone_nothing_is_sent():
    assert (n_processes(), follows()) == (1, False)
    with leading() as hand_over:
        hand_over("a run")
    assert from_leader(lambda: 3) == 3


def test_the_first_of_several_leads(monkeypatch):
    monkeypatch.setenv("WORLD_SIZE", "2")
    monkeypatch.setenv("RANK", "0")
    assert not follows()
    monkeypatch.setenv("RANK", "1")
    assert follows()


@pytest.mark.slow
def test_torchrun_trains_in_two_processes(films_csv, tiny_distilbert, tmp_path):
    command = [
        sys.executable, "-m", "torch.distributed.run", "--nproc-per-node", "2", "-m", "multitag", "train",
        films_csv, "--text", "Plot", "--labels", "Genre", "--base-model", tiny_distilbert, "--out", tmp_path / "run",
        "--epochs", "1", "--batch-size", "8", "--max-length", "48",
        "--no-onnx", "--no-baselines", "--resamples", "0", "--trainer-arg", "gradient_accumulation_steps=2",
        "--trainer-arg", "report_to=none",
    ]  # fmt: skip
    ended = subprocess.run(
        command, check=False, capture_output=True, text=True, timeout=300, env={**os.environ, "OMP_NUM_THREADS": "1"}
    )
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.count("took ") == 1
    assert (tmp_path / "run" / "bundle" / "report.html").is_file()

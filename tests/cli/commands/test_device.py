"""``--device``, of the commands that predict."""

from __future__ import annotations

import pytest

from multitag.inference.backends import device


@pytest.fixture
def without_gpu(monkeypatch):
    monkeypatch.setattr(device, "has_driver", lambda: False)
    monkeypatch.setattr(device, "why_not_torch", lambda: "torch is not installed")
    monkeypatch.setattr(device, "why_not_onnx", lambda: "onnxruntime 1.30 has no CUDA provider")


@pytest.mark.parametrize("command", [
    ("predict", "absent", "a text"), ("evaluate", "absent", "absent.csv"), ("score", "absent", "absent.csv", "out"),
    ("serve", "absent", "--api-key-file", "absent"),
])  # fmt: skip
def test_a_gpu_asked_for_in_vain_is_one_line_before_any_file_is_read(command, multitag_run, without_gpu):
    ended = multitag_run(*command, "--device", "cuda")
    assert (ended.code, ended.out) == (2, "")
    assert len(ended.err.splitlines()) == 1
    assert "--device: no GPU for cuda: NVIDIA's driver (libcuda) is not there, torch is not installed, " in ended.err


def test_what_computed_is_said_of_a_file_where_a_device_was_named(multitag_run, finished_run, films_csv, tmp_path):
    files = ("--input", films_csv, "--output", tmp_path / "out.csv")
    predict = ("predict", finished_run.bundle, *files, "--text", "Plot")
    ended = multitag_run(*predict)
    assert (ended.code, "predicted with" in ended.err) == (0, False)
    ended = multitag_run(*predict, "--device", "cpu")
    assert ended.code == 0
    assert "predicted with torch on cpu" in ended.err.splitlines()


def test_evaluate_says_it_too(multitag_run, finished_run, films_csv):
    columns = ("--text", "Plot", "--labels", "Genre")
    ended = multitag_run("evaluate", finished_run.bundle, films_csv, *columns, "--resamples", "0", "--device", "cpu")
    assert ended.code == 0
    assert "note: predicted with torch on cpu" in ended.err.splitlines()

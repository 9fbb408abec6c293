from __future__ import annotations

import inspect
import os
import signal
import subprocess
import sys
from importlib import import_module

import pytest

from multitag.cli.commands import COMMANDS


def test_every_command_has_help(multitag_run):
    ended = multitag_run("--help")
    assert ended.code == 0
    for command in COMMANDS:
        assert command in ended.out
        assert "Usage: multitag " + command in multitag_run(command, "--help").out


def test_the_version(multitag_process):
    from importlib.metadata import version

    ended = multitag_process("--version")
    assert (ended.code, ended.out, ended.err) == (0, f"multitag {version('multitag')}\n", "")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "Usage: multitag"),
        (["trian"], "train"),
        (["train"], "missing DATA"),
        (["train", "films.csv"], "--out"),
        (["train", "films.csv", "--out", "run", "--epoch", "1"], "--epochs"),
        (["train", "films.csv", "--out", "run", "--epochs", "many"], "--epochs"),
        (["train", "films.csv", "--out", "run", "--split", "half"], "stratified"),
        (["predict", "bundle", "one text", "another"], "another"),
        (["verify", "--colour"], "--colour"),
    ],
    ids=" ".join,
)
def test_a_command_that_is_not_understood_ends_with_2(multitag_run, arguments, told):
    ended = multitag_run(*arguments)
    assert ended.code == 2
    assert told in ended.out + ended.err


def test_a_reader_that_goes_away_is_no_error_to_read_about():
    command = [sys.executable, "-m", "multitag", "inspect", "sample", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        process.stdout.close()
        assert process.stderr.read() == ""
    assert process.returncode == 1


def ctrl_c_in_call(number, function):
    """Give the function, which has SIGINT sent to this process when it is called for the so manieth time."""
    calls = iter(range(1, number + 1))

    def pressing(*args, **options):
        if next(calls, None) == number:
            os.kill(os.getpid(), signal.SIGINT)
        return function(*args, **options)

    return pressing


def test_ctrl_c_stops_a_training_that_then_goes_on_with_resume(
    train_films, multitag_run, tmp_path, monkeypatch, caplog
):
    """SIGTERM does the same: tests/accidents stops runs by both, in processes of their own."""
    from transformers import Trainer

    out = tmp_path / "run"
    command = [*train_films, "--out", out, "--epochs", "20", "--save-steps", "10", "--validation-size", "0"]
    with monkeypatch.context() as patch:
        patch.setattr(Trainer, "training_step", ctrl_c_in_call(12, Trainer.training_step))
        # As in a terminal: pytest's workers ignore SIGINT.
        before = signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            ended = multitag_run(*command)
        finally:
            signal.signal(signal.SIGINT, before)
    assert ended.code == 130
    assert ended.out == "labels: column 'Genre', separated by ',' (20 labels)\n60 rows read: all used\n"
    assert (out / "checkpoints" / "checkpoint-12").is_dir()
    assert [record.getMessage() for record in caplog.records if record.name == "multitag"] == [
        "stopping as soon as a checkpoint is saved; the same signal again stops at once",
        "saved checkpoint-12; --resume goes on from it",
    ]
    assert ended.err == "multitag: stopped; to go on, give the same command with --resume\n"
    assert not [path.name for path in out.iterdir() if path.name.startswith(".")]
    assert not (out / "bundle").exists()

    refused = multitag_run(*command, "--resume", "--seed", "1")
    assert refused.code == 2
    assert "cannot resume with other settings: seed was 0, now 1" in refused.err

    ended = multitag_run(*command, "--resume")
    assert (ended.code, ended.err) == (0, "")
    assert f"bundle: {out / 'bundle'}" in ended.out
    assert multitag_run("verify", out / "bundle").code == 0
    assert "this run is finished" in multitag_run(*command, "--resume").err


@pytest.mark.parametrize("command", ["predict", "evaluate", "verify", "pack"])
def test_what_is_not_a_whole_bundle_is_refused(refused, changed_bundle, finished_run, tmp_path, command):
    (tmp_path / "empty").mkdir()
    more = {"predict": ["a film"], "evaluate": ["sample"], "pack": ["--output", "films.zip"]}.get(command, [])
    assert refused(command, "nowhere", *more).startswith("nowhere: no such bundle; expected a folder made by")
    assert refused(command, "empty", *more).startswith("empty: not a bundle, it has no manifest.json")
    assert f"did you mean {finished_run.bundle}?" in refused(command, finished_run.folder, *more)
    assert "labels.json changed since it was written" in refused(command, changed_bundle, *more)


def test_a_bundle_packed_and_verified(multitag_process, finished_run, tmp_path):
    import hashlib

    archive = tmp_path / "films.zip"
    ended = multitag_process("pack", finished_run.bundle, "--output", archive)
    assert (ended.code, ended.err) == (0, "")
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    assert ended.out == f"{archive}: {archive.stat().st_size / 1e6:.1f} MB, SHA-256 {digest}\n"
    for bundle in (archive, finished_run.bundle):
        ended = multitag_process("verify", bundle)
        assert (ended.code, ended.err) == (0, "")
        assert ended.out.splitlines()[-1] == "ok"


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_describes_each_command_as_its_docstring_does(name):
    command = getattr(import_module(f"multitag.cli.commands.{name}"), name)
    assert COMMANDS[name] == inspect.cleandoc(command.__doc__).partition("\n\nParameters\n")[0]

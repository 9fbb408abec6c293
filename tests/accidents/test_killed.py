"""Training killed at any moment, then --resume: the same weights, bit for bit, as if nothing had happened."""

from __future__ import annotations

import json
import os
import random
import signal
from pathlib import Path

import pytest

from multitag.training.checkpoints import what_is_wrong

pytestmark = pytest.mark.slow

KILLS, SEED = int(os.environ.get("MULTITAG_KILLS", "10")), int(os.environ.get("MULTITAG_KILL_SEED", "0"))
KILL, TERM, INT = signal.SIGKILL, signal.SIGTERM, signal.SIGINT
# In the order in which a run comes to them. (Function, how manieth call, as it returns and not as it is called.)
MOMENTS = [
    ("multitag.jobs.run_folder:RunFolder.check", 1, True),
    ("multitag.data.task:Task.prepare", 1, False),  # all is read
    ("filelock:FileLock.acquire", 1, True),
    ("multitag.jobs.run_folder:RunFolder.start", 1, False),
    *(("pathlib:Path.replace", number, after) for number in (1, 2, 3) for after in (False, True)),
    ("pathlib:Path.replace", 4, False),  # the settings: from here on there is something to resume
    ("multitag.jobs.run_folder:RunFolder.start", 1, True),
    ("multitag.training.fine_tune:load_or_tokenise", 1, True),
    ("multitag.training.fine_tune:load_or_tokenise", 2, True),
    ("transformers:Trainer.evaluate", 1, False),
    ("transformers:Trainer.evaluate", 1, True),
    ("multitag.atomic:_place", 1, False),  # the first checkpoint is about to get its name
    ("multitag.atomic:_place", 1, True),
    ("multitag.training.checkpoints:remove_folder", 1, False),
    ("shutil:rmtree", 1, False),  # a checkpoint that is deleted has lost its name
    ("multitag.jobs.train.one_split:score_sides", 1, False),
    ("multitag.jobs.train.one_split:score_sides", 1, True),
    ("multitag.export.gate:export_onnx", 1, True),
    ("multitag.export.gate:quantise_int8", 1, True),
    ("multitag.evaluation.held_out:HeldOut.save", 1, False),
    ("multitag.evaluation.held_out:HeldOut.save", 1, True),
    ("multitag.jobs.train.bundling:write_contents", 1, True),
    ("multitag.bundle.write:_seal", 1, True),
    ("multitag.atomic:_place", 1, False),  # the bundle is about to get its name
]


def test_killed_at_random_times(train, whole, check_same, tmp_path):
    """Each run is killed again and again, then left to end."""
    times, kills, run = random.Random(SEED), 0, 0
    takes = train(tmp_path / "timed", "--no-onnx").seconds
    while kills < KILLS:
        out, run = tmp_path / f"run{run}", run + 1
        for _ in range(8):
            ended = train(out, "--no-onnx", "--resume", kill_after=times.uniform(0, takes))
            if ended.status != -KILL:
                break
            kills += 1
        else:
            ended = train(out, "--no-onnx", "--resume")
        assert ended.status == 0 or "this run is finished" in ended.one_line()
        check_same(out)


def test_killed_at_each_moment_of_a_run(train, check_same, tmp_path):
    """One run; whatever is killed, the next one gets further."""
    out = tmp_path / "run"
    for function, number, after in MOMENTS:
        ended = train(
            out, "--resume", call={"function": function, "number": number, "signal_number": KILL, "after": after}
        )
        assert ended.status == -KILL, f"{function}: {ended.output}"
        assert not (out / "bundle").exists()
    ended = train(out, "--resume")
    assert ended.status == 0, ended.output
    assert "resuming from checkpoint-8" in ended.output
    check_same(out)


def test_killed_within_each_file_of_a_checkpoint(train, whole, check_same, tmp_path):
    """The kernel ends the process in the middle of a write, so that half a file is there."""
    out = tmp_path / "run"
    sizes = {path.name: path.stat().st_size for path in (whole / "checkpoints" / "checkpoint-6").iterdir()}
    sizes["training_args.bin"] = 3000  # it is deleted before a checkpoint is whole
    assert len(sizes) == 10
    second = 2  # of the first command; the others resume from checkpoint-2, and it is their first
    for name, size in sorted(sizes.items()):
        ended = train(out, "--resume", file={"name": name, "size": size // 3, "number": second, "kill": True})
        assert ended.status == -signal.SIGXFSZ, f"{name}: {ended.output}"
        cut = _half_written(out / "checkpoints")
        if name == "model.safetensors":  # written under another name, of its whole size from the start
            assert name not in cut
            assert any(path.startswith(".tmp") for path in cut)
        else:
            assert cut[name] == size // 3
        names = {path.name for path in (out / "checkpoints").iterdir() if not path.name.startswith(".")}
        assert names == {"checkpoint-2"}
        assert what_is_wrong(out / "checkpoints" / "checkpoint-2") is None
        second = 1
    ended = train(out, "--resume")
    assert ended.status == 0, ended.output
    check_same(out)


def _half_written(checkpoints: Path) -> dict[str, int]:
    (partial,) = checkpoints.glob(".checkpoint-4.*.partial")
    return {path.name: path.stat().st_size for path in partial.rglob("*") if path.is_file()}


STEP_END = "multitag.training.callbacks.progress:ProgressCallback.on_step_end"
EVALUATE = "transformers:Trainer.evaluate"
BY_EPOCH = ("--trainer-arg", "save_strategy=epoch", "--trainer-arg", "eval_strategy=epoch", "--early-stopping", "1")


@pytest.mark.parametrize("options", [(), BY_EPOCH], ids=["saved by steps", "saved by epochs"])
def test_stopped_by_signals_again_and_again(options, train, tmp_path, check_same):
    """In the middle of an epoch, at its end, and while it is evaluated: a checkpoint is saved, and nothing is lost."""
    out = tmp_path / "run"
    if options:
        undisturbed = tmp_path / "undisturbed"
        assert train(undisturbed, "--no-onnx", *options).status == 0
    for function, number, signal_number, code, saved in [
        (STEP_END, 1, TERM, 143, 1),
        (STEP_END, 2, INT, 130, 3),
        (STEP_END, 1, TERM, 143, 4),  # the end of an epoch
        (STEP_END, 1, INT, 130, 5),
        (EVALUATE, 1, TERM, 143, 8 if options else 6),
    ]:
        call = {"function": function, "number": number, "signal_number": signal_number, "after": False}
        ended = train(out, "--no-onnx", "--resume", *options, call=call)
        assert ended.status == code, ended.output
        assert ended.output.splitlines()[-3:] == [
            "stopping as soon as a checkpoint is saved; the same signal again stops at once",
            f"saved checkpoint-{saved}; --resume goes on from it",
            "multitag: stopped; to go on, give the same command with --resume",
        ]
        assert what_is_wrong(out / "checkpoints" / f"checkpoint-{saved}") is None
    assert train(out, "--no-onnx", "--resume", *options).status == 0
    if not options:
        check_same(out)
        return
    weights = Path("bundle", "model", "model.safetensors")
    assert (out / weights).read_bytes() == (undisturbed / weights).read_bytes()
    assert _evaluations(out) == _evaluations(undisturbed)


@pytest.mark.parametrize(("number", "code"), [(TERM, 143), (INT, 130)])
def test_stopped_outside_of_the_training_loop_nothing_half_written_is_left(number, code, train, tmp_path):
    out = tmp_path / "run"
    call = {"function": "multitag.data.task:Task.prepare", "number": 1, "signal_number": number, "after": False}
    ended = train(out, call=call)
    assert ended.status == code
    assert ended.output.endswith("multitag: stopped\n")  # there is nothing to go on with
    assert list(tmp_path.iterdir()) == []
    call["function"] = "multitag.evaluation.held_out:HeldOut.save"
    ended = train(out, "--no-onnx", call=call)
    assert ended.status == code
    assert ended.output.endswith("multitag: stopped; to go on, give the same command with --resume\n")
    names = {path.name for path in out.iterdir()}
    assert names == {"settings.yaml", "data.json", "split.json", "base_model.json", "checkpoints"}


def _evaluations(out: Path) -> list[dict[str, float]]:
    history = json.loads((out / "bundle" / "metrics.json").read_bytes())["history"]
    return [entry for entry in history if "validation_loss" in entry]

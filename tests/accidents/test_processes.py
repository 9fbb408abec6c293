"""Two processes train one model: as one would, and with either of them killed."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

STEP = "transformers:Trainer.training_step"


@pytest.fixture(scope="module")
def undisturbed(train, make_once) -> Path:
    """The folder of a run of two processes that nothing happened to."""

    def save(out: Path) -> None:
        ended = train(out, "--batch-size", "4", processes=2)
        assert ended.status == 0, ended.output
        assert ended.output.count("took ") == 1  # the leader speaks for both
        assert "trained by 2 processes" in ended.output

    return make_once("two-processes", save)


def test_they_leave_what_one_process_leaves(undisturbed, whole):
    names = [{str(path.relative_to(run)) for path in run.rglob("*")} for run in (undisturbed, whole)]
    # An int8 graph is in the bundle if it passed the gate.
    assert {name for name in names[0] ^ names[1] if "rng_state" not in name and "int8" not in name} == set()
    assert (undisturbed / "split.json").read_bytes() == (whole / "split.json").read_bytes()


@pytest.mark.parametrize("loss", ["bce", "weighted-bce"])
def test_the_loss_is_that_of_one_process_with_batches_of_the_same_size(loss, train, without_dropout, tmp_path):
    histories = []
    for processes, batch_size in ((1, 8), (2, 4)):
        out = tmp_path / f"{processes}"
        ended = train(
            out, "--base-model", without_dropout, "--batch-size", batch_size, "--no-onnx", "--loss", loss,
            "--trainer-arg", "logging_steps=1", processes=processes,
        )  # fmt: skip
        assert ended.status == 0, ended.output
        histories.append(json.loads((out / "bundle" / "metrics.json").read_bytes())["history"])
    one, two = histories
    assert len(one) == len(two) > 8  # each step, and two evaluations of 20 rows, which two processes pad to 64 each
    for expected, entry in zip(one, two, strict=True):
        assert entry == pytest.approx(expected, abs=1e-4)


@pytest.fixture(scope="module")
def without_dropout(tiny_bert, make_once) -> Path:
    """The tiny BERT, which computes in training what it computes otherwise."""

    def save(folder: Path) -> None:
        folder.mkdir()
        for path in tiny_bert.iterdir():
            (folder / path.name).write_bytes(path.read_bytes())
        config = json.loads((folder / "config.json").read_bytes())
        none = {"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0}
        (folder / "config.json").write_text(json.dumps(config | none))

    return make_once("bert-without-dropout", save)


@pytest.mark.parametrize("killed", [0, 1])
def test_either_is_killed_and_both_go_on_from_the_checkpoint(killed, train, undisturbed, tmp_path):
    out = tmp_path / "run"
    ended = train(
        out, "--batch-size", "4", "--resume", processes=2, armed=killed,
        call={"function": STEP, "number": 6, "signal_number": signal.SIGKILL, "after": False},
    )  # fmt: skip
    told = [line for line in ended.output.splitlines() if line.startswith("multitag: ")]
    assert len(told) == killed  # by the leader, of the lost connection or of the SIGTERM that comes with it
    assert all("--resume" in line for line in told)
    assert "Traceback" not in ended.output
    alone = train(out, "--batch-size", "4", "--resume")
    assert "was written by 2 processes, and this run has 1" in alone.one_line()
    ended = train(out, "--batch-size", "4", "--resume", processes=2)
    assert ended.status == 0, ended.output
    assert "resuming from checkpoint-4" in ended.output
    model = Path("bundle", "model", "model.safetensors")
    assert (out / model).read_bytes() == (undisturbed / model).read_bytes()


def test_a_signal_to_one_stops_both_at_a_checkpoint(train, tmp_path):
    out = tmp_path / "run"
    ended = train(
        out, "--batch-size", "4", processes=2, armed=1,
        call={"function": STEP, "number": 3, "signal_number": signal.SIGTERM, "after": True},
    )  # fmt: skip
    assert ended.status == 143, ended.output
    assert "saved checkpoint-3" in ended.output
    assert "Traceback" not in ended.output


def test_a_mistake_is_told_once(train, tmp_path):
    ended = train(tmp_path / "run", "--labels", "Actor", processes=2)
    assert "Actor" in ended.one_line()
    ended = train(tmp_path / "run", "--batch-size", "0", processes=2)
    assert "--batch-size" in ended.one_line()
    ended = train(tmp_path / "run", "--trainer-arg", "learning_rates=1", processes=2)
    assert "learning_rates" in ended.one_line()

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

# 2 epochs of 4 steps; a checkpoint after each second step, in the middle of epochs and at their ends.
OPTIONS = (
    "--text", "Plot", "--labels", "Genre", "--epochs", "2", "--batch-size", "8", "--max-length", "48",
    "--precision", "fp32", "--validation-size", "20", "--test-size", "12", "--seed", "0", "--save-steps", "2",
    "--trainer-arg", "report_to=none", "--no-baselines", "--resamples", "0",
)  # fmt: skip


@dataclass(frozen=True)
class Ended:
    """How a command ended: its exit code, or the negative number of the signal that killed it."""

    status: int
    output: str
    seconds: float

    def one_line(self) -> str:
        """Give the error that was told, and check that it was one line and no traceback."""
        assert self.status == 2, self.output
        (line,) = [line for line in self.output.splitlines() if line.startswith("multitag: ")]
        assert "Traceback" not in self.output
        return line


Command = Callable[..., Ended]


@pytest.fixture(scope="session")
def command() -> Iterator[Command]:
    """Give a function that runs a command of multitag in a process of its own, and may have it killed."""
    if not hasattr(os, "fork"):
        pytest.skip("no fork on this system")
    alone = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")  # threads do not survive a fork
    driver = subprocess.Popen(
        [sys.executable, "-W", "ignore", str(Path(__file__).with_name("driver.py"))],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env={**os.environ, **alone, "PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip

    def command(*argv: object, **order: Any) -> Ended:
        assert driver.stdin
        assert driver.stdout
        order["argv"] = [str(each) for each in argv]
        print(json.dumps(order), file=driver.stdin, flush=True)
        return Ended(**json.loads(driver.stdout.readline()))

    yield command
    driver.communicate()


@pytest.fixture(scope="session")
def train(command: Command, films_csv: Path, tiny_distilbert: Path) -> Command:
    """Give a function that trains the tiny DistilBERT into a folder."""

    def train(out: Path, *more: object, **order: Any) -> Ended:
        return command("train", films_csv, "--out", out, "--base-model", tiny_distilbert, *OPTIONS, *more, **order)

    return train


@pytest.fixture(scope="session")
def whole(train: Command, make_once: Callable[[str, Callable[[Path], object]], Path]) -> Path:
    """The folder of a run that nothing happened to."""

    def undisturbed(out: Path) -> None:
        ended = train(out)
        assert ended.status == 0, ended.output

    return make_once("undisturbed", undisturbed)


@pytest.fixture(scope="session")
def check_same(whole: Path) -> Callable[[Path], None]:
    """Give a function that checks that a run is finished, and its model is that of the run nothing happened to."""
    from multitag.bundle.read import open_bundle

    def check_same(out: Path) -> None:
        open_bundle(out / "bundle").close()
        assert [path.name for path in out.iterdir() if path.name.startswith(".")] == []
        for name in ("model.safetensors", "config.json", "tokenizer.json"):
            assert (out / "bundle" / "model" / name).read_bytes() == (whole / "bundle" / "model" / name).read_bytes()
        assert evaluations(out) == evaluations(whole)

    return check_same


def evaluations(out: Path) -> list[dict[str, float]]:
    """Give the evaluations of a training."""
    history = json.loads((out / "bundle" / "metrics.json").read_bytes())["history"]
    return [entry for entry in history if "validation_loss" in entry]

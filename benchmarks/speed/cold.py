"""What a new process costs: ``multitag --help``, and the first prediction."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from benchmarks.speed.figures import spread
from benchmarks.speed.prepare import Bundle

TEXT = "A detective hunts a killer who leaves a chess piece beside every victim."
COMMAND = "import sys; from multitag.cli.main import run; sys.exit(run())"  # as the installed command has it
LAUNCH = Path(__file__).with_name("launch.py")


class CommandError(Exception):
    """A command failed; carries what it said."""


def measure_cold(
    bundles: dict[str, Path], runs: int, core_python: str | None, say: Callable[[str], None]
) -> list[dict[str, Any]]:
    """Time the commands in new processes, after one that is not counted and brings the files into memory.

    Parameters
    ----------
    bundles : dict of str to Path
        By the name of their model.
    runs : int
    core_python : str, optional
        The Python of an environment that has nothing but what predicting needs.
    say : callable

    Returns
    -------
    list of dict
        ``environment``, ``command``, ``seconds``, ``peak_bytes``.
    """
    environments = {"all extras": sys.executable, **({"core only": core_python} if core_python else {})}
    commands = {"multitag --help": ["--help"]}
    for name, bundle in bundles.items():
        for backend in ("onnx", "onnx-int8", "openvino"):
            if Bundle(bundle).has(backend):
                title = f'multitag predict BUNDLE "text" --backend {backend}, {name}'
                commands[title] = ["predict", str(bundle), TEXT, "--backend", backend]
    found = []
    for environment, python in environments.items():
        for title, arguments in commands.items():
            say(f"{title} ({environment})")
            each = [run_once([python, "-c", COMMAND, *arguments]) for _ in range(runs + 1)][1:]
            found.append(
                {
                    "environment": environment,
                    "command": title,
                    "seconds": spread([run["seconds"] for run in each]),
                    "peak_bytes": max(run["peak_bytes"] for run in each),
                }
            )
    return found


def run_once(command: Sequence[str]) -> dict[str, Any]:
    """Run a command in a new process.

    Raises
    ------
    CommandError
        If it fails.
    """
    ended = subprocess.run(
        [sys.executable, "-I", "-S", str(LAUNCH), *command], capture_output=True, text=True, check=True
    )
    run: dict[str, Any] = json.loads(ended.stdout)
    if run["code"]:
        raise CommandError(f"{' '.join(command)}: exit code {run['code']}\n{ended.stderr}")
    return run

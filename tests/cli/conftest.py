"""The command line, in this process and in one of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import multitag
from multitag.cli import main
from undrawn import plots_undrawn

COLUMNS = ["--text", "Plot", "--labels", "Genre"]


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str


Run = Callable[..., Ended]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what trains, and what imports torch in a process of its own, as slow."""
    for item in items:
        if {"train_films", "multitag_process"} & set(getattr(item, "fixturenames", ())):
            item.add_marker("slow")


@pytest.fixture
def multitag_run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Give a function that runs ``multitag`` with arguments in this process, which spares loading torch."""

    def run(*arguments: object) -> Ended:
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main.run([*map(str, arguments)])
        shown = capsys.readouterr()
        return Ended(int(ended.value.code or 0), shown.out, shown.err)

    return run


@pytest.fixture
def refused(multitag_run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Give a function that runs a command that must end as a user's mistake; gives its line.

    The command runs in ``tmp_path``, and leaves nothing there.
    """

    def run(*arguments: object) -> str:
        monkeypatch.chdir(tmp_path)
        before = sorted(tmp_path.rglob("*"))
        ended = multitag_run(*arguments)
        assert ended.code == 2
        # What was read is said before what is wrong with the rest.
        assert all(line.startswith("labels: ") or " rows read: " in line for line in ended.out.splitlines())
        assert ended.err.startswith("multitag: ")
        assert ended.err.endswith("\n")
        assert len(ended.err.splitlines()) == 1
        assert sorted(tmp_path.rglob("*")) == before
        return ended.err.removeprefix("multitag: ").rstrip("\n")

    return run


@pytest.fixture(scope="session")
def multitag_process() -> Run:
    """Give a function that runs ``multitag`` with arguments in a process of its own, output piped."""

    def run(*arguments: object) -> Ended:
        ended = subprocess.run(
            [sys.executable, "-m", "multitag", *map(str, arguments)],
            capture_output=True, text=True, timeout=600, env=os.environ | {"COLUMNS": "200"},
        )  # fmt: skip
        return Ended(ended.returncode, ended.stdout, ended.stderr)

    return run


@pytest.fixture(scope="session")
def tiny_yaml(
    settings: dict[str, Any], tiny_distilbert: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Settings of a training of a second, as a file for ``--config``."""
    config = multitag.Config().override(base_model=str(tiny_distilbert), **settings)
    path = tmp_path_factory.mktemp("settings") / "tiny.yaml"
    path.write_text(config.to_yaml(), encoding="utf-8")
    return path


@pytest.fixture
def train_films(films_csv: Path, tiny_yaml: Path) -> Iterator[list[object]]:
    """The arguments of ``multitag`` that train on the films; only ``--out`` lacks. In this process no plot is drawn."""
    with plots_undrawn():
        yield ["train", films_csv, *COLUMNS, "--config", tiny_yaml]


@pytest.fixture(scope="session")
def changed_bundle(finished_run: multitag.Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a bundle with one byte changed."""
    bundle = shutil.copytree(finished_run.bundle, tmp_path_factory.mktemp("changed") / "bundle")
    content = bytearray((bundle / "labels.json").read_bytes())
    content[5] ^= 1
    (bundle / "labels.json").write_bytes(content)
    return bundle

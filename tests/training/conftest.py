from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import multitag
from multitag.config import Config
from multitag.data.task import Task


@pytest.fixture(scope="session")
def tiny_config(settings: dict[str, Any], tiny_distilbert: Path) -> Config:
    return Config().override(**settings, base_model=str(tiny_distilbert))


@pytest.fixture(scope="session")
def tune(table: multitag.Table, tiny_config: Config) -> Callable[..., Any]:
    """Give a function that fine-tunes the tiny DistilBERT in a folder; no report, no bundle."""
    from multitag.jobs.run_folder import RunFolder
    from multitag.jobs.train.setup import set_up_run

    def tune(out: Path, *, resume: bool = False, rows: multitag.Table = table, **changed: Any) -> Any:
        config, folder = tiny_config.override(**changed), RunFolder(out)
        folder.check(resume)
        with folder.claimed(resume):
            return set_up_run(Task.prepare(rows, config), config, folder).train()

    return tune


@pytest.fixture
def interrupt(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Give a function that has Ctrl-C pressed after a step of the next training."""
    from multitag.training.callbacks.progress import ProgressCallback

    original = ProgressCallback.on_step_end

    def at(step: int) -> None:
        def on_step_end(self: Any, args: Any, state: Any, control: Any, **options: Any) -> None:
            original(self, args, state, control, **options)
            if state.global_step == step:
                monkeypatch.setattr(ProgressCallback, "on_step_end", original)
                raise KeyboardInterrupt

        monkeypatch.setattr(ProgressCallback, "on_step_end", on_step_end)

    return at

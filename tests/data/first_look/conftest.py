from __future__ import annotations

import shlex
from collections.abc import Callable
from pathlib import Path

import pytest

from multitag.config import TableConfig
from multitag.data.first_look.command import train_command
from multitag.data.first_look.suggestion import Suggestion
from multitag.data.first_look.unnamed import settings_to_type
from multitag.data.read import inspect_table

Look = Callable[..., tuple[Suggestion, str]]


@pytest.fixture
def look() -> Look:
    """Look at a file as ``multitag inspect`` does; give what it finds, and the command."""

    def look(path: Path, **settings: object) -> tuple[Suggestion, str]:
        data = TableConfig(**settings)
        source, _, suggestion = inspect_table(str(path), data)
        assert suggestion is not None
        command = train_command([str(path)], settings_to_type(data, suggestion), source.columns.names)
        assert shlex.split(command)[:3] == ["multitag", "train", str(path)]
        return suggestion, command.removeprefix(f"multitag train {shlex.quote(str(path))} ")

    return look

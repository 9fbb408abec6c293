"""Lines on a terminal, one a stage under way: a bar with the time left, or one that sways where nothing is counted."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TextColumn, TimeElapsedColumn
from rich.text import Text


class _Count(ProgressColumn):
    def render(self, task: Task) -> Text:
        return Text("" if task.total is None else f"{task.completed:g}/{task.total:g}")


class _Left(ProgressColumn):
    def render(self, task: Task) -> Text:
        left = task.fields["left"]()
        if left is None:
            return Text("")
        minutes, seconds = divmod(round(left), 60)
        hours, minutes = divmod(minutes, 60)
        return Text(f"left {hours}:{minutes:02}:{seconds:02}" if hours else f"left {minutes}:{seconds:02}")


class MovingLines(Progress):
    """Lines that go again when their stages end; what is logged meanwhile stands above them.

    Parameters
    ----------
    console : Console
        A terminal. Standard output is left alone, as it may be a file.
    """

    def __init__(self, console: Console) -> None:
        columns: tuple[Any, ...] = (
            TextColumn("{task.description}"), BarColumn(16), _Count(), TextColumn("{task.fields[said]}"),
            TimeElapsedColumn(), _Left(),
        )  # fmt: skip
        super().__init__(*columns, console=console, transient=True, redirect_stdout=False, refresh_per_second=5)

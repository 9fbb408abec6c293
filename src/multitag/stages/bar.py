"""How far a job on rows is: a bar with rows a second and the time left on a terminal, nothing when piped."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any


class ProgressBar:
    """A bar that moves by the share of the input, and counts rows."""

    def __init__(self, bar: Any, task: Any) -> None:
        self.bar, self.task = bar, task
        self.started, self.rows = monotonic(), 0

    def advance(self, weight: float, rows: int = 0) -> None:
        """Move by a part's weight; its rows were scored now."""
        self.rows += rows
        self.bar.update(self.task, advance=weight, said=self._said())

    def tick(self) -> None:
        """Let the time that passed be seen, though no part ended."""
        self.bar.update(self.task, said=self._said())

    def _said(self) -> str:
        if not self.rows:
            return ""
        return f"{self.rows:,} rows, {self.rows / max(monotonic() - self.started, 1e-3):,.0f} a second"


@contextmanager
def progress_bar(what: str, total: float, done: float = 0.0) -> Iterator[ProgressBar]:
    """Draw a bar while the block runs.

    Parameters
    ----------
    what : str
        Such as ``"scoring"``.
    total : float
        Weight of all there is to do, and of what was done before.
    done : float
        Of that, what was done before.
    """
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    columns = (
        TextColumn(what), BarColumn(), TaskProgressColumn(), TextColumn("{task.fields[said]}"), TextColumn("left"),
        TimeRemainingColumn(),
    )  # fmt: skip
    hidden = not console.is_terminal
    # A part of a large job takes minutes: the speed is a mean over an hour of them.
    with Progress(*columns, console=console, disable=hidden, transient=True, speed_estimate_period=3600) as bar:
        yield ProgressBar(bar, bar.add_task("", total=total, completed=int(done), said=""))

"""One line that moves: epoch, loss and time left. Nothing where no person is watching."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from transformers import TrainerCallback


class ProgressCallback(TrainerCallback):
    """Draw the training on a terminal; silent when standard error is piped."""

    def __init__(self) -> None:
        console = Console(stderr=True)
        self.watched = console.is_terminal
        self.progress = Progress(
            TextColumn("training"), BarColumn(),
            MofNCompleteColumn(), TextColumn("steps  {task.description}"),
            TimeElapsedColumn(), TextColumn("left"), TimeRemainingColumn(),
            console=console, disable=not self.watched, transient=True,
        )  # fmt: skip
        self.task: Any = None
        self.words = {"epoch": "", "loss": ""}

    def on_train_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Start the bar, where a resumed run left it."""
        self.task = self.progress.add_task("", total=state.max_steps, completed=state.global_step)
        self.progress.start()

    def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Move by a step."""
        self.words["epoch"] = f"epoch {state.epoch:.1f}/{args.num_train_epochs:g}"
        self.progress.update(
            self.task, completed=state.global_step, description="  ".join(self.words.values())
        )

    def on_log(
        self, args: Any, state: Any, control: Any, logs: dict[str, float] | None = None, **kwargs: Any
    ) -> None:
        """Show the newest loss."""
        if logs and "loss" in logs:
            self.words["loss"] = f"loss {float(logs['loss']):.3f}"

    def on_train_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Take the bar away."""
        self.stop()

    def stop(self) -> None:
        """Take the bar away, also after an error."""
        self.progress.stop()

"""How far a training is: a bar where a person is watching, elsewhere one line an epoch."""

from __future__ import annotations

import logging
from typing import Any

from transformers import TrainerCallback

from multitag.stages import Stage, duration
from multitag.stages.watch import TOLD_FROM
from multitag.training.trainer.trainer_args import BEST_METRIC

logger = logging.getLogger("multitag.stages")

WITHIN_AN_EPOCH = 300.0  # seconds without a line, after which a long epoch has one


class ProgressCallback(TrainerCallback):
    """Move the bar of a training's stage, or log where it is.

    Parameters
    ----------
    stage : Stage
    """

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.told = self.epoch_begun = stage.watch.clock()
        self.loss = self.figure = ""

    def on_train_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Start to count, where a resumed run goes on."""
        self.stage.count(state.max_steps, state.global_step)
        self.told = self.epoch_begun = self.stage.watch.clock()

    def on_log(
        self, args: Any, state: Any, control: Any, logs: dict[str, float] | None = None, **kwargs: Any
    ) -> None:
        """Keep the newest loss."""
        if logs and "loss" in logs:
            self.loss = f"loss {float(logs['loss']):.3f}"

    def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Move by a step; tell how far a long epoch is."""
        said = f"epoch {state.epoch:.1f}/{args.num_train_epochs:g}  {self.loss}"
        self.stage.advance(state.global_step - self.stage.done, said)
        now = self.stage.watch.clock()
        if now - self.told >= WITHIN_AN_EPOCH and not float(state.epoch).is_integer():
            self._tell(f"epoch {state.epoch:.2f} of {args.num_train_epochs:g} after {duration(self.stage.seconds())}")

    def on_evaluate(
        self, args: Any, state: Any, control: Any, metrics: dict[str, float] | None = None, **kwargs: Any
    ) -> None:
        """Tell of the epoch that is over, with the figure of the validation rows."""
        if metrics and f"eval_{BEST_METRIC}" in metrics:
            self.figure = f"validation macro AP {metrics[f'eval_{BEST_METRIC}']:.3f}"
        self._tell_epoch(args, state)

    def on_epoch_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Tell that an epoch is over, unless its evaluation will."""
        if args.eval_strategy == "no":
            self._tell_epoch(args, state)

    def _tell_epoch(self, args: Any, state: Any) -> None:
        now = self.stage.watch.clock()
        took, self.epoch_begun = now - self.epoch_begun, now
        if took >= TOLD_FROM:
            self._tell(f"epoch {state.epoch:.3g} of {args.num_train_epochs:g}: {duration(took)}")

    def _tell(self, where: str) -> None:
        self.told = self.stage.watch.clock()
        if self.stage.watch.watched:
            return
        left = self.stage.left()
        rest = f"; about {duration(left)} left" if left else ""
        logger.info("%s%s", ", ".join(filter(None, (where, self.loss, self.figure))), rest)

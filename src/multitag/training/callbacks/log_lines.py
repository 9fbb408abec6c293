"""Where no bar is seen, a line now and then: how far the training is, its figures, and the time left."""

from __future__ import annotations

import logging
import time
from typing import Any

from transformers import TrainerCallback

from multitag.training.trainer.trainer_args import BEST_METRIC

logger = logging.getLogger("multitag")

AT_AN_EPOCH, WITHIN_AN_EPOCH = 60.0, 300.0  # seconds without a line, after which there is one


class LogLines(TrainerCallback):
    """Log a line after an epoch, or within a long one; none where a training is over in seconds.

    Parameters
    ----------
    watched : bool
        Whether a person sees a bar, so that nothing is logged.
    """

    def __init__(self, watched: bool) -> None:
        self.watched = watched
        self.begun = self.told = time.monotonic()
        self.first_step = 0
        self.loss = self.figure = ""

    def on_train_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Start the clock; steps before a resumption took none of its time."""
        self.begun = self.told = time.monotonic()
        self.first_step = state.global_step

    def on_log(
        self, args: Any, state: Any, control: Any, logs: dict[str, float] | None = None, **kwargs: Any
    ) -> None:
        """Keep the newest loss."""
        if logs and "loss" in logs:
            self.loss = f", loss {float(logs['loss']):.3f}"

    def on_evaluate(
        self, args: Any, state: Any, control: Any, metrics: dict[str, float] | None = None, **kwargs: Any
    ) -> None:
        """Keep the newest figure of the validation rows, and tell it."""
        if metrics and f"eval_{BEST_METRIC}" in metrics:
            self.figure = f", validation macro AP {metrics[f'eval_{BEST_METRIC}']:.3f}"
        self._tell_after(AT_AN_EPOCH, args, state)

    def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Tell how far a long epoch is; of its end there is a line with more in it."""
        if not float(state.epoch).is_integer():
            self._tell_after(WITHIN_AN_EPOCH, args, state)

    def on_epoch_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Tell that an epoch is over, unless its evaluation will."""
        if args.eval_strategy == "no":
            self._tell_after(AT_AN_EPOCH, args, state)

    def _tell_after(self, seconds: float, args: Any, state: Any) -> None:
        now = time.monotonic()
        over = state.global_step in (self.first_step, state.max_steps)  # what comes of it is told elsewhere
        if self.watched or over or now - self.told < seconds:
            return
        self.told, took = now, now - self.begun
        left = took / (state.global_step - self.first_step) * (state.max_steps - state.global_step)
        logger.info(
            "epoch %.3g of %g after %s%s%s; about %s left",
            state.epoch, args.num_train_epochs, _duration(took), self.loss, self.figure, _duration(left),
        )  # fmt: skip


def _duration(seconds: float) -> str:
    """Write seconds as a person would.

    Examples
    --------
    >>> _duration(42.3), _duration(150), _duration(7300)
    ('42 s', '2.5 min', '2.0 h')
    """
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.1f} min" if seconds < 6000 else f"{seconds / 3600:.1f} h"

"""How long a training took in all, over every time it was resumed; and its end where it has no more time."""

from __future__ import annotations

import math
import time
from collections import deque
from itertools import pairwise
from typing import Any

from transformers import TrainerCallback, TrainerState

from multitag.training.team import any_of

LAST_STEPS = 100


class Stopwatch(TrainerCallback):
    """Count the seconds of a training, on top of those before it was resumed, and those of its last steps.

    It is a callback because the Trainer knows the saved states of its callbacks by their classes' names, and because
    it stops a training that is out of time after the step in which it is, with a checkpoint. That is kept in the
    checkpoint: a run that is resumed from there does not go on with this training, but with what comes after.

    Parameters
    ----------
    seconds : float
        What was counted before.
    limit : float, optional
        Seconds after which the training is stopped.
    """

    def __init__(self, seconds: float = 0.0, limit: float | None = None) -> None:
        self.before, self.limit, self.out_of_time = seconds, limit, False
        self.started = time.perf_counter()
        self.ends: deque[float] = deque(maxlen=LAST_STEPS)  # of steps

    def seconds(self) -> float:
        """Return the seconds until now."""
        return self.before + time.perf_counter() - self.started

    def step_seconds(self) -> tuple[float, ...]:
        """Return the seconds of each of the last steps, from the end of the one before it; the first has none."""
        return tuple(end - start for start, end in pairwise(self.ends))

    def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Stop where the time is over, unless this was the last step anyway."""
        self.ends.append(time.perf_counter())
        if self.limit is None or state.global_step >= state.max_steps:
            return
        if any_of(1 if self.seconds() > self.limit else None):  # processes that train together stop together
            self.out_of_time = control.should_training_stop = control.should_save = True

    def save(self, state: TrainerState) -> None:
        """Put the seconds until now into a state that is about to be written."""
        saved: Any = state.stateful_callbacks  # annotated as a list, and a dict
        saved[type(self).__name__] = {
            "args": {"seconds": self.seconds(), "limit": self.limit}, "attributes": {"out_of_time": self.out_of_time}
        }  # fmt: skip


def is_out_of_time(state: TrainerState) -> bool:
    """Whether a training was stopped as its time was over."""
    saved: Any = state.stateful_callbacks
    return bool(saved.get(Stopwatch.__name__, {}).get("attributes", {}).get("out_of_time"))


def seconds_in_state(state: TrainerState) -> float:
    """Return the seconds that a checkpoint's state counts; 0 where it is of an older multitag.

    Raises
    ------
    ValueError
        If they are no number from 0 on.
    """
    saved: Any = state.stateful_callbacks
    if Stopwatch.__name__ not in saved:
        return 0.0
    try:
        seconds = saved[Stopwatch.__name__]["args"]["seconds"]
    except (KeyError, TypeError) as error:
        raise ValueError("no seconds of a stopwatch") from error
    if type(seconds) is not float or not (math.isfinite(seconds) and seconds >= 0):
        raise ValueError("seconds of a stopwatch: expected a number from 0 on")
    return seconds

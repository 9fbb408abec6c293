"""How long a training took in all, over every time it was resumed."""

from __future__ import annotations

import math
import time
from typing import Any

from transformers import TrainerCallback, TrainerState


class Stopwatch(TrainerCallback):
    """Count the seconds of a training, on top of those before it was resumed.

    It does nothing when called back. It is a callback because the Trainer knows the saved states of its callbacks
    by their classes' names.

    Parameters
    ----------
    seconds : float
        What was counted before.
    """

    def __init__(self, seconds: float = 0.0) -> None:
        self.before = seconds
        self.started = time.perf_counter()

    def seconds(self) -> float:
        """Return the seconds until now."""
        return self.before + time.perf_counter() - self.started

    def save(self, state: TrainerState) -> None:
        """Put the seconds until now into a state that is about to be written."""
        saved: Any = state.stateful_callbacks  # annotated as a list, and a dict
        saved[type(self).__name__] = {"args": {"seconds": self.seconds()}, "attributes": {}}


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

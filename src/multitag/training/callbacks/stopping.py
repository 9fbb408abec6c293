"""Ctrl-C and SIGTERM while a model is trained: a checkpoint is saved, then the run stops."""

from __future__ import annotations

import logging
import signal
import threading
from types import FrameType, TracebackType
from typing import Any, Self

from transformers import TrainerCallback

from multitag.training.team import any_of

logger = logging.getLogger("multitag")

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class CheckpointSaved(Exception):  # noqa: N818  # not an error
    """Ends the training; it never leaves :class:`StopOnSignal`."""


class StopOnSignal(TrainerCallback):
    """Save a checkpoint after the step in which a signal came, then do what the signal does otherwise.

    As a context manager it catches the signals while its block trains. What a signal does otherwise is for the
    program to say: by default Ctrl-C raises a KeyboardInterrupt, and SIGTERM ends the process. A second signal does
    that at once. Outside of the main thread, where Python lets nobody catch signals, and for a signal that the
    program ignores, nothing changes.
    """

    def __init__(self) -> None:
        self.came: int | None = None
        self.before: dict[int, Any] = {}

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            for number in SIGNALS:
                if signal.getsignal(number) not in (signal.SIG_IGN, None):  # None: caught, but not by Python
                    self.before[number] = signal.signal(number, self._note)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._restore()
        if self.came is not None and (error is None or isinstance(error, CheckpointSaved)):
            signal.raise_signal(self.came)
            raise KeyboardInterrupt  # the program's own handler came back: the training is over all the same

    def _note(self, number: int, frame: FrameType | None) -> None:
        if self.came is not None:
            self._restore()
            signal.raise_signal(number)
            return
        self.came = number
        logger.warning("stopping as soon as a checkpoint is saved; the same signal again stops at once")

    def _restore(self) -> None:
        while self.before:
            signal.signal(*self.before.popitem())

    def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Ask for a checkpoint, unless the epoch is over: its evaluation comes before its checkpoint.

        Processes that train together stop after the same step, whichever of them the signal reached first.
        """
        self.came = any_of(self.came)
        if self.came is not None and not control.should_training_stop and not float(state.epoch).is_integer():
            control.should_save = True

    def on_epoch_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Ask for a checkpoint."""
        if self.came is not None:
            control.should_save = True

    def on_save(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Stop here: were the Trainer told to stop, it would first evaluate as at the end of an epoch."""
        if self.came is not None:
            logger.warning("saved checkpoint-%d; --resume goes on from it", state.global_step)
            raise CheckpointSaved

"""Checks that a checkpoint's states are such as the Trainer writes: a run's folder may come from anywhere."""

from __future__ import annotations

import re
from pathlib import Path

import torch
from transformers import TrainerState
from transformers.trainer_pt_utils import safe_globals

from multitag.errors import ConfigError
from multitag.training.callbacks.stopwatch import is_out_of_time, seconds_in_state
from multitag.training.checkpoints import RANDOM_STATES

STATES = ("optimizer.pt", "scheduler.pt", RANDOM_STATES, "scaler.pt")  # torch files; the last for fp16 only
STATE = "trainer_state.json"


def refuse_foreign(checkpoint: Path) -> None:
    """Refuse a checkpoint that someone else put together.

    The Trainer loads the states with ``weights_only`` too, so that none can run code, but ends in a traceback.

    Parameters
    ----------
    checkpoint : Path
        With all of its files, undamaged.

    Raises
    ------
    ConfigError
        If a state holds anything but plain values, or is not of this step.
    """
    for path in (path for name in STATES for path in checkpoint.glob(name)):
        try:
            with safe_globals():  # type: ignore[no-untyped-call]  # of NumPy, for its random state
                torch.load(path, map_location="cpu", weights_only=True)
        except Exception as error:  # whatever a file can make the reader raise
            raise _foreign(checkpoint, path.name) from error
    try:
        whole = _is_whole(TrainerState.load_from_json(str(checkpoint / STATE)), checkpoint)
    except Exception as error:  # as above
        raise _foreign(checkpoint, STATE) from error
    if not whole:
        raise _foreign(checkpoint, STATE)


def _foreign(checkpoint: Path, name: str) -> ConfigError:
    return ConfigError(
        f"{checkpoint / name}: holds something else than the Trainer's state at this step; "
        f"to go on from the checkpoint before, delete {checkpoint.name}"
    )


def _is_whole(state: TrainerState, checkpoint: Path) -> bool:
    step = re.fullmatch(r"checkpoint-(\d+)", checkpoint.name)
    return (
        seconds_in_state(state) >= 0  # or it raises
        and is_out_of_time(state) in (True, False)  # likewise
        and step is not None
        and state.global_step == int(step[1])
        and isinstance(state.best_model_checkpoint, (str, type(None)))
        and all(type(number) is int and number > 0 for number in (state.max_steps, state.train_batch_size))
        and isinstance(state.stateful_callbacks, dict)
        and all(isinstance(entry, dict) for entry in state.log_history)
    )

"""How fast this machine trains and encodes these texts, by a trial of seconds."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from multitag.config import Config
from multitag.data.split.sides import Split
from multitag.data.task import Task
from multitag.data.texts import NO_TEXTS, join_text
from multitag.jobs.train.recipes.resolve import LINEAR
from multitag.model.base import BaseModel, resolve_base_model
from multitag.model.build import load_tokenizer
from multitag.model.features import frozen_features
from multitag.training.defaults import ABOUT_THE_BEST
from multitag.training.fine_tune import fine_tune
from multitag.training.trainer.arguments import use_bf16

WARM_UP = 2  # rows of a first trial, which pays for what is loaded and compiled once a process
FEWEST_STEPS, STEPS = 2, 8  # of the trial by which a step is timed, after the first
ENCODED = 3  # batches by which encoding is timed
FASTEST = 1e-7  # seconds, so that a clock that is too coarse gives no speed of nothing


@dataclass(frozen=True)
class Speed:
    """Seconds that the parts of a run take on this machine.

    Parameters
    ----------
    start : float
        Of a training, whatever it trains: weights read, checkpoints written. Without meaning, as ``row`` is, where
        the recipe is linear.
    row : float
        Of a row in a pass of training, without R-Drop.
    encode : float
        Of a row through the base model.
    teach : float
        Of a row through the teacher's model.
    """

    start: float
    row: float
    encode: float
    teach: float


def measure_speed(task: Task, base: BaseModel, settings: Config, seconds: float) -> Speed:
    """Train on a few rows, and encode them.

    The rows are those at even distances in the order of their lengths, so that they are as long as all are. Nothing
    is left of the trial.

    Parameters
    ----------
    task : Task
        Of a training as the run would do it.
    base : BaseModel
    settings : Config
        From :func:`~multitag.training.fine_tune.resolve_settings`.
    seconds : float
        That the training of the trial by which a step is timed may take; two steps are timed in any case.
    """
    batch_size = settings.training.batch_size
    assert batch_size is not None
    encoded = _spread(task, batch_size * ENCODED)
    encode = _time_encoding(task, encoded, base, settings)
    if settings.model.recipe == LINEAR:
        return Speed(FASTEST, FASTEST, encode, encode)
    named = settings.training.teacher_model
    teach = encode if named is None else _time_encoding(task, encoded, resolve_base_model(named), settings)
    own = {name: value for name, value in settings.training.trainer_args.items() if name not in ABOUT_THE_BEST}
    settings = settings.override(
        epochs=1, r_drop=0.0, teacher=0.0, teacher_model=None, early_stopping=None, best_epoch=False, save_steps=None,
        trainer_args={**own, "report_to": "none"},
    )  # fmt: skip

    def train(rows: NDArray[np.int64]) -> tuple[float, ...]:
        with tempfile.TemporaryDirectory(prefix="multitag-") as scratch:
            part = replace(task, split=Split(rows, rows[:0], rows[:0]), fold=None, unlabelled=NO_TEXTS)
            return fine_tune(part, base, settings, Path(scratch) / "checkpoints").fit.step_seconds

    train(_spread(task, WARM_UP))
    few = _spread(task, batch_size)
    short = _time(lambda: train(few))
    more = _spread(task, batch_size * (1 + min(max(int(seconds / short), FEWEST_STEPS), STEPS)))
    # Of single steps: two trainings differ by less than a busy machine adds to one of them.
    steps = train(more)
    row = max(float(np.mean(steps)) * (len(steps) + 1) / len(more) if steps else short / len(few), FASTEST)
    return Speed(max(short - row * len(few), FASTEST), row, encode, teach)


def _spread(task: Task, n_rows: int) -> NDArray[np.int64]:
    """Choose training rows at even distances in the order of their lengths."""
    rows = task.rows("train")
    by_length = rows[np.argsort([len(join_text(text)) for text in task.texts("train")], kind="stable")]
    places = np.linspace(0, len(rows) - 1, min(n_rows, len(rows))).astype(int)
    chosen: NDArray[np.int64] = np.unique(by_length[places])
    return chosen


def _time_encoding(task: Task, rows: NDArray[np.int64], base: BaseModel, settings: Config) -> float:
    """Time a row through an encoder; loading it, which few rows pay for too, is taken off."""
    length, bf16 = settings.model.max_length, use_bf16(settings.training.precision)
    tokenizer = load_tokenizer(base, length)
    few, more = ([task.table.texts[row] for row in chosen] for chosen in (rows[:WARM_UP], rows))
    frozen_features(base, tokenizer, few, length, bf16=bf16)
    short = _time(lambda: frozen_features(base, tokenizer, few, length, bf16=bf16))
    long = _time(lambda: frozen_features(base, tokenizer, more, length, bf16=bf16))
    return max((long - short) / max(len(more) - len(few), 1), FASTEST)


def _time(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start

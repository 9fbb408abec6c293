"""What is searched: the settings of fine-tuning that were left open, each with its range and its default."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, get_args

import numpy as np

from multitag.config import Config, LossName
from multitag.config.setting import settings_of
from multitag.data.task import Task
from multitag.data.tokens import Tokens
from multitag.model.base import BaseModel
from multitag.model.build import build_model, load_tokenizer, longest_input
from multitag.model.head_dropout import head_dropout
from multitag.quiet import quiet_transformers
from multitag.training.fine_tune import resolve_settings

SEARCHED = (
    "learning_rate", "head_learning_rate", "epochs", "head_dropout", "teacher", "r_drop", "loss", "max_length"
)  # fmt: skip
RATES, HEAD_RATES = 4.0, 5.0  # times the default and a share of it
MOST_DROPPED, MOST_TAUGHT, MOST_R_DROP = 0.7, 0.8, 3.0
LENGTHS = (64, 128, 256, 512)
CUT = 0.05  # share of the texts that a length must cut, or leave whole, to be worth trying


@dataclass(frozen=True)
class Dimension:
    """A setting that is searched.

    Parameters
    ----------
    name : str
    default : int, float or str
        What a training takes that leaves it open.
    low, high : float
        Ends of its range; not used with ``choices``.
    step : float or None
        Between the values tried; None for any.
    log : bool
        Whether it is drawn on a logarithmic scale.
    choices : tuple
        The values, where they are few.
    """

    name: str
    default: Any
    low: float = 0.0
    high: float = 0.0
    step: float | None = None
    log: bool = False
    choices: tuple[Any, ...] = ()

    def suggest(self, trial: Any) -> Any:
        """Let Optuna choose a value for a trial."""
        if self.choices:
            return trial.suggest_categorical(self.name, self.choices)
        if isinstance(self.default, int):
            return trial.suggest_int(self.name, int(self.low), int(self.high))
        return trial.suggest_float(self.name, self.low, self.high, step=self.step, log=self.log)


@dataclass(frozen=True)
class Space:
    """All that is searched.

    Parameters
    ----------
    defaults : Config
        The settings of a training that leaves all of it open, resolved as ``multitag train`` does with folds.
    dimensions : tuple of Dimension
    """

    defaults: Config
    dimensions: tuple[Dimension, ...]

    def default_values(self) -> dict[str, Any]:
        """Return the default of each dimension."""
        return {dimension.name: dimension.default for dimension in self.dimensions}

    def settings(self, values: Mapping[str, Any]) -> Config:
        """Return the settings with values of the dimensions; there is a teacher with the loss bce only."""
        chosen = dict(values)
        if chosen.get("loss", self.defaults.training.loss) != "bce":
            chosen["teacher"] = 0.0
        return self.defaults.override(**chosen)


def find_space(part: Task, base: BaseModel, config: Config, given: Collection[str]) -> Space:
    """Find what is left open, and resolve its defaults.

    Parameters
    ----------
    part : Task
        Of training without the first fold.
    base : BaseModel
    config : Config
        With folds.
    given : collection of str
        Settings that were named; they are held, and so are those of ``config`` that differ from the defaults.

    Raises
    ------
    BaseModelError, ConfigError
        As :func:`~multitag.training.fine_tune.resolve_settings`.
    """
    settings = resolve_settings(part, base, config)
    with quiet_transformers():
        dropped = head_dropout(build_model(base, part.label_set))
    if settings.training.head_dropout is None and dropped is not None:
        settings = settings.override(head_dropout=dropped)
    held = {*given, *_changed(config)}
    if dropped is None:
        held.add("head_dropout")
    if settings.training.teacher and ("teacher" in held or "teacher_model" in held):
        held.add("loss")  # a teacher goes with one of them only
    if "loss" in held and settings.training.loss != "bce":
        held.add("teacher")
    dimensions = (*_dimensions(settings), *_lengths(part, base, settings))
    return Space(settings, tuple(dimension for dimension in dimensions if dimension.name not in held))


def _changed(config: Config) -> set[str]:
    """Name the settings that differ from the defaults."""
    changed, plain = config.to_dict(), Config().to_dict()
    sections = {name: setting.key.split(".") for name, setting in settings_of(Config).items()}
    return {name for name, (*section, key) in sections.items() if section and _differs(changed, plain, section[0], key)}


def _differs(values: Mapping[str, Any], plain: Mapping[str, Any], section: str, key: str) -> bool:
    return bool(values[section][key] != plain[section][key])


def _dimensions(settings: Config) -> list[Dimension]:
    training = settings.training
    assert training.learning_rate and training.head_learning_rate and training.epochs  # resolved
    epochs, dropped, rate = int(training.epochs), training.head_dropout, training.learning_rate
    head = training.head_learning_rate
    r_drop, teacher = training.r_drop or 0.0, training.teacher or 0.0
    return [
        Dimension("learning_rate", rate, rate / RATES, rate * RATES, log=True),
        Dimension("head_learning_rate", head, head / HEAD_RATES, head * HEAD_RATES, log=True),
        Dimension("epochs", epochs, max(1, epochs - 3), 2 * epochs),
        Dimension("head_dropout", dropped, 0.0, max(MOST_DROPPED, dropped or 0.0)),
        Dimension("teacher", teacher, 0.1 if training.teacher_model else 0.0, max(MOST_TAUGHT, teacher), step=0.1),
        Dimension("r_drop", r_drop, 0.0, max(MOST_R_DROP, r_drop), step=0.5),
        Dimension("loss", training.loss, choices=get_args(LossName)),
    ]


def _lengths(part: Task, base: BaseModel, settings: Config) -> list[Dimension]:
    """Return the lengths at which enough texts are cut otherwise than at the default; none where all are short."""
    default, limit = settings.model.max_length, longest_input(base) or LENGTHS[-1]
    longest = min(limit, max(LENGTHS[-1], default))
    with quiet_transformers():
        tokenizer = load_tokenizer(base, longest)
        offsets = Tokens.from_texts(part.texts("train"), tokenizer, longest).offsets
    lengths = np.diff(offsets)
    worth = [
        length
        for length in LENGTHS
        if length <= limit and length != default and float((lengths > min(length, default)).mean()) >= CUT
    ]
    return [Dimension("max_length", default, choices=tuple(sorted((*worth, default))))] if worth else []

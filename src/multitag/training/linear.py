"""A linear head on a frozen encoder: features computed once, and one regularised regression a label."""

from __future__ import annotations

import time
from copy import deepcopy

import numpy as np
from numpy.typing import NDArray
from transformers import PreTrainedModel, PreTrainedTokenizerFast

from multitag.config import Config
from multitag.data.label_formats.descriptions import label_texts, say_labels
from multitag.data.task import Task
from multitag.data.tokens import Tokens
from multitag.evaluation.baselines.regression import Regressions, fit_regressions
from multitag.labels import LabelSet
from multitag.model.base import BaseModel
from multitag.model.build import load_tokenizer, log_odds, settle_padding
from multitag.model.features import pooled_features
from multitag.model.mean_block import build_pooled_model, set_linear_head
from multitag.model.trial import check_by_trial
from multitag.quiet import quiet_transformers
from multitag.training.fine_tune import FineTuned, input_notes
from multitag.training.name_prior import NamePrior
from multitag.training.teacher import REGRESSION
from multitag.training.trainer.fit import TrainedModel

NOTE = (
    "trained by the recipe linear: a logistic regression a label on the mean of a text's tokens, as the base model "
    "gives them"
)
NOTE_OF_NAMES = "labels with few rows were drawn to what their {} say (--name-prior)"


class FrozenEncoder:
    """A base model that stays as it is, and what it makes of the rows of a table: each is computed once.

    Parameters
    ----------
    task : Task
        Any of a run: it is for its table and its labels.
    base : BaseModel
    settings : Config
        With ``name_prior``, labels with few rows are drawn to what their names say, or descriptions in the task.
    """

    def __init__(self, task: Task, base: BaseModel, settings: Config) -> None:
        self.base, self.settings = base, settings
        self.model, self.tokenizer, self.padding = _load(task.label_set, base, settings)
        self.tokens = Tokens.from_texts(task.table.texts, self.tokenizer, settings.model.max_length)
        self.computed = np.zeros(len(self.tokens), dtype=bool)
        self.values = np.zeros((len(self.tokens), self.model.config.hidden_size), dtype=np.float32)
        self.prior: NamePrior | None = None
        self.said_by = say_labels(task.descriptions)
        if settings.model.name_prior:
            names = label_texts(task.label_set.names, task.descriptions)
            self.prior = NamePrior.of_names(self.encode(names))

    def features(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Encode rows, those that were not before; shape (n_rows, dim), each of length 1."""
        new = rows[~self.computed[rows]]
        if len(new):
            self.values[new] = pooled_features(self.model, [self.tokens[row] for row in new])
            self.computed[new] = True
        return self.values[rows]

    def encode(self, texts: list[str]) -> NDArray[np.float32]:
        """Encode texts that are not in the table; shape (n_texts, dim), each of length 1."""
        return _encode(texts, self.model, self.tokenizer, self.settings.model.max_length)

    def fit_head(self, task: Task, rows: NDArray[np.int64]) -> Regressions:
        """Fit a head on rows of the task's table.

        A label is learned from the rows on which it was judged; soft labels weigh them. One that no row has, or all
        have, gets its share, smoothed by a row of each; with the labels' names it has the weights of its name besides.
        """
        y = (task.y if task.soft is None else task.soft)[rows]
        if self.prior is not None:
            return self.prior.fit(self.features(rows), y, REGRESSION["C"])
        head = fit_regressions(self.features(rows), y, REGRESSION)
        assert head is not None  # there is no clock
        bias = np.where(np.isfinite(head.bias) & (y >= 0).any(axis=0), head.bias, log_odds(y))
        return Regressions(head.weight, bias)

    def with_head(self, head: Regressions, rows: NDArray[np.int64], seconds: float) -> FineTuned:
        """Return the model with a head that was fitted on these rows, ready to be saved."""
        model = deepcopy(self.model)
        set_linear_head(model, head.weight, head.bias)
        lengths = np.diff(self.tokens.offsets)[rows]
        notes = [NOTE, *self._note_of_names(), *input_notes(self.base, lengths, self.settings.model.max_length)]
        if self.padding is not None:
            notes.append(self.padding)
        fit = TrainedModel(model, [], seconds, epochs=0.0)
        return FineTuned(fit, self.tokenizer, self.base, self.settings, notes)

    def _note_of_names(self) -> list[str]:
        if self.prior is None:
            return []
        return [NOTE_OF_NAMES.format(self.said_by)]


def name_head(label_set: LabelSet, texts: list[str], base: BaseModel, settings: Config) -> FineTuned:
    """Put the head that labels' names make on a base model, before there is a row.

    Parameters
    ----------
    label_set : LabelSet
    texts : list of str, length n_labels
        What stands for each label.
    base : BaseModel
    settings : Config

    Raises
    ------
    BaseModelError
        If the weights cannot be used.
    """
    model, tokenizer, padding = _load(label_set, base, settings)
    head = NamePrior.of_names(_encode(texts, model, tokenizer, settings.model.max_length)).alone()
    set_linear_head(model, head.weight, head.bias)
    notes = input_notes(base, np.zeros(0, dtype=np.int64), settings.model.max_length)
    fit = TrainedModel(model, [], 0.0, epochs=0.0)
    return FineTuned(fit, tokenizer, base, settings, notes if padding is None else [*notes, padding])


def train_linear(encoder: FrozenEncoder, task: Task) -> FineTuned:
    """Fit a head on the training rows, and put it on the model."""
    start = time.perf_counter()
    rows = task.rows("train")
    head = encoder.fit_head(task, rows)
    return encoder.with_head(head, rows, time.perf_counter() - start)


def check_linear(task: Task, base: BaseModel, config: Config) -> None:
    """Build the model and try it on two texts, before a run begins.

    Raises
    ------
    BaseModelError
        If the weights cannot be used, or not for so long texts; or the model cannot be run on texts.
    """
    model, tokenizer, _ = _load(task.label_set, base, config)
    with quiet_transformers():
        check_by_trial(base.name, model, tokenizer, task.texts("train"), config.model.max_length)


def _encode(
    texts: list[str], model: PreTrainedModel, tokenizer: PreTrainedTokenizerFast, max_length: int
) -> NDArray[np.float32]:
    tokens = Tokens.from_texts(texts, tokenizer, max_length)
    return pooled_features(model, [tokens[row] for row in range(len(tokens))])


def _load(
    label_set: LabelSet, base: BaseModel, settings: Config
) -> tuple[PreTrainedModel, PreTrainedTokenizerFast, str | None]:
    """Build the model without a head, and load its tokenizer; with a note where they differed in their padding."""
    with quiet_transformers():
        tokenizer = load_tokenizer(base, settings.model.max_length)
        model = build_pooled_model(base, label_set)
    return model, tokenizer, settle_padding(base, model, tokenizer)

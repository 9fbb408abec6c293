"""A teacher for small data: its probabilities are mixed into the labels that are learned.

The teacher is two simpler models, whose probabilities are averaged: a logistic regression a label on what the base
model makes of a text before any training, drawn to what the labels' names say, and one on the words themselves. On a
thousand texts it ranks about as well as the fine-tuned model, and errs elsewhere; what they agree on is learned more
surely. A stronger encoder than the base model can be the teacher's: it is needed in training only.

What a teacher gains is in docs/experiments.md. Its probabilities are less sure of themselves than those of labels
alone, so that a fixed threshold fits them less: it goes with folds, which calibrate and tune.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from transformers import PreTrainedTokenizerFast

from multitag.config import Config
from multitag.data.label_formats.descriptions import label_texts, say_labels
from multitag.data.split.folds import fold_rows
from multitag.data.stored.views import chained
from multitag.data.task import Task
from multitag.data.texts import Text
from multitag.errors import BaseModelError, describe_error
from multitag.evaluation.arrays import judged_cells
from multitag.evaluation.baselines.models import LeftOut, Pairs, has_words, score_features, score_tfidf
from multitag.labels import UNKNOWN
from multitag.model.base import BaseModel, resolve_base_model
from multitag.model.build import load_tokenizer
from multitag.model.features import frozen_features
from multitag.training.name_prior import NamePrior
from multitag.training.trainer.arguments import use_bf16

logger = logging.getLogger("multitag")

WEIGHT = 0.4  # docs/experiments.md
FOLDS = 5  # of the training rows: the teacher has not seen the row that it teaches
FEWEST_ROWS = 50
MOST_CELLS = 1_000_000  # rows x labels, beyond which regressions take long and labels are many enough to learn from
# Classes are not balanced, so that probabilities are those of the labels. On four tables C = 2 was never far from the
# best of 1, 2 and 3 (docs/experiments.md).
REGRESSION: dict[str, Any] = {"C": 2.0, "solver": "lbfgs"}  # on frozen features, also of the recipe linear
FOR_WORDS = {"C": 3.0, "solver": "liblinear"}


@dataclass(frozen=True, eq=False)
class Teacher:
    """What the simpler models know of texts.

    Parameters
    ----------
    texts : sequence of str or of (str, str), length n_texts
    features : ndarray of float32, shape (n_texts, dim)
        Of a frozen encoder, of length 1 each.
    prior : NamePrior or None
        Where the weights of labels with few rows are drawn to; None where names say nothing (``name_prior``).
    """

    texts: Sequence[Text]
    features: NDArray[np.float32]
    prior: NamePrior | None

    @classmethod
    def of_texts(
        cls, texts: Sequence[Text], task: Task, base: BaseModel, tokenizer: PreTrainedTokenizerFast, settings: Config
    ) -> Teacher:
        """Encode texts, and the labels' names or descriptions."""
        prior = None
        if settings.model.name_prior:
            names = label_texts(task.label_set.names, task.descriptions)
            prior = NamePrior.of_names(_features(names, base, tokenizer, settings))
        return cls(texts, _features(texts, base, tokenizer, settings), prior)

    def score(self, y: NDArray[np.int8], pairs: Pairs) -> NDArray[np.float32]:
        """Fit on some texts and score others.

        Parameters
        ----------
        y : ndarray of int8, shape (n_texts, n_labels)
            UNKNOWN where nobody judged: a label is learned from the texts on which somebody did.
        pairs : sequence of (texts to fit on, texts to score)

        Returns
        -------
        ndarray of float32, shape (n_texts, n_labels)
            In [0, 1]; NaN for texts that were not to be scored.
        """
        by_features = self._score_features(y, pairs)
        try:
            by_words = score_tfidf(self.texts, y, pairs, settings=FOR_WORDS)
        except LeftOut as reason:
            logger.info("teacher: it learns from features alone, as %s", reason)
            return by_features
        return (by_features + by_words) * np.float32(0.5)

    def _score_features(self, y: NDArray[np.int8], pairs: Pairs) -> NDArray[np.float32]:
        if self.prior is None:
            return score_features(self.features, y, pairs, settings=REGRESSION)
        y_raw = np.full(y.shape, np.nan, dtype=np.float32)
        for train, scored in pairs:
            fitted = self.prior.fit(self.features[train], y[train], REGRESSION["C"])
            y_raw[scored] = fitted.predict(self.features[scored])
        return y_raw


def teacher_weight(config: Config, n_rows: int, n_labels: int) -> float:
    """Resolve the setting.

    Left open it is 0.4 with folds and binary cross-entropy on small data, or where a teacher's model is named; else 0.
    """
    if config.training.teacher is not None:
        return config.training.teacher
    if config.training.teacher_model is not None:
        return WEIGHT
    small = n_rows >= FEWEST_ROWS and n_rows * n_labels <= MOST_CELLS
    return WEIGHT if config.split.folds and config.training.loss == "bce" and small else 0.0


def describe_teacher(task: Task, settings: Config) -> str:
    """Say in words what the teacher is."""
    learned = f"on the features of {settings.training.teacher_model or 'the base model'}"
    if settings.model.name_prior:
        learned += f", drawn to what the labels' {say_labels(task.descriptions)} say (--name-prior)"
    if not has_words(task.texts("train")):
        return f"a logistic regression {learned}"
    return f"logistic regressions {learned}{',' * settings.model.name_prior} and on words"


def teach(
    task: Task, base: BaseModel, tokenizer: PreTrainedTokenizerFast, settings: Config, weight: float
) -> NDArray[np.float32]:
    """Mix a teacher's probabilities into the labels of the training rows.

    The teacher learns a label from the rows on which it was judged (at 0.5, where labels are soft), and teaches it
    there. What nobody judged stays unknown, though the teacher has a probability for it: alone, without a label beside
    it, that is a guess made from few rows, and would be learned as surely as what a person said.

    Equal and nearly equal texts share a fold, or the teacher would have seen the text that it teaches.

    Parameters
    ----------
    task : Task
    base : BaseModel
    tokenizer : PreTrainedTokenizerFast
    settings : Config
    weight : float
        Of the teacher, in [0, 1).

    Returns
    -------
    ndarray of float32, shape (n_train_rows, n_labels)
        In [0, 1], NaN where nobody judged.

    Raises
    ------
    BaseModelError
        If the teacher's own model cannot be had.
    DataError
        If there is only one text.

    References
    ----------
    Hinton, Vinyals and Dean (2015), "Distilling the knowledge in a neural network" (soft targets beside hard ones).
    """
    teacher = Teacher.of_texts(task.texts("train"), task, base, tokenizer, settings)
    y, groups = task.y_true("train"), task.duplicates_among(task.rows("train"))
    n_folds = max(2, min(FOLDS, int(groups.max()) + 1))
    fold = fold_rows(groups, y, n_folds, "stratified", settings.seed)
    pairs = [(np.flatnonzero(fold != number), np.flatnonzero(fold == number)) for number in range(n_folds)]
    mixed = (1 - weight) * learned_labels(task) + weight * teacher.score(y, pairs)
    return np.where(judged_cells(y), mixed, np.nan).astype(np.float32)


def teach_more(
    task: Task, base: BaseModel, tokenizer: PreTrainedTokenizerFast, settings: Config
) -> NDArray[np.float32]:
    """Label the texts of a task that nobody labelled, by a teacher that learned from all of its training rows.

    No other row has a say, so that a model which is measured on some has not learned from them through its teacher.

    Returns
    -------
    ndarray of float32, shape (n_texts, n_labels)
        In [0, 1], NaN for labels that were judged on no training row.
    """
    y, n_more = task.y_true("train"), len(task.unlabelled)
    texts = chained(task.texts("train"), task.unlabelled.texts)
    teacher = Teacher.of_texts(texts, task, base, tokenizer, settings)
    unjudged = np.full((n_more, y.shape[1]), UNKNOWN, dtype=y.dtype)
    pairs = [(np.arange(len(y)), np.arange(len(y), len(texts)))]
    y_teacher = teacher.score(np.concatenate([y, unjudged]), pairs)[len(y) :]
    return np.where(judged_cells(y).any(axis=0), y_teacher, np.nan).astype(np.float32)


def check_teacher(task: Task, base: BaseModel, tokenizer: PreTrainedTokenizerFast, settings: Config) -> None:
    """Try the teacher's own model, where one is named, on a text: a mistake is told before a run begins.

    Raises
    ------
    BaseModelError
        If it cannot be had, or run on texts.
    """
    name = settings.training.teacher_model
    if name is None:
        return
    try:
        _features(task.texts("train")[:1], base, tokenizer, settings)
    except BaseModelError as error:  # worded for the base model, which is looked for likewise
        told = str(error).replace("base model", "teacher model", 1).replace("--base-model", "--teacher-model")
        raise BaseModelError(told) from error
    except Exception as error:  # each architecture fails in its own way
        reason = describe_error(error)[:200]
        raise BaseModelError(f"teacher model {name!r}: it cannot encode a text ({reason})") from error


def _features(
    texts: Sequence[Text], base: BaseModel, tokenizer: PreTrainedTokenizerFast, settings: Config
) -> NDArray[np.float32]:
    """Encode texts with the model that the teacher learns from."""
    length, bf16 = settings.model.max_length, use_bf16(settings.training.precision)
    if settings.training.teacher_model is not None:
        base = resolve_base_model(settings.training.teacher_model)
        tokenizer = load_tokenizer(base, length)
    features = frozen_features(base, tokenizer, texts, length, bf16=bf16)
    assert features is not None  # there is no clock
    return features


def learned_labels(task: Task) -> NDArray[Any]:
    """Return what the training rows are learned from: their soft labels where there are some, else plain ones.

    Returns
    -------
    ndarray of int8 or float32, shape (n_train_rows, n_labels)
        UNKNOWN, or NaN of soft labels, where nobody judged.
    """
    return task.y_true("train") if task.soft is None else task.soft[task.rows("train")]

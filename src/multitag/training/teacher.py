"""A teacher for small data: its probabilities are mixed into the labels that are learned.

The teacher is a logistic regression a label on what the base model makes of a text before any training. On a thousand
texts it ranks about as well as the fine-tuned model, and errs elsewhere; what the two agree on is learned more surely.
A stronger encoder than the base model can be the teacher's: it is needed in training only.

On IMDB out of fold this raised macro ROC-AUC by 0.017 [0.010, 0.024] and macro average precision by 0.022
[0.004, 0.038] (docs/experiments.md). Its probabilities are less sure of themselves than those of labels alone, so that
a fixed threshold fits them less: it goes with folds, which calibrate and tune.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from transformers import PreTrainedTokenizerFast

from multitag.config import Config
from multitag.data.split.folds import fold_rows
from multitag.data.stored.views import chained
from multitag.data.task import Task
from multitag.data.texts import Text
from multitag.errors import BaseModelError, describe_error
from multitag.evaluation.arrays import judged_cells
from multitag.evaluation.baselines.models import score_features
from multitag.evaluation.baselines.regression import fit_regressions
from multitag.model.base import BaseModel, resolve_base_model
from multitag.model.build import load_tokenizer
from multitag.model.features import frozen_features
from multitag.training.trainer.arguments import use_bf16

WEIGHT = 0.4  # docs/experiments.md
FOLDS = 5  # of the training rows: the teacher has not seen the row that it teaches
FEWEST_ROWS = 50
MOST_CELLS = 1_000_000  # rows x labels, beyond which regressions take long and labels are many enough to learn from
REGRESSION = {"C": 2.0, "solver": "lbfgs"}


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
    features = _features(task.texts("train"), base, tokenizer, settings)
    y, groups = task.y_true("train"), task.duplicates_among(task.rows("train"))
    n_folds = max(2, min(FOLDS, int(groups.max()) + 1))
    fold = fold_rows(groups, y, n_folds, "stratified", settings.seed)
    pairs = [(np.flatnonzero(fold != number), np.flatnonzero(fold == number)) for number in range(n_folds)]
    y_teacher = score_features(features, y, pairs, settings=REGRESSION)
    mixed = (1 - weight) * learned_labels(task) + weight * y_teacher
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
    y = task.y_true("train")
    features = _features(chained(task.texts("train"), task.unlabelled.texts), base, tokenizer, settings)
    fitted = fit_regressions(features[: len(y)], y, REGRESSION)
    assert fitted is not None  # there is no clock
    judged = judged_cells(y).any(axis=0)
    return np.where(judged, fitted.predict(features[len(y) :]), np.nan).astype(np.float32)


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
    except BaseModelError:
        raise
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

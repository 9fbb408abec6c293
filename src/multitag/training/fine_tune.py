"""From a Task to a trained model: weights, tokens, rates, Trainer."""

from __future__ import annotations

import logging
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from transformers import PreTrainedModel, PreTrainedTokenizerFast, set_seed

from multitag.config import Config
from multitag.data.stored.views import chained
from multitag.data.task import Task
from multitag.data.tokens import Tokens
from multitag.errors import ConfigError
from multitag.evaluation.arrays import judged_cells
from multitag.labels import UNKNOWN
from multitag.model.base import BaseModel
from multitag.model.build import build_model, load_tokenizer, log_odds, save_model, set_bias, settle_padding
from multitag.model.head_dropout import set_head_dropout
from multitag.model.trial import check_by_trial
from multitag.model.vocabulary import keep_used_tokens, restore_vocabulary
from multitag.processes import n_processes
from multitag.quiet import quiet_transformers
from multitag.stages import stage
from multitag.training.dataset import TextDataset
from multitag.training.defaults import MANY_ROWS, settle_by_rows
from multitag.training.fused.block import fuse_blocks, restore_blocks
from multitag.training.lora import add_adapters, merge_adapters
from multitag.training.losses import best_constants, cell_loss
from multitag.training.optimizer import resolve_learning_rates
from multitag.training.teacher import (
    check_teacher,
    describe_teacher,
    learned_labels,
    teach,
    teach_more,
    teacher_weight,
)
from multitag.training.team import from_leader, leader_first
from multitag.training.token_cache import load_or_tokenise
from multitag.training.trainer.arguments import build_arguments, check_arguments
from multitag.training.trainer.fit import TrainedModel, check_trainer, fit_model

logger = logging.getLogger("multitag")

FEW = 2  # rows that are enough to make a training of
TOKENS = "tokens"  # beside the checkpoints; of large tables, and of no use once the training is over


@dataclass(frozen=True)
class FineTuned:
    """A trained model and what it was trained with.

    Parameters
    ----------
    fit : TrainedModel
    tokenizer : PreTrainedTokenizerFast
    base : BaseModel
    settings : Config
    notes : list of str
        What a reader of the figures must know about the training.
    """

    fit: TrainedModel
    tokenizer: PreTrainedTokenizerFast
    base: BaseModel
    settings: Config
    notes: list[str]

    def save(self, folder: Path) -> None:
        """Write a plain Hugging Face model folder."""
        with quiet_transformers():
            save_model(self.fit.model, self.tokenizer, folder)

    def base_facts(self) -> dict[str, str]:
        """Describe the base model for the manifest."""
        return {
            "name": self.base.name,
            "asked_for": self.base.asked_for,
            "origin": self.base.origin,
            "weights_sha256": self.base.weights_sha256,
            "reason": self.base.reason,
            "architecture": self.fit.architecture,
        }


def resolve_settings(task: Task, base: BaseModel, config: Config) -> Config:
    """Return the settings with all that was left open chosen, after a check of all that may be wrong.

    The model is built for that, tried on two texts, and dropped again. Nothing is written.

    Raises
    ------
    BaseModelError
        If the weights cannot be used, or not for so long texts; or the model cannot be run on texts.
    ConfigError
        If a Trainer argument is wrong, or does not go with the rows.
    """
    n_rows = len(task.rows("train"))
    if n_rows < n_processes():
        raise ConfigError(f"{n_processes()} processes need a row each to train on, and there are {n_rows}; start fewer")
    config = settle_by_rows(config, n_rows, len(task.rows("validation")))
    config = config.override(teacher=teacher_weight(config, *task.y_true("train").shape))
    with quiet_transformers():
        tokenizer = load_tokenizer(base, config.model.max_length)
        model = _build(base, task, config)
        settle_padding(base, model, tokenizer)
        rates = resolve_learning_rates(model, config.training, many=n_rows >= MANY_ROWS)
        settings = config.with_learning_rates(*rates)
        has_validation = len(task.rows("validation")) > 0
        check_arguments(settings, has_validation=has_validation)
        check_teacher(task, base, tokenizer, config)
        check_by_trial(base.name, model, tokenizer, task.texts("train"), config.model.max_length)
        few = Tokens.from_texts(task.texts("train")[:FEW], tokenizer, config.model.max_length)
        with tempfile.TemporaryDirectory(prefix="multitag-") as scratch:  # where the Trainer makes its folder
            arguments = build_arguments(settings, Path(scratch), has_validation)
            arguments.report_to = []  # nothing is to be reported of what is not trained
            add_adapters(model, settings.training)
            dataset = TextDataset(few, task.y_true("train")[:FEW])
            check_trainer(model, tokenizer, dataset, settings.training, arguments)
    return settings


def fine_tune(
    task: Task, base: BaseModel, settings: Config, checkpoints: Path, resume_from: Path | None = None,
    seconds: float | None = None,
) -> FineTuned:  # fmt: skip
    """Fine-tune a base model on the training rows.

    Parameters
    ----------
    task : Task
    base : BaseModel
    settings : Config
        From :func:`resolve_settings`.
    checkpoints : Path
        Gets the Trainer's checkpoints; its parent exists, and gets the tokens of a large table.
    resume_from : Path, optional
        A whole checkpoint of the same training; without it the training starts at the beginning.
    seconds : float, optional
        After which the training is stopped, counted over every time that it is resumed.

    Several processes call it together (:mod:`multitag.training.team`); the batches are then as many times as large.

    Raises
    ------
    BaseModelError
        If the weights cannot be used.
    ConfigError
        If the training diverges.
    OutputError
        If a checkpoint or the tokens cannot be written.
    LostProcessError
        If one of several processes ends meanwhile.
    """
    with quiet_transformers():
        tokenizer = load_tokenizer(base, settings.model.max_length)
        set_seed(settings.seed)
        model = _build(base, task, settings)
        padding = settle_padding(base, model, tokenizer)
        arguments = build_arguments(settings, checkpoints, len(task.rows("validation")) > 0)
        with stage("teacher"):
            soft = from_leader(lambda: _soft_labels(task, base, tokenizer, settings))
        tokens = checkpoints.parent / TOKENS
        with stage("tokens"):
            datasets = leader_first(lambda: _tokenise(task, tokenizer, settings.model.max_length, tokens, soft))
        used = np.unique(np.concatenate([dataset.tokens.distinct() for dataset in datasets.values()]))
        keep_used_tokens(model, used)
        add_adapters(model, settings.training)
        if arguments.bf16 and arguments.use_cpu and not arguments.torch_compile:
            fuse_blocks(model)
        fit = fit_model(model, tokenizer, datasets, settings.training, arguments, resume_from, seconds)
        merge_adapters(fit.model)
        restore_blocks(fit.model)
        restore_vocabulary(fit.model)
    notes = _notes(task, datasets["train"], settings, base)
    if fit.out_of_time:
        notes.append(
            f"stopped after {fit.epochs:.2g} of {settings.training.epochs:g} epochs: its time was over (--minutes)"
        )
        logger.warning("%s", notes[-1])
    return FineTuned(fit, tokenizer, base, settings, notes if padding is None else [*notes, padding])


def _build(base: BaseModel, task: Task, config: Config) -> PreTrainedModel:
    """Build the model with the bias that is best before a text is read."""
    model = build_model(base, task.label_set)
    set_head_dropout(model, config.training.head_dropout)
    y = learned_labels(task)
    loss = cell_loss(config.training.loss, task.y_true("train"))
    set_bias(model, log_odds(y) if loss is None else best_constants(loss, y))
    return model


def _soft_labels(
    task: Task, base: BaseModel, tokenizer: PreTrainedTokenizerFast, settings: Config
) -> NDArray[np.float32] | None:
    """Return what is learned of the training rows, then of the texts that nobody labelled; None where it is y alone."""
    soft = None if task.soft is None else learned_labels(task)
    if settings.training.teacher:
        soft = teach(task, base, tokenizer, settings, settings.training.teacher)
    if not len(task.unlabelled):
        return soft
    y = learned_labels(task)
    own = np.where(judged_cells(y), y, np.nan) if soft is None else soft
    return np.concatenate([own, teach_more(task, base, tokenizer, settings)], dtype=np.float32)


def _tokenise(
    task: Task, tokenizer: PreTrainedTokenizerFast, max_length: int, tokens: Path, soft: NDArray[np.float32] | None
) -> dict[str, TextDataset]:
    """Tokenise the rows to train on and to watch; on the former soft labels are learned, where there are some.

    Texts that nobody labelled are trained on after the others.
    """
    unjudged = np.full((len(task.unlabelled), len(task.label_set)), UNKNOWN, dtype=np.int8)
    more = {"train": (task.unlabelled.texts, unjudged, soft), "validation": ((), unjudged[:0], None)}
    return {
        side: TextDataset(
            load_or_tokenise(chained(task.texts(side), texts), tokenizer, max_length, tokens),
            np.concatenate([task.y_true(side), y]), taught,
        )
        for side, (texts, y, taught) in more.items()
        if len(task.rows(side))
    }  # fmt: skip


def _notes(task: Task, train: TextDataset, settings: Config, base: BaseModel) -> list[str]:
    notes, weight = [], settings.training.teacher or 0.0
    if weight:
        notes.append(
            f"trained on soft labels: {1 - weight:.0%} given labels, {weight:.0%} predictions of "
            f"{describe_teacher(task, settings)} (--teacher)"
        )
    elif len(task.unlabelled):
        notes.append(f"texts without labels were labelled by {describe_teacher(task, settings)}")
    if settings.training.r_drop:
        notes.append("trained with R-Drop: two passes over a text, each with its own dropout, are to agree (--r-drop)")
    if n_processes() > 1:
        notes.append(f"trained by {n_processes()} processes, each with its share of a batch")
    if settings.training.lora:
        notes.append(
            f"trained as adapters of rank {settings.training.lora_rank} and a head, then merged: the rest of the "
            "encoder is the base model's (--lora)"
        )
    return [*notes, *input_notes(base, train.lengths, settings.model.max_length)]


def input_notes(base: BaseModel, lengths: NDArray[np.integer], max_length: int) -> list[str]:
    """Return the notes on what is read, by what.

    Parameters
    ----------
    base : BaseModel
    lengths : ndarray of int, shape (n_train_rows,)
        Tokens of each training text.
    max_length : int
    """
    notes = [f"the base model is minilm, because {base.reason}"] if base.stands_in else []
    full = int((lengths >= max_length).sum())
    if full:
        notes.append(
            f"{full} of {len(lengths)} training texts fill {max_length} tokens; what is beyond is not read"
        )
    return notes

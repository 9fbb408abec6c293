"""From a Task to a trained model: weights, tokens, rates, checkpoint, Trainer."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from transformers import PreTrainedTokenizerFast, set_seed

from multitag.config import Config
from multitag.data.task import Task
from multitag.jobs.run_folder import RunFolder
from multitag.model.base import BaseModel, resolve_base_model
from multitag.model.build import build_model, load_tokenizer, log_odds, save_model, set_bias
from multitag.model.vocabulary import keep_used_tokens, restore_vocabulary
from multitag.quiet import quiet_transformers
from multitag.training.arguments import build_arguments
from multitag.training.checkpoints import newest_checkpoint
from multitag.training.dataset import TextDataset
from multitag.training.losses import best_constants, cell_loss
from multitag.training.optimizer import resolve_learning_rates
from multitag.training.states import refuse_foreign
from multitag.training.teacher import teach, teacher_weight
from multitag.training.token_cache import load_or_tokenise
from multitag.training.trainer import TrainedModel, fit_model

logger = logging.getLogger("multitag")


@dataclass(frozen=True)
class FineTuned:
    """A trained model and what it was trained with.

    Parameters
    ----------
    fit : TrainedModel
    tokenizer : PreTrainedTokenizerFast
    base : BaseModel
    config : Config
        With all rates resolved.
    notes : list of str
        What a reader of the figures must know about the training.
    """

    fit: TrainedModel
    tokenizer: PreTrainedTokenizerFast
    base: BaseModel
    config: Config
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
            "weights_sha256": self.base.weights_sha256,
            "reason": self.base.reason,
            "architecture": self.fit.architecture,
        }


def fine_tune(
    task: Task, config: Config, folder: RunFolder, begin: Callable[[], None] | None = None
) -> FineTuned:
    """Fine-tune a base model on the training rows.

    Parameters
    ----------
    task : Task
    config : Config
    folder : RunFolder
        Claimed. A run that has begun in it is resumed from its newest whole checkpoint. Else it is begun here, once
        nothing the user said can be wrong any more.
    begin : callable, optional
        Called before a run is begun here: begins the run that this one is a part of.

    Raises
    ------
    BaseModelError
        If the weights cannot be had or used.
    ConfigError
        If a Trainer argument is wrong, or a resumed run was started with other settings or rows.
    OutputError
        If the folder cannot be written.
    """
    base = resolve_base_model(config.model.base_model)
    if base.stands_in:
        logger.warning("base model: minilm, because %s", base.reason)
    with quiet_transformers():
        tokenizer = load_tokenizer(base, config.model.max_length)
        set_seed(config.seed)
        model = build_model(base, task.label_set)
        y = task.y_true("train")
        loss = cell_loss(config.training.loss, y)
        set_bias(model, log_odds(y) if loss is None else best_constants(loss, y))
        if model.config.pad_token_id is None:
            model.config.pad_token_id = tokenizer.pad_token_id  # what predicts pads as training did
        encoder_rate, head_rate = resolve_learning_rates(model, config.training)
        config = config.with_learning_rates(encoder_rate, head_rate)
        arguments = build_arguments(config, folder.checkpoints, len(task.rows("validation")) > 0)
        checkpoint = _open_folder(task, config, folder, begin)
        weight = teacher_weight(config, *y.shape)
        soft = teach(base, tokenizer, task.texts("train"), y, config, weight) if weight else None
        datasets = _datasets(task, tokenizer, config.model.max_length, folder, soft)
        keep_used_tokens(model, np.unique(np.concatenate([each.tokens.distinct() for each in datasets.values()])))
        fit = fit_model(
            model, tokenizer, datasets["train"], datasets.get("validation"),
            arguments=arguments, head_learning_rate=head_rate, loss=loss,
            early_stopping=config.training.early_stopping, checkpoint=checkpoint,
        )  # fmt: skip
        restore_vocabulary(fit.model)
    return FineTuned(fit, tokenizer, base, config, _notes(datasets["train"], config, base, weight))


def _open_folder(
    task: Task, config: Config, folder: RunFolder, begin: Callable[[], None] | None
) -> Path | None:
    data, split = task.data_facts(), task.saved_split()
    if not folder.begun:
        if begin is not None:
            begin()
        folder.start(config, data, split)
        return None
    folder.check_same(config, data, split)
    checkpoint, skipped = newest_checkpoint(folder.checkpoints)
    for line in skipped:
        logger.warning("%s", line)
    where = checkpoint.name if checkpoint else "the start, as there is no whole checkpoint"
    if checkpoint is not None:
        refuse_foreign(checkpoint)
    logger.info("resuming from %s", where)
    return checkpoint


def _datasets(
    task: Task, tokenizer: PreTrainedTokenizerFast, max_length: int, folder: RunFolder, soft: NDArray[np.float32] | None
) -> dict[str, TextDataset]:
    return {
        side: TextDataset(
            load_or_tokenise(task.texts(side), tokenizer, max_length, folder.tokens),
            task.y_true(side),
            soft if side == "train" else None,
        )
        for side in ("train", "validation")
        if len(task.rows(side))
    }


def _notes(train: TextDataset, config: Config, base: BaseModel, weight: float) -> list[str]:
    notes = []
    if weight:
        notes.append(
            f"what was learnt are the labels mixed with the probabilities, weighing {weight:g}, of a logistic "
            "regression on the base model's features (--teacher)"
        )
    if base.stands_in:
        notes.append(f"the base model is minilm, because {base.reason}")
    length = config.model.max_length
    full = int((train.lengths >= length).sum())
    if full:
        notes.append(
            f"{full} of {len(train)} training texts fill {length} tokens; what is beyond is not read"
        )
    return notes

"""The Trainer, wired: parameter groups, metrics while training, checkpoints, history."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load_file
from sklearn.metrics import average_precision_score
from torch.utils.data import DataLoader
from transformers import (
    DataCollatorWithPadding,
    EarlyStoppingCallback,
    PreTrainedModel,
    PreTrainedTokenizerFast,
    PrinterCallback,
    Trainer,
    TrainerState,
    TrainingArguments,
)

from multitag.errors import ConfigError
from multitag.training.arguments import BEST_METRIC
from multitag.training.batches import TokenBudgetBatches
from multitag.training.checkpoints import TRAINER_STATE, checkpoint_path, delete_old_checkpoints, new_checkpoint
from multitag.training.dataset import TextDataset
from multitag.training.losses import CellLoss, trainer_loss
from multitag.training.optimizer import parameter_groups
from multitag.training.progress import ProgressCallback
from multitag.training.stopping import StopOnSignal

DIVERGED = "training diverged: the model gives no finite numbers any more; lower --learning-rate"


@dataclass(frozen=True)
class TrainedModel:
    """A trained model and how it went.

    Parameters
    ----------
    model : PreTrainedModel
        On the CPU, in evaluation mode.
    history : list of dict
        One entry a logged step or evaluation: ``epoch``, ``step``, and ``loss`` or ``validation_*``.
    seconds : float
        Wall time of the training loop, evaluations and checkpoints in it.
    epochs : float
        After which the model's weights were what they are: fewer than were trained where the best were kept.
    """

    model: PreTrainedModel
    history: list[dict[str, float]]
    seconds: float
    epochs: float

    @property
    def architecture(self) -> str:
        """Name of the class that transformers loads the saved model with."""
        return str(
            self.model.config.architectures[0]
            if self.model.config.architectures
            else type(self.model).__name__
        )


class MultiLabelTrainer(Trainer):
    """The Hugging Face Trainer with a learning rate of its own for the head, and batches by length."""

    def __init__(self, *args: Any, head_learning_rate: float, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.head_learning_rate = head_learning_rate
        self.staging: Path | None = None  # where a checkpoint is being written

    def get_train_dataloader(self) -> DataLoader[Any]:
        """Load batches of one length and about the same number of tokens, unless another strategy is asked for."""
        dataset = self.train_dataset
        grouped = self.args.train_sampling_strategy == "group_by_length"
        # Several processes need batches of one number of rows.
        if not grouped or self.args.world_size > 1 or not isinstance(dataset, TextDataset):
            return super().get_train_dataloader()
        batches = TokenBudgetBatches(dataset.lengths, self.args.train_batch_size, self.args.data_seed or self.args.seed)
        loader: DataLoader[Any] = self.accelerator.prepare(
            DataLoader(dataset, batch_sampler=batches, collate_fn=self.data_collator)
        )
        return loader

    def _save_checkpoint(self, model: Any, trial: Any) -> None:
        """Write a checkpoint whole or not at all, and only then delete older ones."""
        folder = Path(str(self.args.output_dir))
        target = checkpoint_path(folder, self.state.global_step)
        with new_checkpoint(target) as staged:
            self.staging = staged
            try:
                super()._save_checkpoint(model, trial)
            finally:
                self.staging = None
            # The Trainer takes what it has just written for the only checkpoint there is.
            if self.state.best_global_step:
                best = checkpoint_path(folder, self.state.best_global_step)
                if best == target or best.is_dir():
                    self.state.best_model_checkpoint = str(best)
            self.state.save_to_json(str(staged / target.name / TRAINER_STATE))
        if self.args.save_total_limit:
            delete_old_checkpoints(folder, self.args.save_total_limit, self.state.best_model_checkpoint)

    def _get_output_dir(self, trial: Any) -> str:
        return super()._get_output_dir(trial) if self.staging is None else str(self.staging)

    def create_optimizer(self, model: Any = None) -> torch.optim.Optimizer:
        """Make the optimiser that ``optim`` names, over our parameter groups."""
        if self.optimizer is None:
            model = self.model if model is None else model
            optimizer_class, options = self.get_optimizer_cls_and_kwargs(self.args, model)
            groups = parameter_groups(
                model, self.args.learning_rate, self.head_learning_rate, self.args.weight_decay,
                self.get_decay_parameter_names(model),
            )  # fmt: skip
            self.optimizer = optimizer_class(groups, **options)
        return self.optimizer


def fit_model(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerFast,
    train: TextDataset,
    validation: TextDataset | None,
    *,
    arguments: TrainingArguments,
    head_learning_rate: float,
    loss: CellLoss | None = None,
    early_stopping: int | None = None,
    checkpoint: Path | None = None,
) -> TrainedModel:
    """Fine-tune a model.

    Parameters
    ----------
    model : PreTrainedModel
        Changed in place.
    tokenizer : PreTrainedTokenizerFast
        Pads the batches.
    train, validation : TextDataset
        ``validation`` is evaluated on as ``arguments`` say.
    arguments : TrainingArguments
    head_learning_rate : float
        Peak rate of what is not under the base model's prefix; the encoder's is in ``arguments``.
    loss : callable, optional
        Of logits and labels to the loss of each cell, instead of the model's own binary cross-entropy.
    early_stopping : int, optional
        Evaluations without a better macro AP after which to stop.
    checkpoint : Path, optional
        A whole checkpoint to resume from.

    Raises
    ------
    ConfigError
        If the weights or logits stop being finite numbers.
    OutputError
        If a checkpoint cannot be written, a full disk included.
    """
    progress = ProgressCallback()
    stop = StopOnSignal()
    callbacks: list[Any] = [progress, stop]
    if early_stopping is not None:
        callbacks.append(EarlyStoppingCallback(early_stopping_patience=early_stopping))
    trainer = MultiLabelTrainer(
        model=model,
        args=arguments,
        data_collator=DataCollatorWithPadding(tokenizer),
        train_dataset=train,
        eval_dataset=validation,
        compute_loss_func=None if loss is None else trainer_loss(loss),
        compute_metrics=_validation_metrics,
        callbacks=callbacks,
        head_learning_rate=head_learning_rate,
    )
    trainer.remove_callback(PrinterCallback)
    finished = None if checkpoint is None else _trained_before(model, checkpoint, arguments, early_stopping)
    if finished is not None:  # the Trainer is made all the same, as it changes the model's settings
        return finished
    started = time.perf_counter()
    with stop:
        try:
            trainer.train(resume_from_checkpoint=str(checkpoint) if checkpoint else None)
        finally:
            progress.stop()
    return _finished(model, trainer.state, time.perf_counter() - started, arguments.load_best_model_at_end)


def _trained_before(
    model: PreTrainedModel, checkpoint: Path, arguments: TrainingArguments, patience: int | None
) -> TrainedModel | None:
    """Give the model of a run whose training had ended; the Trainer would train it a step or an epoch further."""
    state = TrainerState.load_from_json(str(checkpoint / TRAINER_STATE))
    if state.global_step < state.max_steps and (patience is None or _waited(state) < patience):
        return None
    if arguments.load_best_model_at_end and state.best_model_checkpoint:
        checkpoint = checkpoint.parent / Path(state.best_model_checkpoint).name  # the run may have been moved
    model.load_state_dict(load_file(checkpoint / "model.safetensors"))
    return _finished(model, state, 0.0, arguments.load_best_model_at_end)


def _waited(state: Any) -> int:
    """Give the number of evaluations without a better one."""
    return int(state.stateful_callbacks["EarlyStoppingCallback"]["attributes"]["early_stopping_patience_counter"])


def _finished(model: PreTrainedModel, state: TrainerState, seconds: float, best: bool) -> TrainedModel:
    if not all(torch.isfinite(parameter).all() for parameter in model.parameters()):
        raise ConfigError(DIVERGED)
    model.cpu().train(mode=False)
    reached = [entry["epoch"] for entry in state.log_history if best and entry["step"] == state.best_global_step]
    epochs = float(reached[-1] if reached else state.epoch or 0.0)
    return TrainedModel(model, _history(state.log_history), seconds, epochs)


def _validation_metrics(prediction: Any) -> dict[str, float]:
    y_true, logits = prediction.label_ids, prediction.predictions  # (n_rows, n_labels) each
    if not np.isfinite(logits).all():
        raise ConfigError(DIVERGED)
    defined = y_true.any(axis=0)  # a label without a positive has no average precision
    if not defined.any():
        return {BEST_METRIC: 0.0}
    # Ranking does not change under the sigmoid, so average precision may be taken on logits.
    return {
        BEST_METRIC: float(average_precision_score(y_true[:, defined], logits[:, defined], average="macro"))
    }


def _history(log: list[dict[str, float]]) -> list[dict[str, float]]:
    wanted = {
        "loss": "loss",
        "eval_loss": "validation_loss",
        "eval_macro_average_precision": "validation_macro_average_precision",
    }
    history = []
    for entry in log:
        figures = {
            new: float(entry[old]) for old, new in wanted.items() if old in entry and np.isfinite(entry[old])
        }
        if figures:
            history.append({"epoch": float(entry["epoch"]), "step": int(entry["step"]), **figures})
    return history

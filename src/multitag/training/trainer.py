"""The Trainer, wired: parameter groups, metrics while training, checkpoints, history."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from sklearn.metrics import average_precision_score
from transformers import (
    DataCollatorWithPadding,
    EarlyStoppingCallback,
    PreTrainedModel,
    PreTrainedTokenizerFast,
    PrinterCallback,
    Trainer,
    TrainingArguments,
)

from multitag.data.dataset import TextDataset
from multitag.training.arguments import BEST_METRIC
from multitag.training.optimizer import parameter_groups
from multitag.training.progress import ProgressCallback


@dataclass(frozen=True)
class Fit:
    """A trained model and how it went.

    Parameters
    ----------
    model : PreTrainedModel
        On the CPU, in evaluation mode.
    history : list of dict
        One entry a logged step or evaluation: ``epoch``, ``step``, and ``loss`` or ``validation_*``.
    seconds : float
        Wall time of the training loop, evaluations and checkpoints in it.
    """

    model: PreTrainedModel
    history: list[dict[str, float]]
    seconds: float

    @property
    def architecture(self) -> str:
        """Name of the class that transformers loads the saved model with."""
        return str(
            self.model.config.architectures[0]
            if self.model.config.architectures
            else type(self.model).__name__
        )


class MultiLabelTrainer(Trainer):
    """The Hugging Face Trainer with a learning rate of its own for the head."""

    def __init__(self, *args: Any, head_learning_rate: float, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.head_learning_rate = head_learning_rate

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
    early_stopping: int | None = None,
    checkpoint: Path | None = None,
) -> Fit:
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
    early_stopping : int, optional
        Evaluations without a better macro AP after which to stop.
    checkpoint : Path, optional
        A whole checkpoint to resume from.
    """
    progress = ProgressCallback()
    callbacks: list[Any] = [progress]
    if early_stopping is not None:
        callbacks.append(EarlyStoppingCallback(early_stopping_patience=early_stopping))
    trainer = MultiLabelTrainer(
        model=model,
        args=arguments,
        data_collator=DataCollatorWithPadding(tokenizer),
        train_dataset=train,
        eval_dataset=validation,
        compute_metrics=_validation_metrics,
        callbacks=callbacks,
        head_learning_rate=head_learning_rate,
    )
    trainer.remove_callback(PrinterCallback)
    started = time.perf_counter()
    try:
        trainer.train(resume_from_checkpoint=str(checkpoint) if checkpoint else None)
    finally:
        progress.stop()
    seconds = time.perf_counter() - started
    model.cpu().train(mode=False)
    return Fit(model, _history(trainer.state.log_history), seconds)


def _validation_metrics(prediction: Any) -> dict[str, float]:
    y_true, logits = prediction.label_ids, prediction.predictions  # (n_rows, n_labels) each
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

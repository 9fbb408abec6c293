"""A training from start to end: begun or resumed, watched, stopped, and what it leaves."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load_file
from sklearn.metrics import average_precision_score
from transformers import (
    EarlyStoppingCallback,
    PreTrainedModel,
    PreTrainedTokenizerFast,
    PrinterCallback,
    TrainerState,
    TrainingArguments,
)

from multitag.config import TrainingConfig
from multitag.errors import ConfigError, describe_error
from multitag.processes import follows, n_processes
from multitag.stages import Stage, stage
from multitag.training.allocator import freed_memory_kept
from multitag.training.batches.padding import RoundedPadding
from multitag.training.callbacks.progress import ProgressCallback
from multitag.training.callbacks.stopping import StopOnSignal
from multitag.training.callbacks.stopwatch import Stopwatch, is_out_of_time, seconds_in_state
from multitag.training.checkpoints import TRAINER_STATE
from multitag.training.dataset import TextDataset
from multitag.training.losses import IGNORED, CellLoss, bce, cell_loss, trainer_loss
from multitag.training.team import lost_processes_told
from multitag.training.trainer.multi_label import MultiLabelTrainer
from multitag.training.trainer.trainer_args import BEST_METRIC

STEPS_TRIED = 100  # that a schedule is made for, and none is taken
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
        Wall time of the training loop, evaluations and checkpoints in it, since the training was first started; what
        was trained after the checkpoint that it was resumed from, and lost, is not counted.
    epochs : float
        After which the model's weights were what they are: fewer than were trained where the best were kept.
    out_of_time : bool
        Whether it was stopped before its last step, as its time was over.
    step_seconds : tuple of float
        Wall time of the last hundred steps, the first one of all left out, with what was done between them.
    """

    model: PreTrainedModel
    history: list[dict[str, float]]
    seconds: float
    epochs: float
    out_of_time: bool = False
    step_seconds: tuple[float, ...] = ()

    @property
    def architecture(self) -> str:
        """Name of the class that transformers loads the saved model with."""
        return str(
            self.model.config.architectures[0]
            if self.model.config.architectures
            else type(self.model).__name__
        )


def fit_model(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerFast,
    datasets: Mapping[str, TextDataset],
    settings: TrainingConfig,
    arguments: TrainingArguments,
    checkpoint: Path | None = None,
    seconds: float | None = None,
) -> TrainedModel:
    """Fine-tune a model.

    Parameters
    ----------
    model : PreTrainedModel
        Changed in place.
    tokenizer : PreTrainedTokenizerFast
        Pads the batches.
    datasets : mapping of str to TextDataset
        ``train``, and ``validation`` where there are such rows, which are evaluated on as ``arguments`` say.
    settings : TrainingConfig
        With the rate of the head, which is what is not under the base model's prefix, resolved.
    arguments : TrainingArguments
        The same settings, as the Trainer takes them.
    checkpoint : Path, optional
        A whole checkpoint to resume from.
    seconds : float, optional
        After which the training is stopped.

    Raises
    ------
    ConfigError
        If the weights or logits stop being finite numbers.
    OutputError
        If a checkpoint cannot be written, a full disk included.
    """
    with stage("training") as under_way:
        return _fit(model, tokenizer, datasets, settings, arguments, checkpoint, seconds, under_way)


def _fit(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerFast,
    datasets: Mapping[str, TextDataset],
    settings: TrainingConfig,
    arguments: TrainingArguments,
    checkpoint: Path | None,
    seconds: float | None,
    under_way: Stage,
) -> TrainedModel:
    before = None if checkpoint is None else TrainerState.load_from_json(str(checkpoint / TRAINER_STATE))
    stop = StopOnSignal()
    callbacks: list[Any] = [stop] if follows() else [ProgressCallback(under_way), stop]
    if settings.early_stopping is not None:
        callbacks.append(EarlyStoppingCallback(early_stopping_patience=settings.early_stopping))
    trainer = _build_trainer(model, tokenizer, datasets, settings, arguments, callbacks)
    # The Trainer is made all the same, as it changes the model's settings.
    if checkpoint is not None and before is not None and _is_over(before, settings.early_stopping):
        return _trained_before(model, checkpoint, before, arguments)
    stopwatch = Stopwatch(0.0 if before is None else seconds_in_state(before), seconds)
    trainer.add_callback(stopwatch)
    if n_processes() > 1:
        torch.manual_seed(arguments.seed + arguments.process_index)  # or all would drop the same of other rows
    with stop, lost_processes_told(), freed_memory_kept():
        trainer.train(resume_from_checkpoint=str(checkpoint) if checkpoint else None)
    best = arguments.load_best_model_at_end
    return _finished(model, trainer.state, stopwatch.seconds(), best, stopwatch.step_seconds())


def choose_loss(settings: TrainingConfig, datasets: Mapping[str, TextDataset]) -> CellLoss | None:
    """Choose the loss of these rows; None for what the models compute themselves.

    They know of no unknown cells, nor how many there are in all batches of a step, which R-Drop and other processes
    share them with.
    """
    loss = cell_loss(settings.loss, datasets["train"].y)
    shared = settings.r_drop or n_processes() > 1
    if loss is None and (shared or not all(dataset.complete for dataset in datasets.values())):
        return bce
    return loss


def check_trainer(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerFast,
    dataset: TextDataset,
    settings: TrainingConfig,
    arguments: TrainingArguments,
) -> None:
    """Make all that a training is made of, and train nothing: what cannot be made is told before a run begins.

    Parameters
    ----------
    model : PreTrainedModel
        Of no use afterwards: it may be on another device.
    tokenizer, settings, arguments
        As in :func:`fit_model`.
    dataset : TextDataset
        Rows to train on, a few of them.

    Raises
    ------
    ConfigError
        If the Trainer, its optimiser, its schedule or its batches cannot be made, or torch cannot compile; or if
        options of the optimiser would change nothing.
    """
    try:
        trainer = _build_trainer(
            model, tokenizer, {"train": dataset, "validation": dataset}, settings, arguments, []
        )
        trainer.create_optimizer_and_scheduler(STEPS_TRIED)
        trainer.get_train_dataloader()
        trainer.get_eval_dataloader()
        if arguments.torch_compile:
            torch.compile(torch.nn.Linear(1, 1), backend=arguments.torch_compile_backend or "inductor")(torch.ones(1))
    except Exception as error:  # a package that is missing, an option that is unknown, no compiler: each in its own way
        reason = f"{type(error).__name__}: {describe_error(error)[:200]}"  # of a compiler, pages of output
        raise ConfigError(f"trainer arguments: nothing can be trained with them ({reason})") from error
    if arguments.optim_args:
        _, with_options = trainer.get_optimizer_cls_and_kwargs(arguments, model)
        plain = copy(arguments)
        plain.optim_args = None
        if trainer.get_optimizer_cls_and_kwargs(plain, model)[1] == with_options:
            name = getattr(arguments.optim, "value", arguments.optim)
            raise ConfigError(
                f"trainer argument 'optim_args' would change nothing: {name!r} takes none of "
                f"{arguments.optim_args!r}; leave it out"
            )


def _build_trainer(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerFast,
    datasets: Mapping[str, TextDataset],
    settings: TrainingConfig,
    arguments: TrainingArguments,
    callbacks: list[Any],
) -> MultiLabelTrainer:
    loss = choose_loss(settings, datasets)
    assert settings.head_learning_rate is not None
    trainer = MultiLabelTrainer(
        model=model,
        args=arguments,
        data_collator=RoundedPadding(tokenizer, max(int(dataset.lengths.max()) for dataset in datasets.values())),
        train_dataset=datasets["train"],
        eval_dataset=datasets.get("validation"),
        compute_loss_func=None if loss is None else trainer_loss(loss),
        compute_metrics=_validation_metrics,
        preprocess_logits_for_metrics=_logits,
        callbacks=callbacks,
        head_learning_rate=settings.head_learning_rate,
        r_drop=settings.r_drop or 0.0,
    )
    trainer.remove_callback(PrinterCallback)
    return trainer


def _logits(outputs: Any, labels: Any) -> Any:
    """Return the logits alone of what a model returns; those with a decoder return its states too."""
    return outputs[0] if isinstance(outputs, (tuple, list)) else outputs


def _is_over(state: TrainerState, patience: int | None) -> bool:
    """Whether a training had ended; the Trainer would train it a step or an epoch further."""
    waited = patience is not None and _waited(state) >= patience
    return state.global_step >= state.max_steps or is_out_of_time(state) or waited


def _trained_before(
    model: PreTrainedModel, checkpoint: Path, state: TrainerState, arguments: TrainingArguments
) -> TrainedModel:
    """Return the model of a training that had ended."""
    if arguments.load_best_model_at_end and state.best_model_checkpoint:
        checkpoint = checkpoint.parent / Path(state.best_model_checkpoint).name  # the run may have been moved
    model.load_state_dict(load_file(checkpoint / "model.safetensors"))
    return _finished(model, state, seconds_in_state(state), arguments.load_best_model_at_end)


def _waited(state: Any) -> int:
    """Count the evaluations without a better one."""
    return int(state.stateful_callbacks["EarlyStoppingCallback"]["attributes"]["early_stopping_patience_counter"])


def _finished(
    model: PreTrainedModel, state: TrainerState, seconds: float, best: bool, step_seconds: tuple[float, ...] = ()
) -> TrainedModel:
    if not all(torch.isfinite(parameter).all() for parameter in model.parameters()):
        raise ConfigError(DIVERGED)
    model.cpu().train(mode=False)
    reached = [entry["epoch"] for entry in state.log_history if best and entry["step"] == state.best_global_step]
    epochs = float(reached[-1] if reached else state.epoch or 0.0)
    return TrainedModel(model, _history(state.log_history), seconds, epochs, is_out_of_time(state), step_seconds)


def _validation_metrics(prediction: Any) -> dict[str, float]:
    y_true, logits = prediction.label_ids, prediction.predictions  # (n_rows, n_labels) each
    if not np.isfinite(logits).all():
        raise ConfigError(DIVERGED)
    defined = np.flatnonzero((y_true > 0).any(axis=0))  # a label without a positive has no average precision
    if not len(defined):
        return {BEST_METRIC: 0.0}
    judged = y_true != IGNORED
    # Ranking does not change under the sigmoid, so average precision may be taken on logits.
    precision = [
        average_precision_score(y_true[judged[:, label], label], logits[judged[:, label], label]) for label in defined
    ]
    return {BEST_METRIC: float(np.average(precision))}


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

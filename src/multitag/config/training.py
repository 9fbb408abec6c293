"""Settings of how the model is trained."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from multitag.config.require import require
from multitag.config.schema import is_plain

Precision = Literal["auto", "fp32", "bf16"]
LossName = Literal["bce", "weighted-bce", "focal", "asymmetric"]


@dataclass(frozen=True)
class TrainingConfig:
    """How the model is trained.

    Parameters
    ----------
    epochs : float
        Passes over the training rows.
    batch_size : int
        Texts a step.
    learning_rate, head_learning_rate : float or None
        Peak rates of the pretrained encoder and of the new classification head; None chooses by the model's
        width and head (see ``multitag.training.optimizer``).
    warmup_ratio : float
        Share of the steps over which the rates rise from 0; they fall to 0 over the rest.
    weight_decay : float
        AdamW's decoupled decay, not applied to biases and layer norms.
    save_steps : int or None
        Steps between checkpoints; None saves after each epoch.
    save_total_limit : int
        Checkpoints kept; older ones are deleted.
    early_stopping : int or None
        Stop after this many epochs (or ``save_steps``) without a better validation macro AP, and keep the
        best weights; None trains all epochs.
    precision : {"auto", "fp32", "bf16"}
        Arithmetic of training; auto takes bf16 where the processor has instructions for it. Saved weights and
        reported numbers are always fp32.
    loss : {"bce", "weighted-bce", "focal", "asymmetric"}
        What is minimised (see ``multitag.training.losses``).
    teacher : float or None
        Weight, in [0, 1), of a teacher's probabilities in the labels that are learnt; None chooses (see
        ``multitag.training.teacher``). Only with the loss ``"bce"``.
    trainer_args : mapping
        Any other argument of ``transformers.TrainingArguments``; wins over what multitag sets.
    """

    epochs: float = 5.0
    batch_size: int = 16
    learning_rate: float | None = None
    head_learning_rate: float | None = None
    warmup_ratio: float = 0.1
    weight_decay: float = 0.01
    save_steps: int | None = None
    save_total_limit: int = 2
    early_stopping: int | None = None
    precision: Precision = "auto"
    loss: LossName = "bce"
    teacher: float | None = None
    trainer_args: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("epochs", "batch_size", "save_total_limit", "learning_rate", "head_learning_rate"):
            value = getattr(self, name)
            require(value is None or value > 0, f"{name}: expected more than 0, got {value!r}")
        for name in ("save_steps", "early_stopping"):
            value = getattr(self, name)
            require(value is None or value >= 1, f"{name}: expected at least 1, got {value!r}")
        require(
            self.teacher is None or 0 <= self.teacher < 1, f"teacher: expected 0 to below 1, got {self.teacher!r}"
        )
        require(not self.teacher or self.loss == "bce", f"teacher: goes with the loss bce, got {self.loss}")
        ratio, decay = self.warmup_ratio, self.weight_decay
        require(0 <= ratio < 1, f"warmup_ratio: expected 0 to below 1, got {ratio!r}")
        require(decay >= 0, f"weight_decay: expected 0 or more, got {decay!r}")
        for name, value in self.trainer_args.items():  # they are saved with the run, as YAML
            require(
                is_plain(value),
                f"trainer_args.{name}: expected text, a number, true, false, null, a list or keys of those; "
                f"got {type(value).__name__}",
            )

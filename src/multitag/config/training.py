"""Settings of how the model is trained."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from multitag.config.schema import is_plain
from multitag.config.setting import Option, Range, Section, require

Precision = Literal["auto", "fp32", "bf16"]
LENGTHS = {"max_steps", "num_train_epochs", "per_device_train_batch_size"}  # that settings of their own stand for
INSTEAD_OF = {
    "num_train_epochs": "epochs", "per_device_train_batch_size": "batch_size", "learning_rate": "learning_rate",
}  # fmt: skip

LossName = Literal["bce", "weighted-bce", "focal", "asymmetric"]

LORA_RANK = 16


@dataclass(frozen=True)
class TrainingConfig(Section):
    """How the model is trained.

    Parameters
    ----------
    epochs : float or None
        Passes over the training rows; 5, or 3 from 10,000 rows on, if auto.
    batch_size : int or None
        Texts per step; 16, or 32 from 10,000 rows on, if auto.
    learning_rate : float or None
        Peak learning rate of the encoder; chosen by the model's width and the number of rows if auto.
    head_learning_rate : float or None
        Peak learning rate of the classification head; chosen by the model's width if auto.
    warmup_ratio : float
        Share of the steps over which the learning rates rise; they fall to 0 over the rest.
    weight_decay : float
        Decoupled weight decay of AdamW, not applied to biases and layer norms.
    best_epoch : bool or None
        Keep the weights that were best on the validation rows; by default where there are 20 and the epochs are auto.
    early_stopping : int or None
        Stop after this many evaluations without a better validation macro AP, and keep the best weights.
    precision : {"auto", "fp32", "bf16"}
        Arithmetic of training; auto is bf16 where the processor is fast at it, otherwise fp32.
    loss : {"bce", "weighted-bce", "focal", "asymmetric"}
        Loss to minimise; bce is binary cross-entropy.
    teacher : float or None
        Weight of simpler models' predictions in the soft labels to train on; 0.4 with folds if auto.
    teacher_model : str or None
        Encoder, by name or folder, whose features the teacher learns from; the base model if omitted.
    r_drop : float or None
        Weight of R-Drop, by which two passes under dropout are to agree; 1 with folds on small data if auto.
    head_dropout : float or None
        Dropout before the classification head; 0.5 for a DistilBERT, otherwise the base model's own, if omitted.
    lora : bool
        Train low-rank adapters of the encoder instead of all its weights; they are merged into it at the end.
    lora_rank : int
        Rank of the adapters.
    trainer_args : mapping
        Any other argument of transformers' TrainingArguments, as NAME=VALUE.
    minutes : float or None
        Minutes that the run may take, folds included; what does not fit is given up in a fixed order, and named.
    save_steps : int or None
        Steps between checkpoints; one per epoch if omitted.
    save_total_limit : int
        Checkpoints to keep; older ones are deleted.
    """

    epochs: Annotated[float | None, Range(above=0), Option(main=True, auto=True)] = None
    batch_size: Annotated[int | None, Range(above=0), Option(auto=True)] = None
    learning_rate: Annotated[float | None, Range(above=0), Option(auto=True)] = None
    head_learning_rate: Annotated[float | None, Range(above=0), Option(auto=True)] = None
    warmup_ratio: Annotated[float, Range(at_least=0, below=1)] = 0.1
    weight_decay: Annotated[float, Range(at_least=0)] = 0.01
    best_epoch: bool | None = None
    early_stopping: Annotated[int | None, Range(at_least=1)] = None
    precision: Precision = "auto"
    loss: LossName = "bce"
    teacher: Annotated[float | None, Range(at_least=0, below=1), Option(auto=True)] = None
    teacher_model: Annotated[str | None, Option(path=True)] = None
    r_drop: Annotated[float | None, Range(at_least=0), Option(auto=True)] = None
    head_dropout: Annotated[float | None, Range(at_least=0, below=1)] = None
    lora: bool = False
    lora_rank: Annotated[int, Range(at_least=1, at_most=1024)] = LORA_RANK
    trainer_args: Annotated[Mapping[str, Any], Option(alias="trainer_arg")] = field(default_factory=dict)
    minutes: Annotated[float | None, Range(above=0), Option(panel="Run")] = None
    save_steps: Annotated[int | None, Range(at_least=1), Option(panel="Run")] = None
    save_total_limit: Annotated[int, Range(above=0), Option(panel="Run")] = 2

    def __post_init__(self) -> None:
        super().__post_init__()
        require(not self.teacher or self.loss == "bce", f"teacher: goes with the loss bce, got {self.loss}")
        require(
            self.teacher_model is None or (self.loss == "bce" and self.teacher != 0),
            "teacher_model: goes with the loss bce and a teacher's weight above 0, got "
            f"{self.loss if self.teacher is None else f'{self.loss} and {self.teacher:g}'}",
        )
        lengths = LENGTHS & self.trainer_args.keys()
        require(
            self.minutes is None or not lengths,
            f"minutes: goes with epochs and batch_size, not with the trainer argument {min(lengths, default='')!r}",
        )
        require(
            self.lora or self.lora_rank == LORA_RANK, f"lora_rank: goes with lora, got {self.lora_rank} without it"
        )
        for name, value in self.trainer_args.items():  # they are saved with the run, as YAML
            require(
                is_plain(value),
                f"trainer_args.{name}: expected text, a number, true, false, null, a list or keys of those; "
                f"got {type(value).__name__}",
            )

    def overruled(self) -> tuple[str, ...]:
        """Return a sentence on each setting that was given, and is not that of the Trainer's argument beside it."""
        pairs = ((name, self.trainer_args[name], own) for name, own in INSTEAD_OF.items() if name in self.trainer_args)
        return tuple(
            f"{own} is {value!r}, as the trainer argument {name!r} says, not {getattr(self, own):g}"
            for name, value, own in pairs
            if getattr(self, own) not in (None, value)
        )

"""multitag's settings as the Trainer's arguments."""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import torch
from transformers import IntervalStrategy, TrainingArguments

from multitag.config import Config
from multitag.errors import ConfigError, describe_error
from multitag.training.trainer.trainer_args import BEST_METRIC, check_trainer_args, is_less_better

# A quarter of the Trainer's default: measured on IMDB, see docs/experiments.md.
MAX_GRAD_NORM = 0.25


def build_arguments(config: Config, checkpoints: Path, has_validation: bool) -> TrainingArguments:
    """Translate the settings; ``training.trainer_args`` win over them.

    Parameters
    ----------
    config : Config
        With both learning rates resolved.
    checkpoints : Path
        Where the Trainer writes; nothing is written here.
    has_validation : bool
        Whether there are rows to evaluate on at each save.

    Raises
    ------
    ConfigError
        If an argument is not one of the Trainer's, is reserved, would change nothing, or is refused by it.
    """
    training = config.training
    loads_best = training.early_stopping is not None or bool(training.best_epoch)
    if loads_best and not has_validation:
        name = "best_epoch" if training.early_stopping is None else "early_stopping"
        raise ConfigError(f"{name} needs validation rows, but validation_size is 0")
    keep_best = loads_best or training.trainer_args.get("load_best_model_at_end")
    every = "epoch" if training.save_steps is None else "steps"
    values: dict[str, Any] = {
        "output_dir": os.path.join(".", checkpoints),  # noqa: PTH118 (the Trainer expands ~ at the start, as in ./~)
        "num_train_epochs": training.epochs,
        "per_device_train_batch_size": training.batch_size,
        "per_device_eval_batch_size": 64,
        "learning_rate": training.learning_rate,
        "weight_decay": training.weight_decay,
        "max_grad_norm": MAX_GRAD_NORM,
        "warmup_steps": training.warmup_ratio,  # below 1 the Trainer takes it as a share of all steps
        "lr_scheduler_type": "linear",
        "optim": "adamw_torch_fused",
        "use_cpu": not torch.accelerator.is_available(),
        "bf16": use_bf16(training.precision),
        "train_sampling_strategy": "group_by_length",
        "seed": config.seed,
        "save_strategy": every,
        "save_steps": training.save_steps or 500,
        "save_total_limit": training.save_total_limit,
        "eval_strategy": every if has_validation else "no",
        "eval_steps": training.save_steps,
        "load_best_model_at_end": loads_best,
        "restore_callback_states_from_checkpoint": training.early_stopping is not None,  # its patience so far
        # Named only where the best is wanted: its checkpoint is kept, with a limit of 1 in the newest one's place.
        "metric_for_best_model": BEST_METRIC if keep_best else None,
        "greater_is_better": not is_less_better(training.trainer_args),
        "logging_steps": 10,
        "disable_tqdm": True,  # multitag draws its own bar
        "remove_unused_columns": False,
        "dataloader_pin_memory": torch.cuda.is_available(),
        "report_to": ["tensorboard"] if find_spec("tensorboard") else [],
    }
    check_trainer_args(training.trainer_args)
    try:
        arguments = TrainingArguments(**(values | dict(training.trainer_args)))
    except Exception as error:  # what is wrong with a value is raised in every kind there is
        raise ConfigError(f"trainer arguments: {describe_error(error)}") from error
    evaluates = arguments.eval_strategy != IntervalStrategy.NO
    if evaluates and not has_validation:
        raise ConfigError("trainer argument 'eval_strategy' needs validation rows, but validation_size is 0")
    if training.early_stopping is not None and not (evaluates and arguments.load_best_model_at_end):
        raise ConfigError(
            "early_stopping needs the trainer arguments eval_strategy and load_best_model_at_end"
        )
    return arguments


def check_arguments(config: Config, *, has_validation: bool) -> None:
    """Raise what :func:`build_arguments` would, before there is a folder for checkpoints."""
    build_arguments(config, Path("checkpoints"), has_validation)


def use_bf16(precision: str) -> bool:
    """Decide on bfloat16 arithmetic.

    ``"auto"`` takes it where the GPU has it, or the CPU has AVX-512 BF16 or AMX: there it trains near twice
    as fast at the same quality (docs/performance.md). Other CPUs emulate it, slowly.
    """
    if precision != "auto":
        return precision == "bf16"
    if torch.cuda.is_available():
        return bool(torch.cuda.is_bf16_supported())
    return bool(torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported())

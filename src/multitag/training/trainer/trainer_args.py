"""Arguments of the Trainer that a person chose: as the shell writes them, and which of them can work here."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields
from difflib import get_close_matches
from enum import Enum
from importlib import import_module
from importlib.util import find_spec
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from multitag.config.values import WORDS, describe_value
from multitag.errors import ConfigError

# These tie the Trainer to the run: changing them would break what multitag promises.
RESERVED = {
    "output_dir", "seed", "data_seed", "disable_tqdm", "remove_unused_columns", "push_to_hub", "enable_jit_checkpoint",
}  # fmt: skip
BEST_METRIC = "macro_average_precision"
METRICS = (BEST_METRIC, "loss")  # what an evaluation while training measures, and could be best by

WITH_PUSH_TO_HUB = "nothing is pushed while training; multitag push does it afterwards"
NO_SUBCOMMANDS = "a run trains, evaluates and tests by its own settings"
# Read by the Trainer only in a way of training that is not this one; whoever sets them expects something of them.
WITHOUT_EFFECT = {
    "label_smoothing_factor": "it smooths one class out of several, and here each label is decided alone",
    "label_names": "the labels of a batch are always called labels",
    "length_column_name": "the lengths of texts are those of their tokens",
    "include_for_metrics": "the metrics are computed from logits and labels",
    "resume_from_checkpoint": "use --resume",
    **dict.fromkeys(("do_train", "do_eval", "do_predict"), NO_SUBCOMMANDS),
    **dict.fromkeys(
        ("hub_token", "hub_private_repo", "hub_model_id", "hub_strategy", "hub_always_push", "hub_revision"),
        WITH_PUSH_TO_HUB,
    ),
}
BREAKING = {
    "prediction_loss_only": "evaluations while training need the logits",
    "debug": "what it hooks in fails at masks, which are no numbers",
    "batch_eval_metrics": "average precision is measured on all rows at once",
}
NEEDS = {"deepspeed": "deepspeed", "use_liger_kernel": "liger_kernel"}
AT_LEAST_ONE = {
    "gradient_accumulation_steps", "per_device_train_batch_size", "per_device_eval_batch_size",
    "eval_accumulation_steps", "save_total_limit", "torch_empty_cache_steps",
}  # fmt: skip


def parse_trainer_args(pairs: list[str]) -> dict[str, Any]:
    """Read ``name=value`` as the shell gives them; values are JSON where they can be, else text.

    Raises
    ------
    ConfigError
        If a pair has no ``=``.

    Examples
    --------
    >>> parse_trainer_args(["save_total_limit=2", "lr_scheduler_type=cosine", "max_grad_norm=1e-1"])
    {'save_total_limit': 2, 'lr_scheduler_type': 'cosine', 'max_grad_norm': 0.1}
    """
    values: dict[str, Any] = {}
    for pair in pairs:
        name, equals, text = pair.partition("=")
        if not equals or not name.strip():
            raise ConfigError(f"--trainer-arg {pair!r}: expected name=value, such as save_total_limit=2")
        word = {"True": "true", "False": "false", "None": "null"}.get(text, text)
        try:
            values[name.strip()] = json.loads(word)
        except ValueError:
            values[name.strip()] = text
    return values


def check_trainer_args(trainer_args: Mapping[str, Any]) -> None:
    """Refuse arguments that the Trainer does not have, or would stumble over, or that would change nothing.

    Raises
    ------
    ConfigError
        Names the first of them, and what is wrong with it.
    """
    from transformers import TrainingArguments

    hints = get_type_hints(TrainingArguments)
    defaults = {field.name: field.default for field in fields(TrainingArguments) if field.init}
    for name, value in trainer_args.items():
        if name in RESERVED:
            raise ConfigError(f"trainer argument {name!r} is set by multitag and cannot be changed")
        if name not in defaults:
            near = get_close_matches(name, defaults, n=3)
            hint = f"nearest: {', '.join(near)}" if near else "see transformers.TrainingArguments"
            raise ConfigError(f"unknown trainer argument {name!r}; {hint}")
        _check_type(name, value, hints[name])
        if name in AT_LEAST_ONE and value is not None and value < 1:
            raise ConfigError(f"trainer argument {name!r}: expected at least 1, got {value!r}")
        if name == "num_train_epochs" and value <= 0:
            raise ConfigError(f"trainer argument {name!r}: expected more than 0, got {value!r}")
        if name == "max_steps" and value < 1 and value != defaults[name]:
            raise ConfigError(f"trainer argument {name!r}: expected at least 1, got {value!r}; --epochs says how long")
        if not value or value == defaults[name]:
            continue
        if name in WITHOUT_EFFECT:
            raise ConfigError(f"trainer argument {name!r} would change nothing: {WITHOUT_EFFECT[name]}; leave it out")
        if name in BREAKING:
            raise ConfigError(f"trainer argument {name!r} cannot be used: {BREAKING[name]}; leave it out")
    # Without the package, its settings would stay behind in this process and break every later training.
    for name, package in NEEDS.items():
        if trainer_args.get(name) and find_spec(package) is None:
            raise ConfigError(f"trainer argument {name!r}: needs {package}, which is not installed; leave it out")
    _check_metric(trainer_args.get("metric_for_best_model"))
    if trainer_args.get("report_to") is not None:
        _check_trackers(trainer_args["report_to"])


def is_less_better(trainer_args: Mapping[str, Any]) -> bool:
    """Return whether the best model is that of the lowest figure."""
    return str(trainer_args.get("metric_for_best_model")).removeprefix("eval_") == "loss"


def _check_type(name: str, value: object, hint: Any) -> None:
    """Check a plain value by the type that the Trainer declares; what is no plain type, it checks itself."""
    choices = get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,)
    kinds = [get_origin(choice) or choice for choice in choices]
    if not all(kind in (*WORDS, list, dict, type(None)) or _is_names(kind) for kind in kinds):
        return
    whole = isinstance(value, int) or (isinstance(value, float) and value.is_integer())
    for kind in kinds:
        if kind in (int, float):
            if not isinstance(value, bool) and (whole or (kind is float and isinstance(value, float))):
                return
        elif isinstance(value, str if _is_names(kind) else kind):
            return
    words = {**WORDS, list: "a list", dict: "keys and values", type(None): "null"}
    expected = " or ".join(dict.fromkeys(words.get(kind, "text") for kind in kinds))
    raise ConfigError(f"trainer argument {name!r}: expected {expected}, got {describe_value(value)}")


def _is_names(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, Enum)


def _check_metric(metric: object) -> None:
    if metric is not None and str(metric).removeprefix("eval_") not in METRICS:
        raise ConfigError(
            f"trainer argument 'metric_for_best_model': expected {' or '.join(METRICS)}, got {describe_value(metric)}"
        )


def _check_trackers(report_to: str | list[str]) -> None:
    """Make what reports to other services, as the Trainer will: a package that is not installed is told now."""
    integrations: Any = import_module("transformers.integrations")
    names = [report_to] if isinstance(report_to, str) else report_to
    for name in names:
        if name in ("none", "all"):  # all of those that are installed
            continue
        try:
            for callback in integrations.get_reporting_integration_callbacks([name]):
                callback()
        except Exception as error:  # each of them raises what it likes
            reason = " ".join(str(error).split())[:200] or type(error).__name__
            raise ConfigError(f"trainer argument 'report_to': {name!r} cannot be used: {reason}") from error

"""One step on a few rows with the Trainer's arguments that a person chose, before anything is begun.

The Trainer looks at many of its arguments only when it meets them: an optimiser whose package is not installed, a
scheduler with a parameter too many, a metric that no evaluation measures. That is told before there is a folder.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from transformers import PreTrainedModel, PreTrainedTokenizerFast

from multitag.config import Config
from multitag.data.task import Task
from multitag.data.tokens import Tokens
from multitag.errors import ConfigError, MultitagError, describe_error
from multitag.training.arguments import build_arguments
from multitag.training.dataset import TextDataset
from multitag.training.trainer import fit_model

ROWS = 2  # of a side
STEP = {
    "max_steps": 1, "num_train_epochs": 1, "report_to": "none", "save_strategy": "no", "load_best_model_at_end": False,
    "gradient_accumulation_steps": 1, "eval_steps": 1, "eval_delay": 0,
}  # fmt: skip


def rehearse(model: PreTrainedModel, tokenizer: PreTrainedTokenizerFast, task: Task, config: Config) -> None:
    """Train one step and evaluate once; the model is spoilt by it.

    Parameters
    ----------
    model : PreTrainedModel
    tokenizer : PreTrainedTokenizerFast
    task : Task
    config : Config
        With both learning rates, and with Trainer arguments that passed
        :func:`~multitag.training.trainer_args.check_trainer_args`.

    Raises
    ------
    ConfigError
        If the Trainer fails with these arguments; gives its reason.
    """
    chosen = config.training.trainer_args
    sides = [side for side in ("train", "validation") if len(task.rows(side))]
    evaluates = {"eval_strategy": "steps"} if "validation" in sides else {"eval_strategy": "no"}
    settings = config.override(early_stopping=None, trainer_args={**chosen, **STEP, **evaluates})
    datasets = {
        side: TextDataset(
            Tokens.from_texts(task.texts(side)[:ROWS], tokenizer, config.model.max_length), task.y_true(side)[:ROWS]
        )
        for side in sides
    }
    try:
        with tempfile.TemporaryDirectory(prefix="multitag-") as folder:
            arguments = build_arguments(settings, Path(folder) / "checkpoints", len(sides) > 1)
            fit_model(model, tokenizer, datasets, settings.training, arguments)
    except MultitagError:
        raise
    except Exception as error:  # of whatever library an argument leads to
        names = ", ".join(chosen)
        raise ConfigError(f"trainer arguments: training fails with {names}: {describe_error(error)}") from error

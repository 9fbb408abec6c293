"""Which recipes a run takes."""

from __future__ import annotations

from multitag.config import Config
from multitag.config.training import TrainingConfig
from multitag.data.task import Task
from multitag.errors import ConfigError
from multitag.model.base import BaseModel
from multitag.model.mean_block import refusal_to_pool
from multitag.training.teacher import teacher_weight

FINE_TUNE, LINEAR = "fine-tune", "linear"
# Rows x labels beyond which regressions take long, and fine-tuning has been the better wherever it was measured.
MOST_CELLS = 1_000_000
OF_FINE_TUNING = (
    "loss", "teacher", "teacher_model", "r_drop", "best_epoch", "early_stopping", "head_dropout", "lora", "trainer_args"
)  # fmt: skip
SAY_WHAT_LABELS_ARE = ("label_descriptions", "start")
STEPS = ("epochs", "batch_size", "learning_rate", "head_learning_rate")  # of fine-tuning, too; told, not refused


def resolve_recipes(task: Task, base: BaseModel, config: Config) -> tuple[tuple[str, ...], list[str]]:
    """Resolve the setting: left open it is both with folds, which can tell them apart, else fine-tuning.

    Returns
    -------
    recipes : tuple of str
        The simpler one first.
    notes : list of str
        Why there is no choice, where folds would make one; and that fine-tuning does not learn what labels are called.

    Raises
    ------
    ConfigError
        If the linear recipe is asked for and the base model cannot hold it, or a setting would change nothing with the
        only recipe.
    """
    refusal = refusal_to_pool(base)
    if config.model.recipe == LINEAR:
        if refusal is not None:
            raise ConfigError(
                f"recipe linear: {refusal}; take --recipe fine-tune, or --base-model minilm or another DistilBERT, "
                "BERT or RoBERTa"
            )
        _refuse_unused(config.training)
        return (LINEAR,), []
    if config.model.recipe == FINE_TUNE or not config.split.folds:
        _refuse_names(task, config)
        return (FINE_TUNE,), []
    if task.y.size > MOST_CELLS:
        refusal = f"{len(task.y)} rows with {task.y.shape[1]} labels are many"
    if refusal is not None:
        _refuse_names(task, config)
        return (FINE_TUNE,), [f"no linear head was trained for comparison: {refusal}"]
    unread = _unread_names(task, config)
    if unread is not None:
        return (LINEAR, FINE_TUNE), [f"fine-tuning learned nothing from {unread}, as it has no teacher (--teacher)"]
    return (LINEAR, FINE_TUNE), []


def _refuse_names(task: Task, config: Config) -> None:
    """Refuse what says what labels are called where there is only fine-tuning, and no teacher that would read it."""
    unread = _unread_names(task, config)
    if unread is not None:
        raise ConfigError(
            f"{unread}: fine-tuning learns what labels are called from a teacher, and there is none; take --teacher "
            "0.4, or --recipe linear"
        )


def _unread_names(task: Task, config: Config) -> str | None:
    """Return the setting that says what labels are called where no teacher of fine-tuning would read it, else None.

    A teacher may be of the rows, where the first fold decides for all, or of texts without labels.
    """
    given = [name for name in SAY_WHAT_LABELS_ARE if getattr(config.model, name) is not None]
    if not given or len(task.unlabelled):
        return None
    first = task.of_fold(0, config) if task.n_folds else task
    return None if teacher_weight(config, *first.y_true("train").shape) else given[0]


def unused_notes(training: TrainingConfig) -> tuple[str, ...]:
    """Return a sentence about settings of steps, of which a training of the linear recipe has none."""
    given = [name for name in STEPS if getattr(training, name) is not None]
    return (f"recipe linear: without effect: {', '.join(given)}",) if given else ()


def _refuse_unused(training: TrainingConfig) -> None:
    default = TrainingConfig()
    for name in OF_FINE_TUNING:
        value = getattr(training, name)
        if value != getattr(default, name):
            raise ConfigError(
                f"recipe linear: {name} {value!r} would change nothing, as the base model stays as it is; "
                "leave it out, or take --recipe fine-tune"
            )

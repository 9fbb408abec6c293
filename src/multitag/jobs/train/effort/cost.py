"""What a run with some settings would take, by the speed of this machine."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from multitag.config import Config
from multitag.jobs.train.baselines import SHARE_OF_MINUTES
from multitag.jobs.train.effort.speed import Speed
from multitag.jobs.train.recipes.resolve import FINE_TUNE, LINEAR
from multitag.training.teacher import FOLDS as TEACHER_FOLDS
from multitag.training.teacher import teacher_weight

R_DROP_PASSES = 1.9  # that a pass with R-Drop counts for: 1.5 to 1.9 were measured (docs/experiments.md)
SCORING = 2.0  # rows are scored in float32, without the shortcuts of an encoder
CELL = 2e-5  # seconds of a row and label in a regression on 384 features, on a core of 2024
TEACHER_CELL = 2 * CELL  # in both of the teacher's, one of them drawn to names
# Seconds of what is done once: rows and settings checked, intervals, the page and the bundle.
ONCE = 12.0
GRAPHS, GRAPHS_STARTS = 8.0, 5.0  # seconds of tracing, quantising and checking, and in times of reading the weights


@dataclass(frozen=True)
class Workload:
    """The rows of a run.

    Parameters
    ----------
    n_rows : int
        Of the main table.
    n_labels : int
    n_unlabelled : int
        Texts that a model is fine-tuned on besides.
    """

    n_rows: int
    n_labels: int
    n_unlabelled: int = 0

    def trained_on(self, config: Config) -> int:
        """Count the rows that a model is trained on which is measured."""
        if config.split.folds:
            return self.n_rows - self.n_rows // config.split.folds
        sizes = (config.split.validation_size, config.split.test_size)
        held_out = sum(size * self.n_rows if size < 1 else size for size in sizes)
        return max(self.n_rows - int(held_out), 1)


def training_seconds(speed: Speed, config: Config, n_rows: int) -> float:
    """Estimate one fine-tuning, without its teacher; epochs are chosen."""
    training = config.training
    assert training.epochs is not None
    passes = training.epochs * (R_DROP_PASSES if training.r_drop else 1.0)
    return speed.start + n_rows * passes * speed.row


def fine_tunings_seconds(speed: Speed, config: Config, recipes: Collection[str], load: Workload) -> float:
    """Estimate all fine-tunings of a run, without their teachers; the arguments are those of :func:`run_seconds`."""
    if FINE_TUNE not in recipes:
        return 0.0
    return sum(training_seconds(speed, config, size + load.n_unlabelled) for size in _sizes(config, load))


def run_seconds(speed: Speed, config: Config, recipes: Collection[str], load: Workload) -> float:
    """Estimate a run from here on: trainings, scoring, simpler models, graphs, report.

    Parameters
    ----------
    speed : Speed
    config : Config
        With epochs and R-Drop chosen, where the model is fine-tuned.
    recipes : collection of str
        That the run takes with these settings.
    load : Workload
    """
    sizes = _sizes(config, load)
    scored = load.n_rows if config.split.folds else load.n_rows - load.trained_on(config)
    seconds = ONCE + scored * SCORING * speed.encode
    if config.export.onnx:
        seconds += GRAPHS + GRAPHS_STARTS * speed.start
    if LINEAR in recipes:
        seconds += load.n_rows * SCORING * speed.encode + sum(sizes) * load.n_labels * CELL
    if FINE_TUNE in recipes:
        seconds += fine_tunings_seconds(speed, config, recipes, load)
        seconds += len(sizes) * load.n_unlabelled * speed.teach
        if teacher_weight(config, load.trained_on(config), load.n_labels):
            seconds += sum(sizes) * (speed.teach + TEACHER_FOLDS * load.n_labels * TEACHER_CELL)
    return seconds + _comparison(config)


def _sizes(config: Config, load: Workload) -> list[int]:
    """Count the rows that each model of a recipe is trained on."""
    return [load.trained_on(config)] * (config.split.folds or 1) + [load.n_rows] * config.split.refits


def _comparison(config: Config) -> float:
    assert config.training.minutes is not None
    return SHARE_OF_MINUTES * 60 * config.training.minutes if config.evaluation.baselines else 0.0

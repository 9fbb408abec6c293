"""Simpler models beside the one that was trained, on the same rows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from multitag.config import Config
from multitag.data.task import Task
from multitag.evaluation.baselines.comparison import BaselineComparison, judge_baselines
from multitag.evaluation.baselines.models import FROZEN, Baseline, score_baselines
from multitag.evaluation.baselines.regression import Clock
from multitag.jobs.train.measured import MeasuredModel
from multitag.jobs.train.recipes.recipe import OutOfFold
from multitag.jobs.train.recipes.resolve import LINEAR
from multitag.model.features import frozen_features
from multitag.report.recipe import model_title
from multitag.report.verdict import baselines_verdict
from multitag.training.trainer.arguments import use_bf16

SHARE = 0.25  # of the training time, at most
SHARE_OF_MINUTES = 0.1  # of the time that the run has, where it has one, at most
AT_LEAST = 60.0  # seconds: what stands beside a small training must not hang on how busy the machine is


def compare_simpler(task: Task, config: Config, measured: MeasuredModel) -> tuple[BaselineComparison | None, list[str]]:
    """Fit simpler models and compare the trained one to them.

    Returns
    -------
    baselines : BaselineComparison or None
        None where no row was held out.
    notes : list of str
        Which models are left out, and why.
    """
    if not len(measured.held_out):
        return None, []
    final, texts, length = measured.final, task.table.texts, config.model.max_length

    def features(clock: Clock) -> NDArray[np.float32] | None:
        bf16 = use_bf16(config.training.precision)
        return frozen_features(final.base, final.tokenizer, texts, length, bf16=bf16, clock=clock)

    # Trained beside the final model, or the final model itself.
    trained = measured.passed_over is not None or measured.choice.kept == LINEAR
    budget = max(SHARE * measured.seconds, AT_LEAST)
    if config.training.minutes is not None:
        budget = min(budget, SHARE_OF_MINUTES * 60 * config.training.minutes)
    baselines, notes = score_baselines(
        texts, task.y, measured.pairs, features=None if trained else features, budget=budget
    )
    if measured.passed_over is not None:
        baselines.append(_as_baseline(measured.passed_over, task.y.shape))
    assert measured.held_out.index is not None  # only files of an older multitag have none
    comparison = judge_baselines(
        baselines, measured.held_out, measured.held_out.index, measured.fit_rules,
        resamples=config.evaluation.resamples, seed=config.seed,
    )  # fmt: skip
    verdict = baselines_verdict(comparison.models, model_title(measured.choice.kept, final.base.title))
    return replace(comparison, verdict=verdict), notes


def _as_baseline(linear: OutOfFold, shape: tuple[int, ...]) -> Baseline:
    """Return the linear head that was passed over as what it is: the model of frozen features to compare with."""
    assert linear.held_out.index is not None
    y_raw = np.full(shape, np.nan, dtype=np.float32)
    y_raw[linear.held_out.index] = linear.held_out.y_raw
    return Baseline(FROZEN, y_raw, linear.seconds)

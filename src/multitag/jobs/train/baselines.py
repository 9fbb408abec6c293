"""Simpler models beside the one that was trained, on the same rows."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from multitag.config import Config
from multitag.data.task import Task
from multitag.evaluation.baselines.comparison import BaselineComparison, judge_baselines
from multitag.evaluation.baselines.models import Clock, score_baselines
from multitag.jobs.train.measured import MeasuredModel
from multitag.model.features import frozen_features
from multitag.report.verdict import baselines_verdict
from multitag.training.arguments import use_bf16

SHARE = 0.25  # of the training time, at most
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

    budget = max(SHARE * measured.seconds, AT_LEAST)
    baselines, notes = score_baselines(texts, task.y, measured.pairs, features=features, budget=budget)
    assert measured.held_out.index is not None  # only files of an older multitag have none
    comparison = judge_baselines(
        baselines, measured.held_out, measured.held_out.index, measured.fit_rules,
        resamples=config.evaluation.resamples, seed=config.seed,
    )  # fmt: skip
    verdict = baselines_verdict(comparison.models, f"fine-tuned {Path(final.base.name).name}")
    return replace(comparison, verdict=verdict), notes

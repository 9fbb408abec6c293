"""Simpler models beside the one that was trained, on the same rows."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from multitag.config import Config
from multitag.data.task import Task
from multitag.evaluation.baselines.comparison import BaselineComparison, judge_baselines
from multitag.evaluation.baselines.models import Clock, Pairs, score_baselines
from multitag.evaluation.held_out import OUT_OF_FOLD, HeldOut
from multitag.jobs.train.measured import MeasuredModel
from multitag.model.features import frozen_features
from multitag.report.verdict import baselines_verdict
from multitag.training.arguments import use_bf16

SHARE = 0.25  # of the training time, at most
AT_LEAST = 10.0  # seconds, so that they stand beside small trainings too


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
    tuned, length = measured.tuned, config.model.max_length

    def features(clock: Clock) -> NDArray[np.float32] | None:
        bf16 = use_bf16(config.training.precision)
        return frozen_features(tuned.base, tuned.tokenizer, task.table.texts, length, bf16=bf16, clock=clock)

    budget = max(SHARE * measured.seconds, AT_LEAST)
    baselines, notes = score_baselines(task.table.texts, task.y, _pairs(task, config), features=features, budget=budget)
    comparison = judge_baselines(
        baselines, measured.held_out, _places(task, measured.held_out), measured.fit,
        resamples=config.evaluation.resamples, seed=config.seed,
    )  # fmt: skip
    verdict = baselines_verdict(comparison.models, f"fine-tuned {Path(tuned.base.name).name}")
    return replace(comparison, verdict=verdict), notes


def _pairs(task: Task, config: Config) -> Pairs:
    """Give the rows that each model was trained on, and those that it was to score."""
    if task.n_folds:
        parts = [task.of_fold(number, config) for number in range(task.n_folds)]
        return [(part.rows("train"), part.rows("test")) for part in parts]
    return [(task.rows("train"), np.concatenate([task.rows("validation"), task.rows("test")]))]


def _places(task: Task, held_out: HeldOut) -> NDArray[np.int64]:
    """Give where the held-out rows stand in the table."""
    places = np.zeros(len(held_out), dtype=np.int64)
    sides = np.array(held_out.side, dtype=object)
    for side in ("validation", "test"):
        places[sides == side] = task.rows(side)
    if task.fold is not None:
        places[sides == OUT_OF_FOLD] = np.flatnonzero(task.fold >= 0)
    return places

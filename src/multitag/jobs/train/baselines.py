"""Simpler models beside the one that was trained, on the same rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from multitag.config import Config
from multitag.data.stored.views import StoredTexts, taken
from multitag.data.task import Task
from multitag.data.texts import Text
from multitag.evaluation.baselines.comparison import BaselineComparison, judge_baselines
from multitag.evaluation.baselines.models import FROZEN, Baseline, Pairs, score_baselines
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
MOST_ROWS = 100_000  # of a table on disk, to fit a simpler model on: the words of more take gigabytes
AT_LEAST = 60.0  # seconds: what stands beside a small training must not hang on how busy the machine is


@dataclass(frozen=True, eq=False)
class ComparedRows:
    """The rows of a table that simpler models are fitted on and measured on.

    Parameters
    ----------
    texts : sequence of str or of (str, str), length n_rows
    y : ndarray of int8, shape (n_rows, n_labels)
    numbers : ndarray of int64, shape (n_rows,)
        Where they stand in the table, ascending.
    pairs : sequence of (rows to fit on, rows to score)
        Places among these rows.
    notes : tuple of str
    """

    texts: Sequence[Text]
    y: NDArray[np.int8]
    numbers: NDArray[np.int64]
    pairs: Pairs
    notes: tuple[str, ...] = ()

    @classmethod
    def choose(cls, task: Task, pairs: Pairs, seed: int) -> ComparedRows:
        """Take all rows; of a table on disk those that are scored, and at most 100,000 to fit each model on."""
        texts = task.table.texts
        if not isinstance(texts, StoredTexts):
            return cls(texts, task.y, np.arange(len(texts)), pairs)
        draw, most = np.random.default_rng(seed), max(len(train) for train, _ in pairs)
        fewer = [(draw.choice(train, min(MOST_ROWS, len(train)), replace=False), scored) for train, scored in pairs]
        numbers = np.unique(np.concatenate([part for pair in fewer for part in pair]))
        placed = [(np.searchsorted(numbers, np.sort(train)), np.searchsorted(numbers, rows)) for train, rows in fewer]
        note = f"simpler models were fitted on {MOST_ROWS} of {most} training rows, drawn at random: the table is large"
        return cls(
            list(taken(texts, numbers)), task.y[numbers], numbers, placed, (note,) if most > MOST_ROWS else ()
        )

    def places(self, index: NDArray[np.int64] | None) -> NDArray[np.int64]:
        """Return where rows of the table stand among these, as held-out rows know their numbers."""
        assert index is not None  # only files of an older multitag have none
        return np.searchsorted(self.numbers, index)


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
    rows = ComparedRows.choose(task, measured.pairs, config.seed)
    final, length = measured.final, config.model.max_length

    def features(clock: Clock) -> NDArray[np.float32] | None:
        bf16 = use_bf16(config.training.precision)
        return frozen_features(final.base, final.tokenizer, rows.texts, length, bf16=bf16, clock=clock)

    # Trained beside the final model, or the final model itself.
    trained = measured.passed_over is not None or measured.choice.kept == LINEAR
    budget = max(SHARE * measured.seconds, AT_LEAST)
    if config.training.minutes is not None:
        budget = min(budget, SHARE_OF_MINUTES * 60 * config.training.minutes)
    baselines, notes = score_baselines(
        rows.texts, rows.y, rows.pairs, features=None if trained else features, budget=budget
    )
    if measured.passed_over is not None:
        baselines.append(_as_baseline(measured.passed_over, rows))
    comparison = judge_baselines(
        baselines, measured.held_out, rows.places(measured.held_out.index), measured.fit_rules,
        resamples=config.evaluation.resamples, seed=config.seed,
    )  # fmt: skip
    verdict = baselines_verdict(comparison.models, model_title(measured.choice.kept, final.base.title))
    return replace(comparison, verdict=verdict), [*rows.notes, *notes]


def _as_baseline(linear: OutOfFold, rows: ComparedRows) -> Baseline:
    """Return the linear head that was passed over as what it is: the model of frozen features to compare with."""
    y_raw = np.full(rows.y.shape, np.nan, dtype=np.float32)
    y_raw[rows.places(linear.held_out.index)] = linear.held_out.y_raw
    return Baseline(FROZEN, y_raw, linear.seconds)

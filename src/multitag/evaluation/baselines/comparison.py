"""A fine-tuned model beside simpler ones on the same rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from multitag.evaluation.baselines.models import Baseline
from multitag.evaluation.decision_rules import FitRules, apply_nested
from multitag.evaluation.held_out import OUT_OF_FOLD, HeldOut
from multitag.evaluation.intervals.bootstrap import bootstrap_intervals, paired_differences
from multitag.evaluation.metrics.compute import compute_metrics
from multitag.evaluation.metrics.metrics import ShareInterval
from multitag.evaluation.records import Difference, Record, Seconds, Share
from multitag.stages import stage


@dataclass(frozen=True)
class BaselineFigures(Record):
    """The figures of a simpler model, and by how much the fine-tuned one is above them on the same rows.

    Parameters
    ----------
    name : str
        What it is, such as ``"TF-IDF + logistic regression"``.
    seconds : float
        What fitting and scoring it took.
    values : dict of str to (float or None)
        Its figures at thresholds tuned as the model's were, as ``Metrics.values``.
    intervals : dict of str to (tuple of float or None)
        95% interval of each of ``values``; empty where none were asked for.
    difference : dict of str to tuple of float
        The fine-tuned model's figure minus its own, and the low and the high end of the 95% interval; empty where none
        were asked for.
    """

    name: str
    seconds: Seconds
    values: dict[str, Share | None]
    intervals: dict[str, ShareInterval | None]
    difference: dict[str, tuple[Difference, Difference, Difference]]


@dataclass(frozen=True)
class BaselineComparison(Record):
    """Simpler models on the rows that the headline is of.

    Parameters
    ----------
    side : str
        Which rows: ``"out_of_fold"``, ``"test"`` or ``"validation"``.
    models : tuple of BaselineFigures
        One for each simpler model.
    verdict : str
        How the fine-tuned model does beside the best of them, in a sentence.
    """

    side: str
    models: tuple[BaselineFigures, ...]
    verdict: str = ""


def judge_baselines(
    baselines: Sequence[Baseline],
    held_out: HeldOut,
    places: NDArray[np.int64],
    fit: FitRules,
    *,
    resamples: int,
    seed: int,
) -> BaselineComparison:
    """Compare a model to simpler ones, each with calibration and thresholds of its own.

    Parameters
    ----------
    baselines : sequence of Baseline
        At least one.
    held_out : HeldOut
        What the model predicted, and the rows that its own rules were fitted on.
    places : ndarray of int64, shape (n_held_out_rows,)
        Where these rows stand in the table that the baselines were fitted on, from 0.
    fit : callable
        Fits rules as those of the model were: to validation rows, of which there may be none, or out of fold to the
        rows of the other folds.
    resamples : int
        Of the bootstrap; 0 leaves the intervals out.
    seed : int
        Of the bootstrap.

    Returns
    -------
    BaselineComparison
        Without a verdict.
    """
    measured = held_out.headline()
    side = measured.side[0]
    models = []
    with stage("comparisons", len(baselines)) as under_way:
        for baseline in baselines:
            y_prob, y_pred = _decide(held_out, baseline.y_raw[places], side, fit)
            models.append(_figures(baseline, measured, y_prob, y_pred, resamples, seed))
            under_way.advance()
    return BaselineComparison(side, tuple(models))


def _decide(
    held_out: HeldOut, y_raw: NDArray[np.float32], side: str, fit: FitRules
) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
    """Predict the measured rows by rules that were fitted as the model's were."""
    measured, validation = (np.array([of_row == name for of_row in held_out.side]) for name in (side, "validation"))
    if side == OUT_OF_FOLD:
        return apply_nested(held_out.y_true[measured], y_raw[measured], held_out.fold[measured], fit)
    return fit(held_out.y_true[validation], y_raw[validation]).apply(y_raw[measured])


def _figures(
    baseline: Baseline,
    measured: HeldOut,
    y_prob: NDArray[np.float32],
    y_pred: NDArray[np.uint8],
    resamples: int,
    seed: int,
) -> BaselineFigures:
    y_true, unused = measured.y_true, np.zeros(len(measured.label_names))  # thresholds of each label
    values = compute_metrics(y_true, y_prob, y_pred, measured.label_names, unused).values
    seconds = round(baseline.seconds, 3)
    if resamples == 0:
        return BaselineFigures(baseline.name, seconds, values, {}, {})
    (intervals,) = bootstrap_intervals(y_true, y_prob, [y_pred], resamples=resamples, seed=seed)
    difference = paired_differences(
        y_true, (measured.y_prob, measured.y_pred), (y_prob, y_pred), resamples=resamples, seed=seed
    )
    return BaselineFigures(baseline.name, seconds, values, intervals.overall, difference)

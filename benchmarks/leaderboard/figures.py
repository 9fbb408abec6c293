"""From the probabilities of pieces to figures: nested calibration and thresholds, the same for every contender."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from benchmarks.leaderboard.intervals import Estimate
from benchmarks.leaderboard.pieces import Scored
from numpy.typing import NDArray

from multitag.config import EvaluationConfig
from multitag.evaluation.decision_rules import apply_nested, fit_rules
from multitag.evaluation.intervals.resamples import draw_weights
from multitag.evaluation.metrics.decisions import DecisionKernel
from multitag.evaluation.metrics.kernel import Draws, Weights, mean_defined
from multitag.evaluation.metrics.rankings import Ranking

FIGURES = {
    "macro_f1": "macro-F1", "micro_f1": "micro-F1", "macro_roc_auc": "macro ROC-AUC",
    "macro_average_precision": "macro AP", "hamming_loss": "Hamming",
}  # fmt: skip
RESAMPLES, SEED, AT_ONCE = 400, 0, 50


def decide(scored: Scored) -> NDArray[np.uint8]:
    """Predict each fold at calibration and thresholds that were fitted on the other folds, as multitag does."""
    fit = partial(fit_rules, config=EvaluationConfig(), tuned_on="the other folds", calibrate=True)
    _, y_pred = apply_nested(scored.y_true, scored.y_raw, scored.fold, fit)
    return y_pred


class PieceKernel:
    """Computes the figures of a piece at any weights of its rows.

    F1 and Hamming loss are over all rows at once, macro-F1 as scikit-learn has it with ``zero_division=0``: a label
    without a positive and without a prediction counts as 0. ROC-AUC and average precision are of the probabilities
    within each fold, averaged over the labels that are defined there, then over the folds: the models of two folds
    need not agree on a scale.

    Parameters
    ----------
    scored : Scored
    y_pred : ndarray of uint8, shape (n_rows, n_labels)
    """

    def __init__(self, scored: Scored, y_pred: NDArray[np.uint8]) -> None:
        self._decisions = DecisionKernel(scored.y_true, y_pred)
        self._folds = [
            (rows, [Ranking(y[rows], p[rows]) for y, p in zip(*_columns(scored), strict=True)])
            for rows in (np.flatnonzero(scored.fold == number) for number in np.unique(scored.fold))
        ]

    def compute(self, weights: Weights) -> dict[str, Draws]:
        """Compute the figures, by the names in ``FIGURES``, at weights of shape (n_weightings, n_rows)."""
        decided = self._decisions.compute(weights)
        ranked = np.array([_rank(rankings, weights[:, rows]) for rows, rankings in self._folds])
        auc, precision = (mean_defined(np.moveaxis(ranked[:, kind], 0, -1)) for kind in (0, 1))
        return {
            "macro_f1": np.nan_to_num(decided.per_label["f1"]).mean(axis=1),
            "micro_f1": np.nan_to_num(decided.overall["micro_f1"]),
            "macro_roc_auc": auc, "macro_average_precision": precision,
            "hamming_loss": decided.overall["hamming_loss"],
        }  # fmt: skip


def _columns(scored: Scored) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    return scored.y_true.T.astype(np.int64), scored.y_raw.T.astype(np.float64)


def _rank(rankings: list[Ranking], weights: Weights) -> NDArray[np.float64]:
    """Average ROC-AUC and average precision over the labels of a fold, shape (2, n_weightings)."""
    of_labels = np.array([ranking.compute(weights) for ranking in rankings])  # (n_labels, 2, n_weightings)
    return mean_defined(np.moveaxis(of_labels, 0, -1))


@dataclass(frozen=True, eq=False)
class Measured:
    """The figures of a contender on the draws of a table, and on resamples of its rows.

    Parameters
    ----------
    by_draw : dict of str to ndarray, shape (n_draws,)
        By the names in ``FIGURES``.
    resampled : dict of str to ndarray, shape (n_draws, n_resamples)
        All contenders of a table have the same resamples.
    draws : tuple of int
    seconds : float
        Mean over the draws.
    settings : dict
    """

    by_draw: dict[str, NDArray[np.float64]]
    resampled: dict[str, NDArray[np.float64]]
    draws: tuple[int, ...]
    seconds: float
    settings: dict[str, Any]

    def estimate(self, figure: str) -> Estimate:
        """Estimate the mean of a figure over the draws."""
        return Estimate.of_draws(dict(zip(self.draws, self.by_draw[figure], strict=True)), self.resampled[figure])

    def difference(self, other: Measured, figure: str) -> Estimate:
        """Estimate by how much a figure is above another contender's on the draws that both have, pair by pair.

        Both are measured on the same folds and the same resamples, so that what makes rows or a draw easy or hard for
        both cancels. They must have a draw in common.
        """
        both = sorted(set(self.draws) & set(other.draws))
        mine, theirs = ([measured.draws.index(draw) for draw in both] for measured in (self, other))
        by_draw = self.by_draw[figure][mine] - other.by_draw[figure][theirs]
        resampled = self.resampled[figure][mine] - other.resampled[figure][theirs]
        return Estimate.of_draws(dict(zip(both, by_draw, strict=True)), resampled)


def measure(pieces: Mapping[int, Scored], resamples: int = RESAMPLES) -> Measured:
    """Measure a contender's pieces of one table, by the seed of their draw.

    Raises
    ------
    ValueError
        If the draws are not of the same rows.
    """
    draws = tuple(sorted(pieces))
    first = pieces[draws[0]]
    if any(not np.array_equal(each.y_true, first.y_true) for each in pieces.values()):
        raise ValueError("the draws are not of the same rows and labels; delete the pieces that are out of date")
    points: dict[str, list[float]] = {name: [] for name in FIGURES}
    resampled: dict[str, list[NDArray[np.float64]]] = {name: [] for name in FIGURES}
    n_rows = len(first.y_true)
    for draw in draws:
        kernel = PieceKernel(pieces[draw], decide(pieces[draw]))
        for name, value in kernel.compute(np.ones((1, n_rows), dtype=np.int64)).items():
            points[name].append(float(value[0]))
        parts = [kernel.compute(weights) for weights in draw_weights(n_rows, resamples, SEED, AT_ONCE)]
        for name in FIGURES:
            resampled[name].append(np.concatenate([part[name] for part in parts]))
    return Measured(
        {name: np.array(values) for name, values in points.items()},
        {name: np.array(values) for name, values in resampled.items()}, draws,
        float(np.mean([each.seconds for each in pieces.values()])), first.settings,
    )  # fmt: skip

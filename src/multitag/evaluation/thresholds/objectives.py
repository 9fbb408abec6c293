"""Objectives of tuning thresholds: each scores the cuts of rankings by their counts of decisions. numpy only."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from multitag.config.objective import check_costs_given, parse_objective
from multitag.errors import ConfigError
from multitag.evaluation.metrics.decisions import DecisionCounts
from multitag.evaluation.metrics.kernel import mean_defined
from multitag.evaluation.thresholds.costs import Costs
from multitag.evaluation.thresholds.cuts import CutCounts

Floats = NDArray[np.float64]

_ROUNDING = 1e-9  # 0.07 * 100 is a little more than 7


class Objective(ABC):
    """A figure that thresholds are tuned for.

    Attributes
    ----------
    pooled : bool
        Whether a threshold for all labels is judged by the score of their summed counts, or by their summed scores.
    """

    pooled: ClassVar[bool] = True

    @property
    @abstractmethod
    def figure(self) -> str:
        """Name of the figure that :meth:`value` computes, such as ``"macro_f1"``."""

    @abstractmethod
    def score(self, counts: CutCounts) -> Floats:
        """Score every cut of each ranking by itself, shape (n_cuts, n_rankings); the highest is the best."""

    def score_labels(self, counts: CutCounts) -> Floats:
        """Score every cut of each label, shape (n_cuts, n_labels), so that the highest ones are best together."""
        return self.score(counts)

    @abstractmethod
    def value(self, counts: DecisionCounts) -> Floats:
        """Compute the figure of decisions, shape (n_weightings,); NaN where undefined."""


@dataclass(frozen=True)
class FBeta(Objective):
    """F-beta of each label, hence its mean over labels: recall weighs ``beta`` times as much as precision.

    References
    ----------
    Lipton, Elkan and Naryanaswamy (2014), "Optimal thresholding of classifiers to maximize F1 measure".
    """

    beta: float
    pooled: ClassVar[bool] = False

    @property
    def figure(self) -> str:
        """``"macro_f1"``, ``"macro_f0.5"`` and so on."""
        return f"macro_f{self.beta:g}"

    def score(self, counts: CutCounts) -> Floats:
        """Score by F-beta, in [0, 1]; 0 without positives."""
        square = self.beta**2
        total = counts.predicted + square * counts.positives
        return (1 + square) * counts.true_positives / np.where(total > 0, total, 1)

    def value(self, counts: DecisionCounts) -> Floats:
        """Compute the mean over the labels that a row has or is predicted to, in [0, 1]."""
        return mean_defined(counts.f_beta(self.beta))


class MicroF1(Objective):
    """F1 of all decisions together.

    A ratio of sums over labels, so no label's best cut can be told without the others'. Dinkelbach's method finds them:
    at the best ratio ``q``, each label's cut maximises ``2 TP - q predicted``, and ``q`` rises to it in a few steps.

    References
    ----------
    Dinkelbach (1967), "On nonlinear fractional programming", Management Science 13(7).
    """

    figure = "micro_f1"

    def score(self, counts: CutCounts) -> Floats:
        """Score by F1, in [0, 1]; 0 without positives."""
        total = counts.predicted + counts.positives
        return 2 * counts.true_positives / np.where(total > 0, total, 1)

    def score_labels(self, counts: CutCounts) -> Floats:
        """Score by ``2 TP - q predicted``, with ``q`` the highest micro-F1 that cuts of all labels reach together."""
        labels = np.arange(len(counts.positives))
        ratio = 0.0
        while True:
            score = 2 * counts.true_positives - ratio * counts.predicted
            best = np.where(counts.possible, score, -np.inf).argmax(axis=0)  # (n_labels,)
            total = (counts.predicted[best, labels] + counts.positives).sum()
            reached = float(2 * counts.true_positives[best, labels].sum() / total) if total else 0.0
            if reached <= ratio + _ROUNDING:
                return score
            ratio = reached

    def value(self, counts: DecisionCounts) -> Floats:
        """Compute micro-F1, in [0, 1]."""
        return counts.pooled().f_beta()[:, 0]


class Hamming(Objective):
    """The share of wrong decisions."""

    figure = "hamming_loss"

    def score(self, counts: CutCounts) -> Floats:
        """Score by the errors that are spared where nothing else is predicted."""
        return counts.true_positives - counts.false_positives

    def value(self, counts: DecisionCounts) -> Floats:
        """Compute the Hamming loss, in [0, 1]."""
        return counts.hamming_loss()


@dataclass(frozen=True)
class AtLeastPrecision(Objective):
    """The most true positives at a precision of at least ``least``, in (0, 1]."""

    least: float

    figure = "micro_precision"

    def score(self, counts: CutCounts) -> Floats:
        """Score by true positives; where the precision is too low, by how far it is from 1, below 0."""
        predicted = counts.predicted
        reached = counts.true_positives >= (self.least - _ROUNDING) * predicted
        return np.where(reached, counts.true_positives, counts.true_positives / np.maximum(predicted, 1) - 1)

    def value(self, counts: DecisionCounts) -> Floats:
        """Compute the precision of all decisions together, in [0, 1]."""
        return counts.pooled().precision()[:, 0]


@dataclass(frozen=True)
class AtLeastRecall(Objective):
    """The fewest false positives at a recall of at least ``least``, in (0, 1]."""

    least: float

    figure = "micro_recall"

    def score(self, counts: CutCounts) -> Floats:
        """Score by false positives; minus infinity where the recall is too low, which it never is at the last cut."""
        reached = counts.true_positives >= (self.least - _ROUNDING) * counts.positives
        return np.where(reached, -counts.false_positives, -np.inf)

    def value(self, counts: DecisionCounts) -> Floats:
        """Compute the recall of all decisions together, in [0, 1]."""
        return counts.pooled().recall()[:, 0]


@dataclass(frozen=True)
class ExpectedCost(Objective):
    """What wrong decisions cost.

    Where probabilities are calibrated, the best threshold of a label is ``false_positive / (false_positive +
    false_negative)``.

    References
    ----------
    Elkan (2001), "The foundations of cost-sensitive learning".
    """

    costs: Costs
    pooled: ClassVar[bool] = False

    figure = "cost_per_row"

    def score(self, counts: CutCounts) -> Floats:
        """Score by what is saved where nothing else is predicted."""
        saved = np.multiply(self.costs.false_negative, counts.true_positives)
        return saved - np.multiply(self.costs.false_positive, counts.false_positives)

    def value(self, counts: DecisionCounts) -> Floats:
        """Compute the mean cost of a row: the sum of each label's, over the rows on which it was judged."""
        wrong = np.multiply(self.costs.false_positive, counts.false_positives)
        missed = np.multiply(self.costs.false_negative, counts.false_negatives)
        share = counts.judged / counts.n_rows[:, None]  # (n_weightings, n_labels)
        scaled = np.divide(wrong + missed, share, out=np.zeros_like(wrong), where=share > 0)
        return np.asarray(scaled.sum(axis=-1) / counts.n_rows)


def find_objective(text: str, costs: Costs | None, n_labels: int) -> Objective:
    """Return the objective of a name.

    Parameters
    ----------
    text : str
        See :func:`multitag.config.objective.parse_objective`.
    costs : Costs, optional
        Of each label, for ``"cost"`` alone.
    n_labels : int

    Raises
    ------
    ConfigError
        If there is no such objective, or the costs are missing, not asked for, or of other labels.
    """
    name = parse_objective(text)
    check_costs_given(name, costs is not None)
    if costs is not None and len(costs.false_positive) != n_labels:
        raise ConfigError(f"costs: expected those of {n_labels} labels, got {len(costs.false_positive)}")
    match name.kind, name.numbers:
        case "f", (beta,):
            return FBeta(beta)
        case "precision", (least,):
            return AtLeastPrecision(least)
        case "recall", (least,):
            return AtLeastRecall(least)
        case "hamming", _:
            return Hamming()
        case "micro-f1", _:
            return MicroF1()
        case _, (false_positive, false_negative):
            return ExpectedCost(Costs.same(false_positive, false_negative, n_labels))
    assert costs is not None  # checked above
    return ExpectedCost(costs)

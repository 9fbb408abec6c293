"""Settings of how probabilities become labels and figures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from multitag.config.guarantee import parse_guarantee
from multitag.config.objective import check_costs_given, parse_objective
from multitag.config.require import require

CalibrationName = Literal["auto", "none", "platt", "isotonic"]
PolicyName = Literal["per_label", "global", "fixed", "guarantee"]


@dataclass(frozen=True)
class EvaluationConfig:
    """How probabilities become labels and figures.

    Parameters
    ----------
    threshold : float
        The fixed threshold reported beside the tuned ones, in (0, 1).
    objective : str
        What thresholds are tuned for: ``"f1"``, ``"f0.5"``, ``"macro-f1"``, ``"micro-f1"``, ``"hamming"``,
        ``"precision=0.8"``, ``"recall=0.9"``, ``"cost=5:1"`` or ``"cost"`` (see
        :func:`multitag.evaluation.thresholds.tune.tune_thresholds`).
    costs : str or None
        With the objective ``"cost"``: a CSV file of each label's costs (see
        ``multitag.evaluation.thresholds.costs.read_costs``).
    calibration : {"auto", "none", "platt", "isotonic"}
        How probabilities are calibrated, label by label; auto takes Platt's way on out-of-fold probabilities, none
        without folds.
    guarantee : str or None
        ``"recall=0.9"`` or ``"precision=0.8"``: find the cut that keeps it.
    baselines : bool
        Fit simpler models on the same rows and report them beside.
    resamples : int
        Of the bootstrap, behind each interval; 0 leaves the intervals out. Fewer are drawn, 200 at least,
        where rows times labels are more than 200,000.
    """

    threshold: float = 0.3
    objective: str = "f1"
    costs: str | None = None
    calibration: CalibrationName = "auto"
    guarantee: str | None = None
    baselines: bool = True
    resamples: int = 2000

    def __post_init__(self) -> None:
        value = self.threshold
        require(0 < value < 1, f"threshold: expected a number between 0 and 1, got {value!r}")
        few = f"resamples: expected 0 or at least 100, got {self.resamples}"
        require(self.resamples == 0 or self.resamples >= 100, few)
        if self.guarantee is not None:
            parse_guarantee(self.guarantee)
        check_costs_given(parse_objective(self.objective), self.costs is not None)

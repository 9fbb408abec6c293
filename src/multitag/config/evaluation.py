"""Settings of how probabilities become labels and figures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from multitag.config.guarantee import parse_guarantee
from multitag.config.objective import check_costs_given, parse_objective
from multitag.config.setting import Option, Range, Section, require

CalibrationName = Literal["auto", "none", "platt", "isotonic"]
PolicyName = Literal["per_label", "global", "fixed", "guarantee"]


@dataclass(frozen=True)
class EvaluationConfig(Section):
    """How probabilities become labels and figures.

    Parameters
    ----------
    objective : str
        What to tune thresholds for: f1, f2, f0.5, macro-f1, micro-f1, hamming, precision=0.8, recall=0.9, cost=5:1
        or cost.
    costs : str or None
        With the objective cost: a CSV file of label,false_positive,false_negative.
    threshold : float
        Fixed threshold to report beside the tuned ones.
    calibration : {"auto", "none", "platt", "isotonic"}
        How to calibrate the probabilities of each label; auto is platt with folds, otherwise none.
    guarantee : str or None
        recall=0.9 or precision=0.8: find the threshold that guarantees it, for predict --policy guarantee.
    baselines : bool
        Fit simpler models on the same rows for comparison.
    resamples : int
        Bootstrap resamples behind the 95% intervals, fewer on very large tables; 0 for no intervals.
    """

    objective: Annotated[str, Option(main=True)] = "f1"
    costs: Annotated[str | None, Option(path=True)] = None
    threshold: Annotated[float, Range(above=0, below=1)] = 0.3
    calibration: CalibrationName = "auto"
    guarantee: str | None = None
    baselines: bool = True
    resamples: int = 2000

    def __post_init__(self) -> None:
        super().__post_init__()
        few = f"resamples: expected 0 or at least 100, got {self.resamples}"
        require(self.resamples == 0 or self.resamples >= 100, few)
        if self.guarantee is not None:
            parse_guarantee(self.guarantee)
        check_costs_given(parse_objective(self.objective), self.costs is not None)

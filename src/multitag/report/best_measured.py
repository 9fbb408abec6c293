"""Which of the measured figures are shown where there is room for one set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from multitag.evaluation.metrics.metrics import Metrics, SideMetrics
from multitag.report.tables import SIDE_TITLES, headline_side


def side_word(side: str) -> str:
    """Return a side's name as it stands before a noun.

    Examples
    --------
    >>> side_word("out_of_fold")
    'out-of-fold'
    """
    return SIDE_TITLES.get(side, side).replace(" ", "-")


@dataclass(frozen=True)
class HeadlineFigures:
    """The figures of one side at one kind of threshold.

    Parameters
    ----------
    side : {"out_of_fold", "test", "validation"}
    kind : {"tuned", "fixed"}
    figures : Metrics
    """

    side: str
    kind: str
    figures: Metrics

    def rows(self) -> str:
        """Return on which texts they were measured, such as ``"160 test texts"``."""
        return f"{self.figures.n_rows} {side_word(self.side)} texts"

    def thresholds(self) -> str:
        """Return at which thresholds, in words."""
        return "the tuned thresholds" if self.kind == "tuned" else "the fixed threshold"


def best_measured(sides: Mapping[str, SideMetrics]) -> HeadlineFigures | None:
    """Choose out of fold before test before validation, and tuned thresholds before the fixed one.

    Returns
    -------
    HeadlineFigures or None
        None where nothing was measured.
    """
    side = headline_side(sides)
    if side is None:
        return None
    kind, figures = list(sides[side].kinds().items())[-1]
    return HeadlineFigures(side, kind, figures)

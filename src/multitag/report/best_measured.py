"""Which of the measured figures are shown where there is room for one set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from multitag.report.tables import SIDE_TITLES, headline_side


def side_word(side: str) -> str:
    """Give a side's name as it stands before a noun.

    Examples
    --------
    >>> side_word("out_of_fold")
    'out-of-fold'
    """
    return SIDE_TITLES[side].replace(" ", "-")


@dataclass(frozen=True)
class HeadlineFigures:
    """The figures of one side at one kind of threshold.

    Parameters
    ----------
    side : {"out_of_fold", "test", "validation"}
    kind : {"tuned", "fixed"}
    figures : mapping
        What ``metrics.json`` holds of them.
    """

    side: str
    kind: str
    figures: Mapping[str, Any]

    def rows(self) -> str:
        """Say on which texts, such as ``"160 test texts"``."""
        return f"{self.figures['n_rows']} {side_word(self.side)} texts"

    def thresholds(self) -> str:
        """Say at which thresholds."""
        return "the tuned thresholds" if self.kind == "tuned" else "the fixed threshold"


def best_measured(metrics: Mapping[str, Any]) -> HeadlineFigures | None:
    """Choose out of fold before test before validation, and tuned thresholds before the fixed one.

    Returns
    -------
    HeadlineFigures or None
        None where nothing was measured.
    """
    side = headline_side(metrics)
    if side is None:
        return None
    kind = "tuned" if "tuned" in metrics["splits"][side] else "fixed"
    return HeadlineFigures(side, kind, metrics["splits"][side][kind])

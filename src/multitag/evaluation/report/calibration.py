"""Whether probabilities mean what they say, before calibration and after."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from multitag.evaluation.plots.reliability import plot_reliability
from multitag.evaluation.report.measured import SIDE_WORDS
from multitag.evaluation.report.pieces import Cell, Plot, Section, Table, count_cell, figure_cell

_WHEN = (("before", "before calibration"), ("after", "after calibration"))


def calibration_section(calibration: Mapping[str, Any]) -> Section:
    """Give Brier score, expected calibration error and the reliability diagram.

    Parameters
    ----------
    calibration : mapping
        As in ``metrics.json``.
    """
    side, method = SIDE_WORDS[calibration["side"]], calibration["method"]
    figures = Table(
        "calibration-table",
        f"Of the {side} texts, calibrated by: {method}. Both are better the lower. The Brier score is the mean "
        "squared difference between probability and truth; the expected calibration error is how far, on average, "
        "probabilities are from shares.",
        ["", "Brier score", "Expected calibration error"],
        [
            [Cell(name), figure_cell(calibration[when]["brier"]), figure_cell(calibration[when]["ece"])]
            for when, name in _WHEN
        ],
        sortable=False,
    )
    bins = Table(
        "reliability-table",
        "Bins of equally many probabilities.",
        ["When", "Mean probability", "Share that have the label", "Probabilities"],
        [
            [Cell(name), figure_cell(mean), figure_cell(share), count_cell(int(count))]
            for when, name in _WHEN
            for mean, share, count in calibration[when]["reliability"]
        ],
        sortable=False,
    )
    svg = plot_reliability([(name, calibration[when]["reliability"]) for when, name in _WHEN])
    caption = (
        "Of the texts to which a probability of 0.3 is given, 30% should have the label: the closer to the dotted "
        "line, the more a probability can be taken at its word."
    )
    return Section("calibration", "Can the probabilities be trusted", [figures, Plot(svg, caption, bins)])

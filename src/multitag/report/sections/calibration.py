"""Whether probabilities mean what they say: as the model gives them, and calibrated."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from multitag.report.best_measured import side_word
from multitag.report.pieces import Cell, HtmlTable, Plot, Section, count_cell, figure_cell
from multitag.report.plots.reliability import plot_reliability

_ERRORS = {
    "brier": "Brier score",
    "ece": "Expected calibration error",
    "label_ece": "The same, mean over labels",
}
_MEANING = (
    "All are better the lower. The Brier score is the mean squared difference between probability and truth; the "
    "expected calibration error is how far, on average, a probability is from the share that has the label."
)
_CAPTION = (
    "Of the texts to which a probability of 0.3 is given, 30% should have the label: the closer to the dotted line, "
    "the more a probability can be taken at its word."
)


def calibration_section(calibration: Mapping[str, Any]) -> Section:
    """Compare the probabilities before calibration and after; where none was done, show them as they are.

    Parameters
    ----------
    calibration : mapping
        As in ``metrics.json``.
    """
    texts, method = f"Of the {side_word(calibration['side'])} texts", calibration["method"]
    if method == "none":
        return _section({"not calibrated": calibration["after"]}, f"{texts}, not calibrated.")
    stages = {"before calibration": calibration["before"], "after calibration": calibration["after"]}
    return _section(stages, f"{texts}, calibrated by: {method}.")


def _section(stages: Mapping[str, Mapping[str, Any]], of_what: str) -> Section:
    errors = HtmlTable(
        "calibration-table",
        f"{of_what} {_MEANING}",
        ["Probabilities", *_ERRORS.values()],
        [[Cell(name), *(figure_cell(stage[key]) for key in _ERRORS)] for name, stage in stages.items()],
        sortable=False,
    )
    bins = HtmlTable(
        "reliability-table",
        "Bins of about equally many probabilities.",
        ["Probabilities", "Mean", "Share that has the label", "How many"],
        [
            [Cell(name), figure_cell(mean), figure_cell(share), count_cell(int(count))]
            for name, stage in stages.items()
            for mean, share, count in stage["reliability"]
        ],
        sortable=False,
    )
    svg = plot_reliability([(name, stage["reliability"]) for name, stage in stages.items()])
    return Section("calibration", "Can the probabilities be trusted", [errors, Plot(svg, _CAPTION, bins)])

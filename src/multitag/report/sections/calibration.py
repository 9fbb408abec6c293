"""Whether probabilities mean what they say: as the model gives them, and calibrated."""

from __future__ import annotations

from collections.abc import Mapping

from multitag.evaluation.calibration.reliability import CalibrationComparison, Reliability
from multitag.report.best_measured import side_word
from multitag.report.pieces import Cell, HtmlTable, Plot, Section, count_cell, figure_cell
from multitag.report.plots.reliability import plot_reliability

_ERRORS = ("Brier score", "Expected calibration error", "The same, mean over labels")
_MEANING = (
    "Lower is better. The Brier score is the mean squared difference between probability and truth; the "
    "expected calibration error is how far, on average, a probability is from the share that has the label."
)
_CAPTION = (
    "Of the texts with a probability of 0.3, 30% should have the label: the closer to the dotted line, the better the "
    "probabilities are calibrated."
)


def calibration_section(calibration: CalibrationComparison) -> Section:
    """Compare the probabilities before calibration and after; where none was done, show them as they are."""
    texts = f"Measured on the {side_word(calibration.side)} texts"
    if calibration.method == "none":
        return _section({"not calibrated": calibration.after}, f"{texts}, not calibrated.")
    stages = {"before calibration": calibration.before, "after calibration": calibration.after}
    return _section(stages, f"{texts}; calibration method: {calibration.method}.")


def _section(stages: Mapping[str, Reliability], of_what: str) -> Section:
    errors = HtmlTable(
        "calibration-table",
        f"{of_what} {_MEANING}",
        ["Probabilities", *_ERRORS],
        [
            [Cell(name), *map(figure_cell, (stage.brier, stage.ece, stage.label_ece))]
            for name, stage in stages.items()
        ],
        sortable=False,
    )
    bins = HtmlTable(
        "reliability-table",
        "Bins of about equally many probabilities.",
        ["Probabilities", "Mean", "Share that has the label", "How many"],
        [
            [Cell(name), figure_cell(mean), figure_cell(share), count_cell(count)]
            for name, stage in stages.items()
            for mean, share, count in stage.curve
        ],
        sortable=False,
    )
    svg = plot_reliability([(name, stage.curve) for name, stage in stages.items()])
    return Section("calibration", "Calibration of the probabilities", [errors, Plot(svg, _CAPTION, bins)])

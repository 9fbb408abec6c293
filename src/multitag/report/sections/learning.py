"""How the loss went down."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from multitag.report.pieces import Cell, HtmlTable, Paragraph, Plot, Section
from multitag.report.plots.learning import plot_learning_curve

_HEADER = ["Epoch", "Step", "Training loss", "Validation loss", "Validation macro average precision"]
_KEYS = ("loss", "validation_loss", "validation_macro_average_precision")


def learning_section(metrics: Mapping[str, Any]) -> Section:
    """Draw the learning curve; the steps at which no loss was recorded are left out."""
    history = [
        each for each in metrics["history"] if each.get("loss") is not None or each.get("validation_loss") is not None
    ]
    if not history:
        return Section("learning", "Learning curve", [Paragraph("No losses were recorded.")])
    rows = [
        [
            Cell(f"{each['epoch']:.2f}", each["epoch"]),
            Cell(str(each["step"]), each["step"]),
            *map(_loss, map(each.get, _KEYS)),
        ]
        for each in history
    ]
    caption = "Loss over the training steps; lower is better."
    table = HtmlTable("learning-table", "A dash: not measured at that step.", _HEADER, rows, sortable=False)
    return Section("learning", "Learning curve", [Plot(plot_learning_curve(history), caption, table)])


def _loss(value: float | None) -> Cell:
    return Cell("-", undefined=True) if value is None else Cell(f"{value:.4f}", value)

"""How the loss went down."""

from __future__ import annotations

from collections.abc import Sequence

from multitag.evaluation.run_metrics import HistoryEntry
from multitag.report.pieces import Cell, HtmlTable, Paragraph, Plot, Section
from multitag.report.plots.learning import plot_learning_curve

_HEADER = ["Epoch", "Step", "Training loss", "Validation loss", "Validation macro average precision"]


def learning_section(history: Sequence[HistoryEntry]) -> Section:
    """Draw the learning curve; the steps at which no loss was recorded are left out."""
    history = [entry for entry in history if entry.loss is not None or entry.validation_loss is not None]
    if not history:
        return Section("learning", "Learning curve", [Paragraph("No losses were recorded.")])
    rows = [
        [
            Cell(f"{entry.epoch:.2f}", entry.epoch),
            Cell(str(entry.step), entry.step),
            *map(_loss, (entry.loss, entry.validation_loss, entry.validation_macro_average_precision)),
        ]
        for entry in history
    ]
    caption = "Loss over the training steps; lower is better."
    table = HtmlTable("learning-table", "A dash: not measured at that step.", _HEADER, rows, sortable=False)
    return Section("learning", "Learning curve", [Plot(plot_learning_curve(history), caption, table)])


def _loss(value: float | None) -> Cell:
    return Cell("-", undefined=True) if value is None else Cell(f"{value:.4f}", value)

"""Precision against recall, with the chosen thresholds marked."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from multitag.evaluation.held_out import HeldOut
from multitag.evaluation.metrics.curves import precision_at_recall
from multitag.report.pieces import Cell, HtmlTable, Paragraph, Plot, Section, count_cell, figure_cell
from multitag.report.plots.small_curves import MAX_CURVES, Curve, plot_small_curves

_DRAWN = np.linspace(0, 1, 51)
_WRITTEN = np.arange(1, 10) / 10


def curves_section(held_out: HeldOut) -> Section:
    """Draw the curve of each label that some held-out row has, the most frequent first.

    Parameters
    ----------
    held_out : HeldOut
        Of the side that is shown.
    """
    support = held_out.y_true.sum(axis=0, dtype=np.int64)
    order = [int(index) for index in np.argsort(-support, kind="stable") if support[index]]
    heading = "Precision and recall"
    if not order:
        return Section("curves", heading, [Paragraph("No held-out text has a label, so there is nothing to draw.")])
    svg = plot_small_curves([_curve(held_out, index) for index in order[:MAX_CURVES]])
    only = f" Only the {MAX_CURVES} most frequent labels; the table has all." if len(order) > MAX_CURVES else ""
    caption = (
        "The best precision that each label reaches with at least as much recall. The dot is where its threshold "
        f"stands; the dotted line is a guess. Most frequent labels first.{only}"
    )
    header = ["Label", "Texts", "Recall chosen", "Precision chosen", *(f"At recall {level:g}" for level in _WRITTEN)]
    rows = [_row(held_out, index) for index in order]
    table = HtmlTable(
        "curve-table",
        "Recall and precision at the threshold in use, and the best precision at more recall or less.",
        header,
        rows,
    )
    return Section("curves", heading, [Plot(svg, caption, table)])


def _curve(held_out: HeldOut, index: int) -> Curve:
    true = held_out.y_true[:, index]
    recall, precision = _chosen(true, held_out.y_pred[:, index])
    return Curve(
        held_out.label_names[index],
        _DRAWN.tolist(),
        precision_at_recall(true, held_out.y_prob[:, index], _DRAWN).tolist(),
        None if precision is None else (recall, precision),
        float(true.mean()),
    )


def _row(held_out: HeldOut, index: int) -> list[Cell]:
    true = held_out.y_true[:, index]
    best = precision_at_recall(true, held_out.y_prob[:, index], _WRITTEN).tolist()
    chosen = map(figure_cell, _chosen(true, held_out.y_pred[:, index]))
    return [Cell(held_out.label_names[index]), count_cell(int(true.sum())), *chosen, *map(figure_cell, best)]


def _chosen(true: NDArray[np.uint8], pred: NDArray[np.uint8]) -> tuple[float, float | None]:
    """Recall and precision of the predictions; the label has positives."""
    hits = int((true & pred).sum())
    return hits / int(true.sum()), hits / int(pred.sum()) if pred.any() else None

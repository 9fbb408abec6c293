"""Precision against recall, with the chosen thresholds marked."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from multitag.evaluation.arrays import count_labels, judged_cells
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
    support, _ = count_labels(held_out.y_true)
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
    true, pred, prob = _judged(held_out, index)
    recall, precision = _chosen(true, pred)
    return Curve(
        held_out.label_names[index],
        _DRAWN.tolist(),
        precision_at_recall(true, prob, _DRAWN).tolist(),
        None if precision is None else (recall, precision),
        float(true.mean()),
    )


def _row(held_out: HeldOut, index: int) -> list[Cell]:
    true, pred, prob = _judged(held_out, index)
    best = precision_at_recall(true, prob, _WRITTEN).tolist()
    chosen = map(figure_cell, _chosen(true, pred))
    return [Cell(held_out.label_names[index]), count_cell(int(true.sum())), *chosen, *map(figure_cell, best)]


def _judged(held_out: HeldOut, index: int) -> tuple[NDArray[np.int8], NDArray[np.uint8], NDArray[np.float32]]:
    """Return true labels, predictions and probabilities of the rows on which somebody judged a label."""
    rows = judged_cells(held_out.y_true[:, index])
    return held_out.y_true[rows, index], held_out.y_pred[rows, index], held_out.y_prob[rows, index]


def _chosen(true: NDArray[np.int8], pred: NDArray[np.uint8]) -> tuple[float, float | None]:
    """Recall and precision of the predictions; the label has positives."""
    hits = int((true & pred).sum())
    return hits / int(true.sum()), hits / int(pred.sum()) if pred.any() else None

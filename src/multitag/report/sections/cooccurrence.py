"""Which labels occur together, in truth and in prediction."""

from __future__ import annotations

from itertools import combinations

import numpy as np

from multitag.evaluation.arrays import count_labels, judged_cells
from multitag.evaluation.held_out import HeldOut
from multitag.evaluation.metrics.cooccurrence import overlap
from multitag.labels import UNKNOWN
from multitag.report.pieces import Cell, HtmlTable, Plot, Section, count_cell, figure_cell
from multitag.report.plots.matrix import MAX_SIDE, plot_together


def together_section(held_out: HeldOut) -> Section:
    """Draw how the most frequent labels occur together.

    Parameters
    ----------
    held_out : HeldOut
        Of the side that is shown.
    """
    support, _ = count_labels(held_out.y_true)
    chosen = np.sort(np.argsort(-support, kind="stable")[:MAX_SIDE])
    names = [held_out.label_names[index] for index in chosen]
    y_true = held_out.y_true[:, chosen]
    y_pred = np.where(judged_cells(y_true), held_out.y_pred[:, chosen].astype(np.int64), UNKNOWN)  # of the same cells
    true, predicted = overlap(y_true), overlap(y_pred)
    both_true, both_predicted = (has.T @ has for has in ((y == 1).astype(np.int64) for y in (y_true, y_pred)))
    rows = [
        [
            Cell(f"{names[one]} and {names[other]}"),
            count_cell(int(both_true[one, other])), count_cell(int(both_predicted[one, other])),
            figure_cell(float(true[one, other])), figure_cell(float(predicted[one, other])),
            _difference(float(predicted[one, other] - true[one, other])),
        ]
        for one, other in combinations(range(len(names)), 2)
        if both_true[one, other] or both_predicted[one, other]
    ]  # fmt: skip
    rows.sort(key=lambda row: -abs(row[-1].key or 0.0))
    only = f" Only the {MAX_SIDE} most frequent labels." if len(support) > MAX_SIDE else ""
    caption = (
        "Pairs of labels: the fuller the square, the larger the share of the texts with either label that have both. "
        "Below the diagonal are the true labels, above it the predicted ones: the more the two halves mirror each "
        f"other, the better the model knows which labels occur together.{only}"
    )
    table = HtmlTable(
        "together-table",
        "Pairs of labels that occur together on some text, those with the largest error first. The shares are of the "
        "texts that have either label.",
        ["Labels", "Texts with both", "Predicted both", "Share", "Share predicted", "Difference"],
        rows,
    )
    plot = Plot(plot_together(names, true, predicted), caption, table)
    return Section("together", "Labels that occur together", [plot])


def _difference(value: float) -> Cell:
    return Cell(f"{value:+.3f}", value)

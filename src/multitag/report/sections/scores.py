"""How far apart the probabilities of rows with and without each label are."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from multitag.evaluation.arrays import count_labels
from multitag.evaluation.held_out import HeldOut
from multitag.report.pieces import Cell, HtmlTable, Plot, Section, figure_cell
from multitag.report.plots.bars import MAX_BARS
from multitag.report.plots.spreads import Spread, plot_spreads

_LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)


def scores_section(held_out: HeldOut, thresholds: Sequence[float]) -> Section:
    """Draw the spread of the probabilities of each label, the most frequent first.

    Parameters
    ----------
    held_out : HeldOut
        Of the side that is shown.
    thresholds : sequence of float, length n_labels
        Those of the bundle.
    """
    order = np.argsort(-count_labels(held_out.y_true)[0], kind="stable").tolist()
    spreads = [_spread(held_out, index, thresholds[index]) for index in order]
    only = f" Only the {MAX_BARS} most frequent labels; the table has all." if len(order) > MAX_BARS else ""
    caption = (
        "Probabilities of the texts that have each label (above) and of those that do not (below): a dot for the "
        "median, a thick line for the middle half, a thin one from the 5th to the 95th percentile. The further "
        f"apart, the easier the label; the upright line is its threshold.{only}"
    )
    percentiles = [f"{level:.0%}" for level in _LEVELS]
    header = [
        "Label",
        "Threshold",
        *(f"With it, {percentile}" for percentile in percentiles),
        *(f"Without, {percentile}" for percentile in percentiles),
    ]
    rows = [_row(spread) for spread in spreads]
    table = HtmlTable(
        "score-table", "Percentiles of the probabilities, of the texts with and without each label.", header, rows
    )
    return Section("scores", "Probabilities, label by label", [Plot(plot_spreads(spreads[:MAX_BARS]), caption, table)])


def _spread(held_out: HeldOut, index: int, threshold: float) -> Spread:
    true, prob = held_out.y_true[:, index], held_out.y_prob[:, index]
    having, lacking = _quantiles(prob[true == 1]), _quantiles(prob[true == 0])
    return Spread(held_out.label_names[index], having, lacking, float(threshold))


def _quantiles(values: NDArray[np.float32]) -> list[float] | None:
    return np.quantile(values.astype(np.float64), _LEVELS).tolist() if len(values) else None


def _row(spread: Spread) -> list[Cell]:
    nothing: list[float | None] = [None] * len(_LEVELS)
    figures = [*(spread.having or nothing), *(spread.lacking or nothing)]
    return [Cell(spread.name), figure_cell(spread.threshold), *map(figure_cell, figures)]

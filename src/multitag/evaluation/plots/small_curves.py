"""Precision-recall curves, a small one for each label."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from multitag.evaluation.plots.svg import INK, ONE, TWO, embed, in_page_style, lay_grid, new_figure, shorten

MAX_CURVES = 24
_COLUMNS = 4


@dataclass(frozen=True)
class Curve:
    """A label's curve.

    Parameters
    ----------
    name : str
        Of the label.
    recall, precision : sequence of float, length n_points
        In [0, 1].
    chosen : (float, float) or None
        Recall and precision at the threshold in use; None where precision is undefined.
    share : float
        Of the rows that have the label, in [0, 1]: the precision of a guess.
    """

    name: str
    recall: Sequence[float]
    precision: Sequence[float]
    chosen: tuple[float, float] | None
    share: float


@in_page_style
def plot_small_curves(curves: Sequence[Curve]) -> str:
    """Draw each curve in axes of its own, with a mark where the threshold in use stands.

    Parameters
    ----------
    curves : sequence of Curve, at least one

    Returns
    -------
    str
        One ``<svg>`` element.
    """
    columns = min(_COLUMNS, len(curves))
    rows = math.ceil(len(curves) / columns)
    figure = new_figure(height=0.55 + 1.5 * rows)
    grid = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False)
    for axes, curve in zip(grid.flat, curves, strict=False):
        axes.plot(curve.recall, curve.precision, color=ONE, linewidth=1.5)
        axes.axhline(curve.share, color=INK, linewidth=0.8, linestyle=":")
        if curve.chosen:
            axes.plot(*curve.chosen, "o", color=TWO, markersize=5, clip_on=False)
        axes.set_title(shorten(curve.name, 20), fontsize=9)
        axes.set(xlim=(0, 1), ylim=(0, 1.02), xticks=(0, 0.5, 1), yticks=(0, 0.5, 1))
        axes.tick_params(labelsize=8)
        lay_grid(axes, "both")
    for axes in grid.flat[len(curves) :]:
        axes.set_visible(False)
    figure.supxlabel("recall", fontsize=10)
    figure.supylabel("precision", fontsize=10)
    return embed(figure, "precision-recall", "Precision against recall, label by label")

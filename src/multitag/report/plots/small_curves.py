"""Precision-recall curves, a small one for each label."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from multitag.report.plots.svg import INK, ONE, TWO, embed, in_page_style, new_figure, shorten

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MAX_CURVES = 24
_COLUMNS = 4
_WIDE, _HIGH = 1.2, 1.45  # of a panel and the space to the next, in units of its own sides
_TICKS = (0, 0.5, 1)


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
    """Draw each curve in a panel of its own, with a mark where the threshold in use stands.

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
    axes = figure.subplots()  # one for all panels: axes of their own take ten times as long to draw
    axes.set(xlim=(-0.1, columns * _WIDE - 0.1), ylim=(-(rows - 1) * _HIGH - 0.25, 1.25))
    axes.set(xticks=[], yticks=[])
    axes.spines[:].set_visible(False)
    for index, curve in enumerate(curves):
        x, y = (index % columns) * _WIDE, -(index // columns) * _HIGH
        _draw_panel(axes, curve, x, y, left=index % columns == 0, last=index + columns >= len(curves))
    axes.set_xlabel("recall", fontsize=10)
    axes.set_ylabel("precision", fontsize=10)
    return embed(figure, "precision-recall", "Precision against recall, label by label")


def _draw_panel(axes: Axes, curve: Curve, x: float, y: float, *, left: bool, last: bool) -> None:
    """Draw a curve in the unit square whose lower left corner is at (x, y), with figures at the outer edges."""
    for at in _TICKS:
        axes.plot((x, x + 1), (y + at, y + at), color=INK, alpha=0.15, linewidth=0.8)
        axes.plot((x + at, x + at), (y, y + 1), color=INK, alpha=0.15, linewidth=0.8)
        if left:
            axes.text(x - 0.04, y + at, f"{at:g}", fontsize=8, ha="right", va="center")
        if last:
            axes.text(x + at, y - 0.06, f"{at:g}", fontsize=8, ha="center", va="top")
    axes.plot(x + np.asarray(curve.recall), y + np.asarray(curve.precision), color=ONE, linewidth=1.5)
    axes.plot((x, x + 1), (y + curve.share, y + curve.share), color=INK, linewidth=0.8, linestyle=":")
    if curve.chosen:
        axes.plot(x + curve.chosen[0], y + curve.chosen[1], "o", color=TWO, markersize=5)
    axes.text(x + 0.5, y + 1.05, shorten(curve.name, 20), fontsize=9, ha="center", va="bottom")

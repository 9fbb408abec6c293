"""Where probabilities lie, for the rows with a label and for those without."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from multitag.report.plots.svg import INK, ONE, TWO, embed, in_page_style, lay_grid, new_figure, shorten

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Quantiles = Sequence[float]  # at 0.05, 0.25, 0.5, 0.75 and 0.95


@dataclass(frozen=True)
class Spread:
    """The probabilities of a label.

    Parameters
    ----------
    name : str
        Of the label.
    having, lacking : sequence of float, length 5, or None
        Quantiles over the rows that have it and over those that do not; None where there is no such row.
    threshold : float
        In [0, 1].
    """

    name: str
    having: Quantiles | None
    lacking: Quantiles | None
    threshold: float


@in_page_style
def plot_spreads(spreads: Sequence[Spread]) -> str:
    """Draw two lines a label: thin from the 5th to the 95th percentile, thick for the middle half, a dot the median.

    Parameters
    ----------
    spreads : sequence of Spread

    Returns
    -------
    str
        One ``<svg>`` element.
    """
    figure = new_figure(height=0.9 + 0.36 * len(spreads))
    axes = figure.add_subplot()
    for place, spread in enumerate(spreads):
        _draw(axes, spread.having, place - 0.16, ONE)
        _draw(axes, spread.lacking, place + 0.16, TWO)
        axes.plot([spread.threshold] * 2, [place - 0.36, place + 0.36], color=INK, linewidth=1.5)
    # Drawn outside the axes, so that they are in the legend once, whatever labels there are.
    axes.plot([], [], "o-", color=ONE, label="rows that have the label")
    axes.plot([], [], "o-", color=TWO, label="rows that do not")
    axes.plot([], [], color=INK, label="threshold")
    axes.set_yticks(range(len(spreads)), [shorten(spread.name) for spread in spreads])
    axes.set_ylim(len(spreads) - 0.4, -0.6)
    axes.set_xlim(0, 1)
    axes.set_xlabel("probability")
    axes.tick_params(axis="y", length=0)
    lay_grid(axes, "x")
    figure.legend(loc="outside upper left", ncols=3, frameon=False)
    return embed(figure, "spreads", "Spread of the probabilities, label by label")


def _draw(axes: Axes, quantiles: Quantiles | None, place: float, colour: str) -> None:
    if quantiles is None:
        return
    low, lower, middle, upper, high = quantiles
    axes.plot([low, high], [place, place], color=colour, linewidth=1)
    axes.plot([lower, upper], [place, place], color=colour, linewidth=4, solid_capstyle="butt")
    axes.plot([middle], [place], "o", color=colour, markersize=5)

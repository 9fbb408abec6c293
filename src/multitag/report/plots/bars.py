"""Bars side by side, with their intervals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from multitag.report.plots.svg import INK, ONE, TWO, embed, in_page_style, lay_grid, new_figure, shorten

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MAX_BARS = 40  # names that are still told apart; the table has them all


@dataclass(frozen=True)
class Bars:
    """One series of bars.

    Parameters
    ----------
    name : str
        Of the series.
    values : sequence of (float or None), length n_bars
        None where undefined.
    intervals : sequence of ((float, float) or None), length n_bars, or empty
        Lower and upper end of each value's interval.
    """

    name: str
    values: Sequence[float | None]
    intervals: Sequence[Sequence[float] | None] = ()


@in_page_style
def plot_bars(
    names: Sequence[str], series: Sequence[Bars], *, prefix: str, description: str, shares: bool = True
) -> str:
    """Draw one or two bars a name, from the top; what is undefined is written.

    Parameters
    ----------
    names : sequence of str, length n_bars
    series : sequence of Bars, one or two
    prefix, description : str
        As for :func:`multitag.report.plots.svg.embed`.
    shares : bool, default True
        The values are in [0, 1], and the axis shows all of it.

    Returns
    -------
    str
        One ``<svg>`` element.
    """
    height = 0.76 / len(series)
    figure = new_figure(height=0.9 + 0.18 * (1 + len(series)) * len(names))
    axes = figure.add_subplot()
    for index, (each, colour) in enumerate(zip(series, (ONE, TWO), strict=False)):
        offset = (index - (len(series) - 1) / 2) * height
        _draw_series(axes, each, [place + offset for place in range(len(names))], height * 0.94, colour)
    axes.set_yticks(range(len(names)), [shorten(name) for name in names])
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.set_xlim(0, 1 if shares else None)
    axes.tick_params(axis="y", length=0)
    lay_grid(axes, "x")
    figure.legend(loc="outside upper left", ncols=2, frameon=False)
    return embed(figure, prefix, description)


def _draw_series(axes: Axes, series: Bars, places: Sequence[float], height: float, colour: str) -> None:
    values = [value or 0.0 for value in series.values]
    axes.barh(places, values, height=height, color=colour, label=series.name)
    for place, interval in zip(places, series.intervals, strict=False):
        if interval is not None:
            axes.plot(interval, [place, place], color=INK, linewidth=1, alpha=0.75, solid_capstyle="butt")
    for place, value in zip(places, series.values, strict=True):
        if value is None:
            axes.text(0.005, place, f"{series.name} undefined", fontsize=7, va="center")

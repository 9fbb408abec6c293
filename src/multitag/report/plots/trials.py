"""Trials of a search: over time, and over the values of each setting."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import ceil
from typing import TYPE_CHECKING

from multitag.evaluation.search_result import TriedSettings, Value
from multitag.report.plots.svg import INK, ONE, TWO, embed, in_page_style, lay_grid, new_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COLUMNS = 2


@dataclass(frozen=True)
class TriedValue:
    """A value of a setting, and the figure that it came out with.

    Parameters
    ----------
    value : int, float or str
    figure : float
        In [0, 1].
    complete : bool
        Whether the trial was not given up.
    best : bool
    """

    value: Value
    figure: float | None
    complete: bool
    best: bool


@in_page_style
def plot_trials(trials: Sequence[TriedSettings]) -> str:
    """Draw the figure of each trial by its number, and the best so far as a line.

    Parameters
    ----------
    trials : sequence of TriedSettings

    Returns
    -------
    str
        One ``<svg>`` element.
    """
    figure = new_figure(height=3.2)
    axes = figure.add_subplot()
    for state, name, colour, mark in (("complete", "complete", ONE, "o"), ("pruned", "pruned", TWO, "x")):
        points = [(trial.number, trial.mean) for trial in trials if trial.state == state and trial.mean is not None]
        if points:
            axes.plot(*zip(*points, strict=True), mark, color=colour, markersize=6, label=name)
    complete = {trial.number: trial.mean for trial in trials if trial.state == "complete" and trial.mean is not None}
    best = list(accumulate(complete.values(), max))
    axes.step(list(complete), best, where="post", color=INK, linewidth=1, label="best so far")
    axes.set_xlabel("trial")
    axes.locator_params(axis="x", integer=True)
    axes.set_ylabel("macro average precision")
    lay_grid(axes, "y")
    figure.legend(loc="outside upper left", ncols=3, frameon=False)
    return embed(figure, "trials", "Macro average precision of each trial, in the order in which they were tried")


@in_page_style
def plot_values(tried: Mapping[str, Sequence[TriedValue]], logarithmic: Sequence[str]) -> str:
    """Draw the figures of the trials over the values of each setting, one small plot a setting.

    Parameters
    ----------
    tried : mapping of str to sequence of TriedValue
        By the titles of the settings.
    logarithmic : sequence of str
        Those of them that are drawn on a logarithmic axis.

    Returns
    -------
    str
        One ``<svg>`` element.
    """
    n_rows = ceil(len(tried) / COLUMNS)
    figure = new_figure(height=0.4 + 2.1 * n_rows)
    grid = figure.subplots(n_rows, COLUMNS, sharey=True, squeeze=False).ravel()
    for axes, (title, values) in zip(grid, tried.items(), strict=False):
        order = list(dict.fromkeys(point.value for point in values))
        places = {value: index for index, value in enumerate(order)} if isinstance(order[0], str) else None
        for point in values:
            place = point.value if places is None else places[point.value]
            mark, colour = ("o", ONE) if point.complete else ("x", TWO)
            axes.plot([place], [point.figure], mark, color=colour, markersize=5)
            if point.best:
                axes.plot([place], [point.figure], "o", markersize=11, markerfacecolor="none", color=INK)
        if title in logarithmic:
            _scale_logarithmically(axes, [float(point.value) for point in values])
        if places is not None:
            axes.set_xticks(range(len(order)), list(map(str, order)))
            axes.set_xlim(-0.5, len(order) - 0.5)
        axes.set_title(title, fontsize=10)
        lay_grid(axes, "y")
    for axes in grid[len(tried) :]:
        axes.set_visible(False)
    return embed(figure, "values", "Macro average precision of each trial over the values of each setting")


def _scale_logarithmically(axes: Axes, values: Sequence[float]) -> None:
    """Mark the smallest value, the largest and the middle in plain figures; powers would be written as formulas."""
    low, high = min(values), max(values)
    marks = [low, (low * high) ** 0.5, high] if high > low else [low]
    axes.set_xscale("log")
    axes.set_xticks(marks, [f"{mark:.1e}" for mark in marks])
    axes.minorticks_off()

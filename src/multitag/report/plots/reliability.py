"""Reliability diagrams."""

from __future__ import annotations

from collections.abc import Sequence

from multitag.report.plots.svg import INK, ONE, TWO, embed, in_page_style, lay_grid, new_figure

Bins = Sequence[tuple[float, float, int]]  # mean probability, share of positives, rows


@in_page_style
def plot_reliability(curves: Sequence[tuple[str, Bins]]) -> str:
    """Draw the share of positives against the mean probability of each bin, one line a curve.

    Parameters
    ----------
    curves : sequence of (str, bins), one or two
        A name, and mean probability, share of positives and number of rows of each bin.

    Returns
    -------
    str
        One ``<svg>`` element.
    """
    figure = new_figure(height=4.4)
    axes = figure.add_subplot()
    axes.plot([0, 1], [0, 1], ":", color=INK, linewidth=1, label="perfectly calibrated")
    styles = ((TWO, "s--"), (ONE, "o-")) if len(curves) == 2 else ((ONE, "o-"),)
    for (name, bins), (colour, style) in zip(curves, styles, strict=True):
        means, shares, _ = zip(*bins, strict=True)
        axes.plot(means, shares, style, color=colour, markersize=4, label=name)
    axes.set(xlim=(0, 1), ylim=(0, 1), aspect="equal", xlabel="mean probability", ylabel="share that have the label")
    lay_grid(axes, "both")
    axes.legend(frameon=False, loc="upper left")
    return embed(figure, "reliability", "Share of positives against probability")

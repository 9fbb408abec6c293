"""The learning curve."""

from __future__ import annotations

from collections.abc import Sequence

from multitag.evaluation.run_metrics import HistoryEntry
from multitag.report.plots.svg import ONE, TWO, embed, in_page_style, lay_grid, new_figure

_SERIES = (("loss", "training", ONE, "-", "o"), ("validation_loss", "validation", TWO, "--", "s"))


@in_page_style
def plot_learning_curve(history: Sequence[HistoryEntry]) -> str:
    """Draw training and validation loss over the steps.

    Parameters
    ----------
    history : sequence of HistoryEntry

    Returns
    -------
    str
        One ``<svg>`` element.
    """
    figure = new_figure(height=3.2)
    axes = figure.add_subplot()
    for key, name, colour, line, marker in _SERIES:
        points = [(entry.step, loss) for entry in history if (loss := getattr(entry, key)) is not None]
        if points:
            steps, losses = zip(*points, strict=True)
            dots = marker if len(points) <= 50 else None
            axes.plot(steps, losses, line, color=colour, marker=dots, markersize=4, label=name)
    axes.set_xlabel("step")
    axes.locator_params(axis="x", integer=True)
    axes.set_ylabel("loss")
    lay_grid(axes, "y")
    axes.legend(frameon=False)
    return embed(figure, "learning-curve", "Loss over the training steps")

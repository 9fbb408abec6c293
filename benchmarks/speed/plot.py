"""The plot of how cost grows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

AXES = {"rows": "rows at once", "length": "tokens a row", "labels": "labels"}
TITLES = {"predict": "predicting", "train": "training, an epoch"}


def draw_growth(points: Sequence[Mapping[str, Any]], target: Path) -> None:
    """Draw milliseconds a row against rows, tokens and labels, as an SVG that is the same for the same figures."""
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams["svg.hashsalt"] = "multitag"
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(len(TITLES), len(AXES), figsize=(10, 6), layout="constrained", sharey="row")
    for row, what in zip(axes, TITLES, strict=True):
        for axis, by in zip(row, AXES, strict=True):
            _draw_lines(axis, [point for point in points if point["what"] == what and point["by"] == by])
            axis.set(xscale="log", yscale="log", xlabel=AXES[by], title=TITLES[what])
            axis.grid(alpha=0.3)
            if axis.lines:
                axis.legend()
        row[0].set_ylabel("milliseconds a row")
    figure.savefig(target, format="svg", metadata={"Date": None})
    pyplot.close(figure)


def _draw_lines(axis: Any, points: Sequence[Mapping[str, Any]]) -> None:
    for series in dict.fromkeys(point["series"] for point in points):
        line = [point for point in points if point["series"] == series]
        medians = [point["milliseconds_a_row"]["median"] for point in line]
        axis.plot([point["value"] for point in line], medians, marker="o", label=series)

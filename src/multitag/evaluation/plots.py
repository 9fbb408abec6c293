"""Plots as SVG inside a page: in its colours, as wide as it, equal bytes for equal figures."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from multitag.extras import import_extra

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MAX_BARS = 40  # labels that are still told apart; the table has them all

# matplotlib draws in these, which occur nowhere else, and _embed puts the page's own colours in their place.
_INK, _ONE, _TWO = "#010203", "#040506", "#070809"
_PAGE_COLOURS = {_INK: "currentColor", _ONE: "var(--series-1)", _TWO: "var(--series-2)"}

_SETTINGS = {
    "svg.fonttype": "none",  # text stays text: read aloud, searched, and in the page's font
    "text.parse_math": False,  # a label may hold dollar signs
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    **dict.fromkeys(("text.color", "axes.labelcolor", "axes.edgecolor", "xtick.color", "ytick.color"), _INK),
}


def plot_learning_curve(history: Sequence[Mapping[str, Any]]) -> str:
    """Draw training and validation loss over the steps.

    Parameters
    ----------
    history : sequence of mappings
        ``step`` with ``loss``, ``validation_loss`` or both, as in ``metrics.json``.

    Returns
    -------
    str
        One ``<svg>`` element.
    """
    with import_extra("matplotlib", "train").rc_context(_SETTINGS):
        figure, axes = _canvas(width=6.6, height=3.2)
        series = (("loss", "training", _ONE, "-", "o"), ("validation_loss", "validation", _TWO, "--", "s"))
        for key, name, colour, line, marker in series:
            points = [(each["step"], each[key]) for each in history if each.get(key) is not None]
            if points:
                steps, losses = zip(*points, strict=True)
                dots = marker if len(points) <= 50 else None
                axes.plot(steps, losses, line, color=colour, marker=dots, markersize=4, label=name)
        axes.set_xlabel("step")
        axes.locator_params(axis="x", integer=True)
        axes.set_ylabel("loss")
        axes.grid(axis="y", color=_INK, alpha=0.15)
        axes.legend(frameon=False)
        return _embed(figure, "learning-curve", "Loss over the training steps; figures in the table below")


def plot_label_bars(
    names: Sequence[str], f1: Sequence[float | None], average_precision: Sequence[float | None]
) -> str:
    """Draw F1 and average precision of each label as two bars; what is undefined is written.

    Parameters
    ----------
    names : sequence of str, length n_labels
        In the order they are drawn, from the top.
    f1, average_precision : sequence of (float or None), length n_labels
        In [0, 1]; None where undefined.

    Returns
    -------
    str
        One ``<svg>`` element.
    """
    with import_extra("matplotlib", "train").rc_context(_SETTINGS):
        figure, axes = _canvas(width=6.6, height=0.9 + 0.36 * len(names))
        _draw_bars(axes, f1, offset=-0.19, colour=_ONE, name="F1")
        _draw_bars(axes, average_precision, offset=0.19, colour=_TWO, name="average precision")
        axes.set_yticks(range(len(names)), [_shorten(name) for name in names])
        axes.set_ylim(len(names) - 0.4, -0.6)
        axes.set_xlim(0, 1)
        axes.tick_params(axis="y", length=0)
        axes.grid(axis="x", color=_INK, alpha=0.15)
        axes.set_axisbelow(True)
        figure.legend(loc="outside upper left", ncols=2, frameon=False)
        return _embed(figure, "label-bars", "F1 and average precision by label; figures in the table above")


def _canvas(width: float, height: float) -> tuple[Figure, Axes]:
    # The object API: pyplot would keep figures alive and look for a screen.
    figure: Figure = import_extra("matplotlib.figure", "train").Figure((width, height), layout="constrained")
    return figure, figure.add_subplot()


def _draw_bars(axes: Axes, values: Sequence[float | None], offset: float, colour: str, name: str) -> None:
    places = [index + offset for index in range(len(values))]
    axes.barh(places, [value or 0.0 for value in values], height=0.36, color=colour, label=name)
    for place, value in zip(places, values, strict=True):
        if value is None:
            axes.text(0.005, place, f"{name} undefined", fontsize=7, va="center")


def _shorten(name: str, longest: int = 28) -> str:
    name = " ".join(name.split())
    return name if len(name) <= longest else name[: longest - 1] + "…"


def _embed(figure: Figure, prefix: str, description: str) -> str:
    """Write a figure as SVG without date, fixed size and global style, its ids unique on the page."""
    with import_extra("matplotlib", "train").rc_context({"svg.hashsalt": prefix}), warnings.catch_warnings():
        # A label in a script that matplotlib's font lacks is only measured here; the browser's font draws it.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font", category=UserWarning)
        written = io.StringIO()
        nothing = dict.fromkeys(("Creator", "Date", "Format", "Type"))
        figure.savefig(written, format="svg", transparent=True, metadata=nothing)
    svg = written.getvalue()
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<style[^>]*>.*?</style>", "", svg, flags=re.DOTALL)  # it would style the whole page
    svg = re.sub(r"<[^>]+>", lambda tag: _adapt_tag(tag[0], prefix), svg)
    return svg.replace("<svg", f'<svg class="plot" role="img" aria-label="{description}"', 1)


def _adapt_tag(tag: str, prefix: str) -> str:
    tag = re.sub(r'\b(id="|href="#|url\(#)', rf"\g<1>{prefix}-", tag)
    tag = re.sub(r"font-family: [^;]*; ", "", tag)
    for drawn, colour in _PAGE_COLOURS.items():
        tag = tag.replace(drawn, colour)
    return re.sub(r' (width|height)="[^"]*pt"', "", tag)

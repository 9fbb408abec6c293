"""SVG inside a page: in its colours, as wide as it, equal bytes for equal figures."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, ParamSpec

from multitag.extras import import_extra

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

P = ParamSpec("P")

# matplotlib draws in these, which occur nowhere else, and embed puts the page's own colours in their place.
INK, ONE, TWO = "#010203", "#040506", "#070809"
_PAGE_COLOURS = {INK: "currentColor", ONE: "var(--series-1)", TWO: "var(--series-2)"}

WIDTH = 6.6  # inches, of every plot: the page scales them all alike

_SETTINGS = {
    "svg.fonttype": "none",  # text stays text: read aloud, searched, and in the page's font
    "text.parse_math": False,  # a label may hold dollar signs
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    **dict.fromkeys(("text.color", "axes.labelcolor", "axes.edgecolor", "xtick.color", "ytick.color"), INK),
}


def in_page_style(draw: Callable[P, str]) -> Callable[P, str]:
    """Let a function that draws a plot draw it in the page's style."""

    @wraps(draw)
    def styled(*args: P.args, **kwargs: P.kwargs) -> str:
        with import_extra("matplotlib", "train").rc_context(_SETTINGS):
            return draw(*args, **kwargs)

    return styled


def new_figure(height: float) -> Figure:
    """Return an empty figure of the page's width; ``height`` is in inches."""
    # The object API: pyplot would keep figures alive and look for a screen.
    figure: Figure = import_extra("matplotlib.figure", "train").Figure((WIDTH, height), layout="constrained")
    return figure


def lay_grid(axes: Axes, axis: str) -> None:
    """Draw faint lines behind the figures of one axis, ``"x"`` or ``"y"``, or of both."""
    axes.grid(axis=axis, color=INK, alpha=0.15)  # type: ignore[arg-type]
    axes.set_axisbelow(True)


def shorten(name: str, longest: int = 28) -> str:
    """Return a label's name on one line, cut where it is long.

    Examples
    --------
    >>> shorten("Science fiction", 8)
    'Science…'
    """
    name = " ".join(name.split())
    return name if len(name) <= longest else name[: longest - 1] + "…"


def embed(figure: Figure, prefix: str, description: str) -> str:
    """Write a figure as SVG without date, fixed size and global style, its ids unique on the page.

    Parameters
    ----------
    figure : Figure
    prefix : str
        Begins every id; another one for each plot of a page.
    description : str
        What is read aloud in place of the plot; no text from outside.

    Returns
    -------
    str
        One ``<svg>`` element.
    """
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

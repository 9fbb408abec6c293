from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from multitag.evaluation.plots import plot_label_bars, plot_learning_curve

SVG = "{http://www.w3.org/2000/svg}"
HISTORY = [{"step": 1, "loss": 0.7}, {"step": 2, "loss": 0.5, "validation_loss": 0.6}]


def texts(svg):
    return [element.text for element in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def bar_widths(svg, series):
    widths = []
    for path in ElementTree.fromstring(svg).iter(f"{SVG}path"):
        if f"var(--series-{series})" in path.get("style", "") and path.get("clip-path"):
            xs = [float(x) for x in re.findall(r"[ML] (\S+) ", path.get("d"))]
            widths.append(max(xs) - min(xs))
    return widths


def draw_bars():
    return plot_label_bars(["a", "b"], [0.1, None], [0.2, 0.3])


@pytest.mark.parametrize("draw", [draw_bars, lambda: plot_learning_curve(HISTORY)])
def test_equal_figures_give_equal_bytes_in_the_colours_of_the_page(draw):
    svg = draw()
    assert svg == draw()
    root = ElementTree.fromstring(svg)
    assert root.get("role") == "img" and root.get("aria-label")
    assert root.get("width") is None and root.get("viewBox")
    assert "currentColor" in svg and "var(--series-1)" in svg
    assert not re.search(r"#0[0-9]{5}", svg)
    assert not list(root.iter(f"{SVG}style"))


def test_bars_are_as_long_as_their_figures():
    svg = plot_label_bars(["a", "b", "c"], [0.25, 1.0, 0.5], [0.5, 0.25, 1.0])
    first, second = bar_widths(svg, 1), bar_widths(svg, 2)
    assert [width / first[1] for width in first] == pytest.approx([0.25, 1.0, 0.5], abs=1e-4)
    assert [width / first[1] for width in second] == pytest.approx([0.5, 0.25, 1.0], abs=1e-4)


def test_undefined_figures_are_written():
    svg = plot_label_bars(["a", "b"], [None, 0.0], [0.1, None])
    written = [text for text in texts(svg) if "undefined" in text]
    assert written == ["F1 undefined", "average precision undefined"]


def test_label_names_are_shown_as_they_are():
    names = ["$x^2$ & <b>", 'id="x', "日本語", "font-family: x; "]
    assert set(texts(plot_label_bars(names, [0.1] * 4, [0.1] * 4))) >= {*names[:3], "font-family: x;"}
    shown = texts(plot_label_bars(["long " * 20, "two\nlines"], [0.1] * 2, [0.1] * 2))
    assert "long long long long long lo…" in shown and "two lines" in shown


def test_the_curve_shows_what_was_recorded():
    assert "validation" in texts(plot_learning_curve(HISTORY))
    assert "validation" not in texts(plot_learning_curve(HISTORY[:1]))

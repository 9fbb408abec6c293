from __future__ import annotations

import pytest

from multitag.report.plots.bars import Bars, plot_bars

FIRST, SECOND, INK = "var(--series-1)", "var(--series-2)", "currentColor"


def draw(names, *series):
    return plot_bars(names, series, prefix="bars", description="Bars")


def test_bars_are_as_long_as_their_figures(extents):
    svg = draw(["a", "b", "c"], Bars("F1", [0.25, 1.0, 0.5]), Bars("AP", [0.5, 0.25, 1.0]))
    first, second = ([high - low for low, high in extents(svg, colour)] for colour in (FIRST, SECOND))
    assert [width / first[1] for width in first] == pytest.approx([0.25, 1.0, 0.5], abs=1e-4)
    assert [width / first[1] for width in second] == pytest.approx([0.5, 0.25, 1.0], abs=1e-4)


def test_intervals_reach_from_end_to_end(extents):
    svg = draw(["a", "b"], Bars("F1", [0.5, 1.0], [[0.25, 0.75], None]))
    (start, half), (_, whole) = extents(svg, FIRST)
    assert half - start == pytest.approx((whole - start) / 2, abs=1e-3)
    scale = whole - start
    ends = [((low - start) / scale, (high - start) / scale) for low, high in extents(svg, INK)]
    assert pytest.approx((0.25, 0.75), abs=1e-3) in ends


def test_undefined_figures_are_written(texts):
    svg = draw(["a", "b"], Bars("F1", [None, 0.0]), Bars("average precision", [0.1, None]))
    assert [text for text in texts(svg) if "undefined" in text] == ["F1 undefined", "average precision undefined"]


def test_names_are_shown_as_they_are(texts):
    names = ["$x^2$ & <b>", 'id="x', "日本語", "font-family: x; "]
    assert set(texts(draw(names, Bars("F1", [0.1] * 4)))) >= {*names[:3], "font-family: x;"}
    shown = texts(draw(["long " * 20, "two\nlines"], Bars("F1", [0.1] * 2)))
    assert "long long long long long lo…" in shown and "two lines" in shown

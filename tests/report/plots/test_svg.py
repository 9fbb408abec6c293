from __future__ import annotations

import re
from xml.etree import ElementTree

import numpy as np
import pytest

from multitag.evaluation.run_metrics import HistoryEntry
from multitag.report.plots.bars import Bars, plot_bars
from multitag.report.plots.learning import plot_learning_curve
from multitag.report.plots.matrix import plot_together
from multitag.report.plots.reliability import plot_reliability
from multitag.report.plots.small_curves import Curve, plot_small_curves
from multitag.report.plots.spreads import Spread, plot_spreads

SVG = "{http://www.w3.org/2000/svg}"
LINE = [0.0, 0.2, 0.4, 0.6, 0.8]
DRAWN = {
    "bars": lambda: plot_bars(
        ["a", "b"], [Bars("F1", [0.1, None], [[0.0, 0.2], None])], prefix="x", description="Bars"
    ),
    "learning": lambda: plot_learning_curve([HistoryEntry(0.5, 1, 0.7), HistoryEntry(1.0, 2, None, 0.6)]),
    "together": lambda: plot_together(["a", "b"], np.eye(2), np.full((2, 2), 0.5)),
    "reliability": lambda: plot_reliability([("after", [[0.1, 0.2, 10], [0.8, 0.9, 10]])]),
    "small curves": lambda: plot_small_curves([Curve("a", [0, 1], [1, 0.5], (0.5, 0.6), 0.1)] * 5),
    "spreads": lambda: plot_spreads([Spread("a", LINE, LINE, 0.4), Spread("b", None, LINE, 0.4)]),
}


@pytest.mark.parametrize("draw", DRAWN.values(), ids=DRAWN)
def test_equal_figures_give_equal_bytes_in_the_colours_of_the_page(draw):
    svg = draw()
    assert svg == draw()
    root = ElementTree.fromstring(svg)
    assert root.get("role") == "img" and root.get("aria-label")
    assert root.get("width") is None and root.get("viewBox")
    assert "currentColor" in svg and "var(--series-" in svg
    assert not re.search(r"#0[0-9]{5}", svg)
    assert not list(root.iter(f"{SVG}style"))


def test_two_plots_share_no_id():
    ids = [re.findall(r'id="([^"]*)"', draw()) for draw in DRAWN.values()]
    assert len(set().union(*ids)) == sum(map(len, ids))

from __future__ import annotations

import pytest

from multitag.report.plots.spreads import Spread, plot_spreads


def test_lines_reach_from_the_lowest_to_the_highest_percentile(extents, texts):
    svg = plot_spreads([Spread("Drama", [0.0, 0.2, 0.5, 0.6, 1.0], [0.0, 0.1, 0.25, 0.3, 0.5], 0.4)])
    (outer, inner), (other, _) = extents(svg, "var(--series-1)")[:2], extents(svg, "var(--series-2)")[:2]
    whole = outer[1] - outer[0]
    assert (inner[1] - inner[0]) / whole == pytest.approx(0.4, abs=1e-3)
    assert (other[1] - other[0]) / whole == pytest.approx(0.5, abs=1e-3)
    assert {"Drama", "threshold", "rows that have the label"} <= set(texts(svg))

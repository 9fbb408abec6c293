from __future__ import annotations

import pytest

from multitag.report.plots.reliability import plot_reliability


def test_a_line_goes_from_the_first_bin_to_the_last(extents, texts):
    svg = plot_reliability([("before", [[0.0, 0.1, 5], [1.0, 0.9, 5]]), ("after", [[0.25, 0.25, 5], [0.75, 0.75, 5]])])
    ((start, end),) = extents(svg, "var(--series-2)")
    ((low, high),) = extents(svg, "var(--series-1)")
    assert ((low - start) / (end - start), (high - start) / (end - start)) == pytest.approx((0.25, 0.75), abs=1e-3)
    assert {"before", "after", "perfectly calibrated"} <= set(texts(svg))

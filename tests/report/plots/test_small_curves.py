from __future__ import annotations

from multitag.report.plots.small_curves import Curve, plot_small_curves


def test_each_label_has_its_axes_and_a_mark_only_where_it_predicts(texts):
    curves = [
        Curve("Drama", [0, 1], [1, 0.5], (0.5, 0.75), 0.5),
        Curve("a rather long name of a label", [0, 1], [1, 1], None, 0.1),
    ]
    svg = plot_small_curves(curves)
    assert {"Drama", "a rather long name …", "recall", "precision"} <= set(texts(svg))
    assert svg.count("var(--series-1)") == 2
    assert plot_small_curves(curves[1:]).count("var(--series-2)") == 0

from __future__ import annotations

import re

import numpy as np

from multitag.report.plots.matrix import plot_together

SQUARE = re.compile(r'clip-path="[^"]*" style="fill: var\(--series-(\d)\)(?:; fill-opacity: ([\d.]+))?"')


def test_true_labels_fill_one_half_and_predicted_ones_the_other(texts):
    true, predicted = np.array([[1, 0.5], [0.5, 1]]), np.array([[1, 0.25], [0.25, 1]])
    svg = plot_together(["Drama", "War"], true, predicted)
    assert sorted(SQUARE.findall(svg)) == [("1", ""), ("2", "0.5")]
    assert texts(svg).count("Drama") == 2 and "predicted (above)" in texts(svg)


def test_labels_that_never_meet_leave_it_empty():
    assert SQUARE.findall(plot_together(["Drama", "War"], np.eye(2), np.eye(2))) == []

from __future__ import annotations

from multitag.evaluation.run_metrics import HistoryEntry
from multitag.report.plots.learning import plot_learning_curve

HISTORY = [HistoryEntry(0.5, 1, 0.7), HistoryEntry(1.0, 2, 0.5, 0.6)]


def test_the_curve_shows_what_was_recorded(texts):
    assert "validation" in texts(plot_learning_curve(HISTORY))
    assert "validation" not in texts(plot_learning_curve(HISTORY[:1]))

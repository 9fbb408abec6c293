from __future__ import annotations

from multitag.report.plots.learning import plot_learning_curve

HISTORY = [{"step": 1, "loss": 0.7}, {"step": 2, "loss": 0.5, "validation_loss": 0.6}]


def test_the_curve_shows_what_was_recorded(texts):
    assert "validation" in texts(plot_learning_curve(HISTORY))
    assert "validation" not in texts(plot_learning_curve(HISTORY[:1]))

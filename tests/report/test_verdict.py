from __future__ import annotations

from multitag.evaluation.baselines.comparison import BaselineFigures
from multitag.report.verdict import baselines_verdict


def test_a_difference_that_rounds_to_nothing_has_no_sign():
    model = BaselineFigures("A", 1.0, {"macro_f1": 0.5}, {}, {"macro_f1": (-0.001, -0.002, 0.001)})
    assert "differs by 0.00 [0.00, 0.00]" in baselines_verdict([model], "it")

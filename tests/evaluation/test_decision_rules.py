from __future__ import annotations

import numpy as np

from multitag.config import EvaluationConfig
from multitag.evaluation.decision_rules import apply_nested, fit_rules, fixed_rules


def some_rows(n_rows=60, seed=0):
    random = np.random.default_rng(seed)
    y_raw = random.random((n_rows, 3)).astype(np.float32)
    return (random.random((n_rows, 3)) < y_raw).astype(np.uint8), y_raw


def test_fixed_rules_change_nothing_and_cut_at_the_fixed_threshold():
    _, y_raw = some_rows()
    y_prob, y_pred = fixed_rules(EvaluationConfig(threshold=0.4), 3).apply(y_raw)
    assert y_prob.tolist() == y_raw.tolist()
    assert y_pred.tolist() == (y_raw >= 0.4).astype(int).tolist()


def test_no_row_has_a_say_in_how_it_is_judged():
    """Turning a fold's truth around changes nothing about that fold, and something about the others."""
    y_true, y_raw = some_rows()
    fold = np.arange(60) % 3

    def fit(true, raw):
        return fit_rules(true, raw, EvaluationConfig(), "rows", calibrate=True)

    once = apply_nested(y_true, y_raw, fold, fit)
    turned = y_true.copy()
    turned[fold == 0] = 1 - turned[fold == 0]
    again = apply_nested(turned, y_raw, fold, fit)
    for before, after in zip(once, again, strict=True):
        np.testing.assert_array_equal(before[fold == 0], after[fold == 0])
    assert (once[1][fold > 0] != again[1][fold > 0]).any()
    for each in range(3):
        _, y_pred = fit(y_true[fold != each], y_raw[fold != each]).apply(y_raw[fold == each])
        np.testing.assert_array_equal(once[1][fold == each], y_pred)

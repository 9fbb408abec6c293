from __future__ import annotations

from dataclasses import replace

import numpy as np

from evaluation.noisy_runs import compared, make_run
from multitag.data.phrases import join_phrase
from multitag.report.comparison import comparison_rows, comparison_sentence
from multitag.report.tables import METRIC_TITLES


def test_a_row_a_metric_with_the_interval_of_its_difference():
    comparison = compared(make_run(0.8), make_run(1.6, seed=1))
    header, rows = comparison_rows(comparison)
    assert header == ["Metric", "runs/a", "runs/b", "difference"]
    assert [row[0] for row in rows] == list(METRIC_TITLES.values())
    value, low, high = comparison.differences["macro_f1"]
    assert rows[0][3] == f"{value:+.3f} [{low:+.3f}, {high:+.3f}]"
    del comparison.differences["macro_f1"]
    assert comparison_rows(comparison)[1][0][3] == "no interval"
    comparison.values[0]["macro_f1"] = None
    assert comparison_rows(comparison)[1][0][3] == "undefined"


def test_the_sentence_says_which_run_is_better_in_what():
    good, bad = make_run(0.5), make_run(4, seed=1)
    every = join_phrase([title.partition(" (")[0] for title in METRIC_TITLES.values()])
    assert comparison_sentence(compared(good, bad)) == f"on 200 test rows, runs/a is better in {every}"
    assert comparison_sentence(compared(bad, good)) == f"on 200 test rows, runs/b is better in {every}"


def test_the_sentence_says_what_cannot_be_told_apart():
    run = make_run(1)
    nowhere = "on 200 test rows, runs/a and runs/b are not distinguishable in any figure"
    assert comparison_sentence(compared(run, run)) == nowhere
    assert comparison_sentence(compared(make_run(1, seed=1), make_run(1, seed=2))) == nowhere
    # The same ranking, other decisions.
    loud = replace(run, y_pred=np.ones_like(run.y_pred))
    told = comparison_sentence(compared(run, loud))
    assert told.startswith("on 200 test rows, runs/a is better in Macro F1, ")
    assert "Hamming loss" in told.partition(";")[0]
    alike = "Macro ROC-AUC, Micro ROC-AUC, Macro average precision and Label ranking average precision"
    assert told.endswith(f"; they are not distinguishable in {alike}")

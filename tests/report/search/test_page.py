"""The page of a search."""

from __future__ import annotations

from dataclasses import replace

import pytest

from multitag.evaluation.compare import Comparison
from multitag.evaluation.search_result import FIGURE, SearchResult, TriedSettings
from multitag.report.search.page import build_search_page
from multitag.report.search.words import outcome_sentence
from multitag.report.tables import METRIC_TITLES

FIGURES = dict.fromkeys(METRIC_TITLES, 0.5)


def values(rate, loss="bce"):
    return {"learning_rate": rate, "loss": loss, "epochs": 5}


@pytest.fixture
def result():
    trials = (
        TriedSettings(1, "complete", values(2e-4), (0.5, 0.52)),
        TriedSettings(2, "pruned", values(8e-4, "focal"), (0.4,)),
        TriedSettings(3, "complete", values(3e-4), (0.53, 0.55)),
        TriedSettings(4, "failed", values(9e-4), ()),
    )
    differences = {"macro_average_precision": (0.02, 0.01, 0.03), "macro_f1": (0.01, -0.01, 0.02)}
    comparison = Comparison(("best", "defaults"), "test", 40, (FIGURES, FIGURES), differences)
    shares = {"learning_rate": 0.8, "epochs": 0.2, "loss": 0.0}
    return SearchResult("a <b>.csv", 160, 40, 2, trials, 1, 3, shares, comparison, 90.0, "4 trials were asked for")


def test_it_shows_what_was_tried_what_mattered_and_whether_it_helped(result):
    page = build_search_page(result)
    assert "a &lt;b&gt;.csv" in page
    for heading in ("Whether it helped", "The best settings", "What mattered", "Trials over time", "Values tried"):
        assert f">{heading}</h2>" in page
    assert page.count("<svg") == 3
    assert "+0.020" in page
    assert "4, 1 of them pruned, 1 diverged" in page
    assert build_search_page(result) == page


def test_of_few_trials_no_importance_is_told(result):
    page = build_search_page(replace(result, importances={}))
    assert "too few to tell which settings mattered" in page
    one = replace(result, trials=result.trials[:1], best=1, importances={})
    assert "Trials over time" not in build_search_page(one)


def test_the_outcome_is_said_by_rows_that_no_trial_saw(result):
    said = outcome_sentence(result)
    assert said.startswith("on 40 test rows, best is better in Macro average precision")
    assert said.endswith("macro average precision differs by +0.020 [+0.010, +0.030]")
    for ends, advice in (((-0.030, -0.010), "keep the defaults"), ((-0.010, 0.030), "the defaults would do")):
        moved = replace(result.comparison, differences={**result.comparison.differences, FIGURE: (0.0, *ends)})
        assert outcome_sentence(replace(result, comparison=moved)).endswith(f"]: {advice}")
    assert outcome_sentence(replace(result, best=1)) == "the defaults were the best of 4 trials on the inner folds"

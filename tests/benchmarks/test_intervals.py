from __future__ import annotations

import numpy as np
import pytest

from benchmarks import intervals
from multitag.report.tables import LABEL_TITLES, METRIC_TITLES

pytestmark = pytest.mark.slow


def test_the_made_up_world_has_the_label_frequencies_and_the_better_classifier_first():
    y_true, good, worse = truth = intervals.draw_rows(np.random.default_rng(1), 20_000)
    np.testing.assert_allclose(y_true.mean(axis=0), intervals.FREQUENCIES, atol=0.015)
    first, second = intervals.figures(y_true, good).values, intervals.figures(y_true, worse).values
    assert first["macro_roc_auc"] > second["macro_roc_auc"] + 0.005
    found = intervals.coverage(truth, 100, test_sets=5, resamples=100)
    assert list(found) == list(METRIC_TITLES)
    for each in found.values():
        assert each["held"] in (0, 0.2, 0.4, 0.6, 0.8, 1)
    assert found["micro_f1"]["mean"] == pytest.approx(first["micro_f1"], abs=0.05)
    assert found["micro_f1"]["held"] >= 0.6


def test_labels_are_banded_by_the_rows_that_have_them():
    truth = intervals.draw_rows(np.random.default_rng(1), 20_000)
    found = intervals.label_coverage(truth, 200, test_sets=2, resamples=100)
    assert list(found) == list(intervals.BANDS)
    assert list(found["50 and more"]) == list(LABEL_TITLES)
    assert found["50 and more"]["recall"] >= 0.5


def test_tables_show_what_was_measured():
    results = {
        "truth": dict.fromkeys(METRIC_TITLES, 0.5),
        "test_sets": {"200": {name: {"mean": 0.51, "held": 0.945, "difference_held": 0.95} for name in METRIC_TITLES}},
        "labels": {"5 to 9": dict.fromkeys(LABEL_TITLES, 0.8)},
        "wide": {"differences": 19.5, "megabytes": 400},
        "seconds": {"1000": {"intervals": 0.9, "differences": 1.7}},
    }
    shown = intervals.tables(results).splitlines()
    assert shown[0] == "| Figure | all rows | mean, 200 rows | held, 200 rows | difference held, 200 rows |"
    assert shown[2] == "| Macro F1 | 0.500 | 0.510 | 94.5% | 95.0% |"
    assert "| 5 to 9 | 80.0% | 80.0% | 80.0% | 80.0% | 80.0% |" in shown
    assert "| 1000 | 0.9 | 1.7 |" in shown
    assert shown[-2:] == [
        "| All paired differences, s | 19.5 |",
        "| Memory of the process, the probabilities included, MB | 400 |",
    ]


def test_many_labels_are_timed_with_their_memory():
    found = intervals.wide(300, 40, 3)
    assert found["differences"] > 0
    assert found["megabytes"] > 10

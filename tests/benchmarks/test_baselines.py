from __future__ import annotations

import numpy as np
import pytest

from benchmarks import baselines
from multitag.config import Config
from multitag.data.task import Task
from multitag.evaluation.baselines.models import FOR_FEATURES, FOR_WORDS


@pytest.mark.slow
def test_every_setting_is_measured_and_what_is_used_is_in_bold(table, monkeypatch):
    monkeypatch.setattr(baselines, "C", (FOR_FEATURES["C"], FOR_WORDS["C"]))
    task = Task.prepare(table, Config().override(folds=2))
    features = np.random.default_rng(0).normal(size=(len(table), 4)).astype(np.float32)
    rows = baselines.measure(task, features)
    assert len(rows) == 1 + 2 * 2 * 2
    assert [each["settings"] for each in rows if each.get("kept")] == [FOR_WORDS, FOR_FEATURES]
    assert all(0 <= each["macro_roc_auc"] <= 1 for each in rows)
    old = "before\n<!-- baselines -->\nstale\n<!-- /baselines -->\nafter"
    page = baselines.RECORD.fill(old, baselines.as_table(rows))
    assert page.count("| **") == 2
    assert "stale" not in page


def test_the_page_has_the_place():
    assert baselines.RECORD.place.search(baselines.RECORD.page.read_text(encoding="utf-8"))

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from multitag.config import Config
from multitag.data.task import Task
from multitag.errors import ConfigError
from multitag.evaluation.baselines.models import score_features
from multitag.model.base import resolve_base_model
from multitag.model.build import load_tokenizer
from multitag.training.teacher import WEIGHT, teach, teacher_weight

SETTINGS = Config().override(max_length=48, precision="fp32", validation_size=0, test_size=0)


@pytest.mark.parametrize(
    ("settings", "rows", "labels", "expected"),
    [
        ({}, 1000, 20, 0.0), ({"folds": 5}, 1000, 20, WEIGHT), ({"folds": 5, "loss": "focal"}, 1000, 20, 0.0),
        ({"folds": 5}, 49, 20, 0.0), ({"folds": 5}, 100_000, 20, 0.0), ({"teacher": 0.2}, 100_000, 20, 0.2),
        ({"folds": 5, "teacher": 0.0}, 1000, 20, 0.0),
    ],
)  # fmt: skip
def test_it_teaches_where_it_is_asked_for_or_where_folds_measure_small_data(settings, rows, labels, expected):
    assert teacher_weight(Config().override(**settings), rows, labels) == expected


def test_labels_are_mixed_with_what_a_model_says_that_has_not_seen_the_row(table, tiny_distilbert):
    task, base = Task.prepare(table, SETTINGS), resolve_base_model(str(tiny_distilbert))
    y, tokenizer = task.y, load_tokenizer(base, 48)
    soft = teach(task, base, tokenizer, SETTINGS, 0.4)
    assert soft.dtype == np.float32
    assert ((soft >= 0.6 * y) & (soft <= 0.6 * y + 0.4)).all()
    np.testing.assert_array_equal(soft, teach(task, base, tokenizer, SETTINGS, 0.4))
    turned = y.copy()
    turned[0] = 1 - turned[0]
    again = teach(replace(task, y=turned), base, tokenizer, SETTINGS, 0.4)
    taught, taught_again = soft[0] - 0.6 * y[0], again[0] - 0.6 * turned[0]
    # Its own labels have no say in what it is taught, but for the folds, which are drawn by labels.
    assert np.abs(taught - taught_again).max() < 0.2


def test_a_text_is_never_taught_by_a_model_that_has_seen_it_on_another_row(table, tiny_distilbert, monkeypatch):
    texts = tuple(text + " And more." * (row % 2) for text in table.texts[:30] for row in (0, 1))
    task, base = Task.prepare(replace(table, texts=texts), SETTINGS), resolve_base_model(str(tiny_distilbert))
    scored = []

    def score(features, y, pairs, settings):
        scored.extend(pairs)
        return score_features(features, y, pairs, settings=settings)

    monkeypatch.setattr("multitag.training.teacher.score_features", score)
    teach(task, base, load_tokenizer(base, 48), SETTINGS, 0.4)
    for trained, taught in scored:
        assert not set(trained // 2) & set(taught // 2)
    assert sorted(np.concatenate([taught for _, taught in scored])) == list(range(60))


@pytest.mark.parametrize("settings", [{"teacher": 1.0}, {"teacher": -0.1}, {"teacher": 0.4, "loss": "focal"}])
def test_a_weight_that_cannot_be_is_refused(settings):
    with pytest.raises(ConfigError, match=r"teacher: (expected at least 0 and less than 1|goes with the loss bce)"):
        Config().override(**settings)

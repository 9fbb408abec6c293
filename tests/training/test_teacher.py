from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from multitag.config import Config
from multitag.data.task import Task
from multitag.errors import BaseModelError, ConfigError
from multitag.evaluation.baselines.models import score_features
from multitag.model.base import resolve_base_model
from multitag.model.build import load_tokenizer
from multitag.training.fine_tune import resolve_settings
from multitag.training.teacher import WEIGHT, teach, teacher_weight

SETTINGS = Config().override(max_length=48, precision="fp32", validation_size=0, test_size=0)


@pytest.mark.parametrize(
    ("settings", "rows", "labels", "expected"),
    [
        ({}, 1000, 20, 0.0), ({"folds": 5}, 1000, 20, WEIGHT), ({"folds": 5, "loss": "focal"}, 1000, 20, 0.0),
        ({"folds": 5}, 49, 20, 0.0), ({"folds": 5}, 100_000, 20, 0.0), ({"teacher": 0.2}, 100_000, 20, 0.2),
        ({"folds": 5, "teacher": 0.0}, 1000, 20, 0.0), ({"teacher_model": "minilm"}, 1000, 20, WEIGHT),
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


@pytest.mark.parametrize("settings", [{"teacher": 0.0}, {"loss": "focal"}])
def test_a_model_for_a_teacher_that_teaches_nothing_is_refused(settings):
    with pytest.raises(ConfigError, match="teacher_model: goes with the loss bce"):
        Config().override(teacher_model="minilm", **settings)


def test_another_model_than_the_base_model_can_be_the_teachers(table, tiny_distilbert, tiny_bert):
    task, base = Task.prepare(table, SETTINGS), resolve_base_model(str(tiny_distilbert))
    tokenizer = load_tokenizer(base, 48)
    own = teach(task, base, tokenizer, SETTINGS, 0.4)
    other_settings = SETTINGS.override(teacher_model=str(tiny_bert))
    taught = teach(task, base, tokenizer, other_settings, 0.4)
    other = resolve_base_model(str(tiny_bert))
    np.testing.assert_array_equal(taught, teach(task, other, load_tokenizer(other, 48), SETTINGS, 0.4))
    assert np.abs(own - taught).max() > 1e-3


def test_a_teachers_model_that_is_none_is_told_before_a_run_begins(table, tiny_distilbert, tmp_path):
    (tmp_path / "empty").mkdir()
    task, base = Task.prepare(table, SETTINGS), resolve_base_model(str(tiny_distilbert))
    settings = SETTINGS.override(base_model=str(tiny_distilbert), teacher_model=str(tmp_path / "empty"))
    with pytest.raises(BaseModelError, match="empty"):
        resolve_settings(task, base, settings)

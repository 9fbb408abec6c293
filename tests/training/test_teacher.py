from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from multitag.config import Config
from multitag.data.task import Task
from multitag.errors import BaseModelError, ConfigError
from multitag.model.base import resolve_base_model
from multitag.model.build import load_tokenizer
from multitag.training.fine_tune import resolve_settings
from multitag.training.name_prior import NamePrior
from multitag.training.teacher import WEIGHT, Teacher, describe_teacher, teach, teacher_weight

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
    scored, score = [], Teacher.score

    def watched(teacher, y, pairs):
        scored.extend(pairs)
        return score(teacher, y, pairs)

    monkeypatch.setattr(Teacher, "score", watched)
    teach(task, base, load_tokenizer(base, 48), SETTINGS, 0.4)
    for trained, taught in scored:
        assert not set(trained // 2) & set(taught // 2)
    assert sorted(np.concatenate([taught for _, taught in scored])) == list(range(60))


def test_it_knows_words_where_features_say_nothing(caplog):
    texts, y = ["a war of wars", "a wedding in June"] * 10, np.array([[1, 0], [0, 1]] * 10, dtype=np.int8)
    pairs = [(np.arange(10), np.arange(10, 20))]
    taught = Teacher(texts, np.zeros((20, 4), dtype=np.float32), None).score(y, pairs)
    assert np.isnan(taught[:10]).all()
    assert (taught[10::2, 0] > taught[10::2, 1]).all()
    with caplog.at_level("INFO", logger="multitag"):
        wordless = Teacher(["!", "?"] * 10, np.zeros((20, 4), dtype=np.float32), None).score(y, pairs)
    assert caplog.messages == ["teacher: it learns from features alone, as the texts have no words"]
    np.testing.assert_allclose(wordless[10:], 0.5, atol=1e-3)


def test_a_label_on_few_rows_is_taught_by_its_name():
    features = np.eye(4, dtype=np.float32)[[0, 0, 1, 2, 3, 3] * 4]  # texts of four kinds, the labels' names of two
    y = np.zeros((24, 2), dtype=np.int8)
    y[0, 0] = y[2, 1] = 1  # a text with each label
    pairs = [(np.arange(12), np.arange(12, 24))]
    named = NamePrior.of_names(np.eye(4)[[0, 1]])
    plain, drawn = (Teacher(["!"] * 24, features, prior).score(y, pairs)[12:] for prior in (None, named))
    assert drawn[0, 0] > plain[0, 0]  # a text like the name of the first label
    assert drawn[2, 1] > plain[2, 1]
    assert drawn[3, 0] < drawn[0, 0]


def test_words_say_what_a_teacher_is(table):
    task, other = Task.prepare(table, SETTINGS), SETTINGS.override(teacher_model="minilm")
    named = "logistic regressions on the features of the base model, drawn to what the labels' names say (--name-prior)"
    assert describe_teacher(task, SETTINGS) == f"{named}, and on words"
    described = replace(task, descriptions={task.label_set.names[0]: "a film"})
    assert "the labels' descriptions say" in describe_teacher(described, SETTINGS)
    nameless = other.override(name_prior=False)
    assert describe_teacher(task, nameless) == "logistic regressions on the features of minilm and on words"
    wordless = replace(task, table=replace(table, texts=("!",) * len(table)))
    assert describe_teacher(wordless, nameless) == "a logistic regression on the features of minilm"


def test_there_is_one_for_all_folds_or_for_none(table, tiny_distilbert):
    base = resolve_base_model(str(tiny_distilbert))
    for folds, weight in ((2, 0.0), (10, WEIGHT)):  # half and nine tenths of 60 rows to train on
        config = SETTINGS.override(base_model=str(tiny_distilbert), folds=folds)
        first = Task.prepare(table, config).of_fold(0, config)
        assert resolve_settings(first, base, config).training.teacher == weight


def test_descriptions_and_names_have_a_say(table, tiny_distilbert):
    task, base = Task.prepare(table, SETTINGS), resolve_base_model(str(tiny_distilbert))
    tokenizer = load_tokenizer(base, 48)
    described = replace(task, descriptions=dict.fromkeys(task.label_set.names[:1], "a film " * 5))
    named, told, without = (
        teach(each, base, tokenizer, settings, 0.4)
        for each, settings in ((task, SETTINGS), (described, SETTINGS), (task, SETTINGS.override(name_prior=False)))
    )
    assert np.abs(named - told).max() > 1e-4
    assert np.abs(named - without).max() > 1e-4


@pytest.mark.parametrize("settings", [{"teacher": 1.0}, {"teacher": -0.1}, {"teacher": 0.4, "loss": "focal"}])
def test_a_weight_that_cannot_be_is_refused(settings):
    with pytest.raises(ConfigError, match=r"teacher: (expected at least 0 and less than 1|goes with the loss bce)"):
        Config().override(**settings)


@pytest.mark.parametrize("settings", [{"teacher": 0.0}, {"loss": "focal"}])
def test_a_model_for_a_teacher_that_teaches_nothing_is_refused(settings):
    with pytest.raises(ConfigError, match=r"teacher_model: goes with the loss bce .* got (focal|bce and 0)$"):
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
    with pytest.raises(BaseModelError, match=r"^teacher model '.*empty"):
        resolve_settings(task, base, settings)
    with pytest.raises(BaseModelError, match=r"^teacher model 'no such': no such folder"):
        resolve_settings(task, base, settings.override(teacher_model="no such"))

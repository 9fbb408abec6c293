"""A head on a frozen encoder: what is computed once, and what is learned of labels that are rare, soft or unknown."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from multitag.data.task import Task
from multitag.labels import UNKNOWN
from multitag.model.base import resolve_base_model
from multitag.training import linear
from multitag.training.linear import FrozenEncoder


@pytest.fixture
def task(table, tiny_config):
    return Task.prepare(table, tiny_config)


@pytest.fixture
def encoder(task, tiny_config, tiny_distilbert):
    """One that learns from rows alone; what names add is in test_name_prior.py."""
    return FrozenEncoder(task, resolve_base_model(str(tiny_distilbert)), tiny_config.override(name_prior=False))


def test_each_row_is_encoded_once(encoder, monkeypatch):
    encoded = []
    real = linear.pooled_features
    monkeypatch.setattr(linear, "pooled_features", lambda model, rows: encoded.append(len(rows)) or real(model, rows))
    first = encoder.features(np.array([3, 1, 7]))
    again = encoder.features(np.array([7, 2, 3]))
    assert encoded == [3, 1]
    np.testing.assert_array_equal(again[[2, 0]], first[[0, 2]])
    np.testing.assert_allclose(np.linalg.norm(encoder.features(np.arange(10)), axis=1), 1, atol=1e-5)
    assert encoded == [3, 1, 6]


def test_a_label_of_no_row_gets_its_smoothed_share(encoder, task):
    rows = np.arange(30)
    y = task.y.copy()
    y[:, 0], y[:, 1], y[:, 2] = 0, 1, UNKNOWN
    head = encoder.fit_head(replace(task, y=y), rows)
    assert (head.weight[:3] == 0).all()
    np.testing.assert_allclose(head.predict(encoder.features(rows))[0, :3], [1 / 32, 31 / 32, 0.5], atol=1e-6)


def test_soft_labels_are_learned_as_shares(encoder, task):
    rows = np.arange(40)
    soft = np.where(task.y == 1, 0.9, 0.1).astype(np.float32)
    soft[:, 0] = 0.7
    head = encoder.fit_head(replace(task, soft=soft), rows)
    np.testing.assert_allclose(head.predict(encoder.features(rows))[:, 0], 0.7, atol=1e-3)
    plain = encoder.fit_head(task, rows)
    assert np.linalg.norm(head.weight[1:]) < np.linalg.norm(plain.weight[1:])


def test_heads_do_not_change_each_other(encoder, task):
    one = encoder.with_head(encoder.fit_head(task, np.arange(30)), np.arange(30), 1.0)
    weights = one.fit.model.classifier.weight.clone()
    encoder.with_head(encoder.fit_head(task, np.arange(60)), np.arange(60), 1.0)
    assert (one.fit.model.classifier.weight == weights).all()
    assert one.notes[0].startswith("trained by the recipe linear: ")
    assert (one.fit.epochs, one.fit.history, one.fit.seconds) == (0.0, [], 1.0)


def test_names_are_encoded_as_texts_are_and_draw_a_label_of_no_row(task, tiny_config, tiny_distilbert):
    base = resolve_base_model(str(tiny_distilbert))
    named = FrozenEncoder(task, base, tiny_config)
    rows = np.arange(30)
    y = task.y.copy()
    y[:, 0] = 0
    head = named.fit_head(replace(task, y=y), rows)
    direction = named.prior.directions[0]
    cosine = head.weight[0] @ direction / np.linalg.norm(head.weight[0]) / np.linalg.norm(direction)
    assert cosine == pytest.approx(1)
    assert head.predict(named.features(rows))[:, 0].mean() == pytest.approx(1 / 32, abs=0.01)
    assert "what their names say (--name-prior)" in named.with_head(head, rows, 1.0).notes[1]
    told = replace(task, descriptions={task.label_set.names[0]: "soldiers and battles"})
    described = FrozenEncoder(told, base, tiny_config)
    assert not np.allclose(described.prior.directions[0], direction)
    assert "what their descriptions say" in described.with_head(head, rows, 1.0).notes[1]

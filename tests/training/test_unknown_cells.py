"""Labels that nobody judged, and labels that are shares, in training."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from multitag.config import Config, TrainingConfig
from multitag.data.task import Task
from multitag.data.tokens import Tokens
from multitag.labels import UNKNOWN
from multitag.model.base import resolve_base_model
from multitag.model.build import load_tokenizer, log_odds
from multitag.training.dataset import TextDataset
from multitag.training.fine_tune import fine_tune, resolve_settings
from multitag.training.losses import (
    IGNORED,
    asymmetric,
    bce,
    best_constants,
    cell_loss,
    focal,
    positive_weights,
    trainer_loss,
)
from multitag.training.teacher import Teacher, teach
from multitag.training.trainer.fit import _validation_metrics, choose_loss

LOSSES = ("bce", "weighted-bce", "focal", "asymmetric")
SHAPE = (6, 5)


@pytest.fixture
def batch():
    """Logits and labels, and which cells are hidden: all of row 0, and others at random."""
    generator = torch.Generator().manual_seed(0)
    logits = torch.randn(SHAPE, generator=generator)
    labels = (torch.rand(SHAPE, generator=generator) < 0.4).float()
    hidden = torch.rand(SHAPE, generator=generator) < 0.4
    hidden[0] = True
    return logits, labels, hidden


def loss_of(name, labels):
    return cell_loss(name, labels.numpy().astype(np.int8)) or bce


@pytest.mark.parametrize("name", LOSSES)
def test_hidden_cells_have_no_gradient_and_the_mean_is_over_the_others(name, batch):
    logits, labels, hidden = batch
    logits.requires_grad_()
    loss = loss_of(name, labels)
    value = trainer_loss(loss)({"logits": logits}, torch.where(hidden, IGNORED, labels))
    value.backward()
    masked = logits.grad.clone()
    assert (masked[hidden] == 0).all()
    logits.grad = None
    expected = loss(logits, labels)[~hidden].mean()
    expected.backward()
    assert value.item() == pytest.approx(expected.item())
    torch.testing.assert_close(masked, logits.grad)


@pytest.mark.parametrize("name", LOSSES)
def test_batches_of_a_step_add_up_to_the_mean_over_all_judged_cells(name, batch):
    logits, labels, hidden = batch
    loss = loss_of(name, labels)
    targets, compute = torch.where(hidden, IGNORED, labels), trainer_loss(loss)
    n_judged = targets.ne(-100).sum()  # as the Trainer counts
    parts = [compute({"logits": logits[part]}, targets[part], num_items_in_batch=n_judged) for part in ([0], [1, 2, 3])]
    parts.append(compute({"logits": logits[4:]}, targets[4:], num_items_in_batch=n_judged))
    assert float(parts[0]) == 0
    assert float(sum(parts)) == pytest.approx(float(loss(logits, labels)[~hidden].mean()))


def test_a_batch_of_which_nothing_is_known_costs_nothing(batch):
    logits = batch[0].requires_grad_()
    for n_items in (None, torch.tensor(0)):
        value = trainer_loss(bce)({"logits": logits}, torch.full(SHAPE, IGNORED), num_items_in_batch=n_items)
        value.backward()
        assert value.item() == 0
        assert (logits.grad == 0).all()


def test_weights_and_the_start_are_of_the_judged_rows():
    y = np.array([[1, 0, UNKNOWN], [UNKNOWN, 1, UNKNOWN], [0, 1, UNKNOWN], [UNKNOWN, 1, UNKNOWN]], dtype=np.int8)
    np.testing.assert_allclose(positive_weights(y), [(1 + 1) / (1 + 1), (1 + 1) / (3 + 1), 1.0])
    np.testing.assert_allclose(log_odds(y), np.log([1.0, (3 + 1) / (1 + 1), 1.0]))
    np.testing.assert_allclose(best_constants(bce, y), log_odds(y), atol=0.03)
    soft = np.array([[0.5, np.nan], [0.9, 0.1], [np.nan, np.nan]], dtype=np.float32)
    np.testing.assert_allclose(log_odds(soft), np.log([2.4 / 1.6, 1.1 / 1.9]), rtol=1e-6)


@pytest.mark.parametrize("share", [0.2, 0.5, 0.8])
def test_a_soft_label_pulls_the_probability_to_its_share(share):
    logits = torch.linspace(-6, 6, 1201)
    for loss in (bce, focal, lambda logits, labels: asymmetric(logits, labels, gamma_negative=0.0, margin=0.0)):
        best = logits[loss(logits, torch.full_like(logits, share)).argmin()]
        assert float(torch.sigmoid(best)) == pytest.approx(share, abs=0.01)


def test_asymmetric_of_a_share_is_the_loss_expected_of_labels_drawn_at_it():
    logits = torch.linspace(-4, 4, 9)
    yes, no = (asymmetric(logits, torch.full_like(logits, label)) for label in (1.0, 0.0))
    torch.testing.assert_close(asymmetric(logits, torch.full_like(logits, 0.3)), 0.3 * yes + 0.7 * no)


def test_rows_are_given_as_the_loss_takes_them(table, tiny_distilbert):
    tokens = Tokens.from_texts(table.texts[:3], load_tokenizer(resolve_base_model(str(tiny_distilbert)), 48), 48)
    y = np.array([[1, 0], [UNKNOWN, 1], [0, UNKNOWN]], dtype=np.int8)
    masked, plain = TextDataset(tokens, y), TextDataset(tokens, np.abs(y))
    soft = TextDataset(tokens, y, np.where(y < 0, np.nan, y * 0.75).astype(np.float32))
    assert (masked.complete, plain.complete, soft.complete) == (False, True, False)
    assert masked[1]["labels"] == [IGNORED, 1.0]
    assert soft[1]["labels"] == [IGNORED, 0.75]
    assert choose_loss(TrainingConfig(), {"train": plain, "validation": plain}) is None  # the model's own
    assert choose_loss(TrainingConfig(), {"train": plain, "validation": masked}) is bce
    assert choose_loss(TrainingConfig(loss="focal"), {"train": masked}) is focal


def test_the_figure_that_is_watched_is_of_the_judged_cells():
    from types import SimpleNamespace

    from sklearn.metrics import average_precision_score

    draw = np.random.default_rng(0)
    y, logits = (draw.random((40, 3)) < 0.4).astype(np.float32), draw.normal(size=(40, 3))
    hidden = draw.random(y.shape) < 0.4
    hidden[:, 2] = True
    measured = _validation_metrics(SimpleNamespace(label_ids=np.where(hidden, IGNORED, y), predictions=logits))
    own = [average_precision_score(y[~hidden[:, c], c], logits[~hidden[:, c], c]) for c in (0, 1)]
    assert measured["macro_average_precision"] == pytest.approx(np.mean(own))
    assert _validation_metrics(SimpleNamespace(label_ids=np.full_like(y, IGNORED), predictions=logits)) == {
        "macro_average_precision": 0.0
    }


def test_the_teacher_learns_and_teaches_what_was_judged(table, tiny_distilbert, monkeypatch):
    settings = Config().override(max_length=48, precision="fp32", validation_size=0, test_size=0)
    task, base = Task.prepare(table, settings), resolve_base_model(str(tiny_distilbert))
    hidden = np.random.default_rng(0).random(task.y.shape) < 0.4
    masked, learned = replace(task, y=np.where(hidden, UNKNOWN, task.y).astype(np.int8)), []
    score = Teacher.score

    def watched(teacher, y, pairs):
        learned.append(y)
        return score(teacher, y, pairs)

    monkeypatch.setattr(Teacher, "score", watched)
    soft = teach(masked, base, load_tokenizer(base, 48), settings, 0.4)
    np.testing.assert_array_equal(learned[0], masked.y)
    assert (np.isnan(soft) == hidden).all()
    judged = ~hidden
    assert ((soft >= 0.6 * task.y) & (soft <= 0.6 * task.y + 0.4))[judged].all()
    shares = replace(masked, soft=np.where(hidden, np.nan, 0.25 + 0.5 * task.y).astype(np.float32))
    mixed = teach(shares, base, load_tokenizer(base, 48), settings, 0.4)
    np.testing.assert_allclose((mixed - soft)[judged], (0.6 * (0.25 - 0.5 * task.y))[judged], atol=1e-6)


@pytest.fixture
def train_task(tiny_config, tiny_distilbert, tmp_path):
    """Give a function that fine-tunes on a task that was changed."""
    base = resolve_base_model(str(tiny_distilbert))

    def train(task, name, **changed):
        settings = resolve_settings(task, base, tiny_config.override(**changed))
        (tmp_path / name).mkdir()
        return fine_tune(task, base, settings, tmp_path / name / "checkpoints")

    return train


def weights(tuned):
    return tuned.fit.model.state_dict()


@pytest.mark.slow
@pytest.mark.parametrize("loss", LOSSES)
def test_what_is_under_a_hidden_cell_changes_no_weight(loss, table, tiny_config, train_task):
    """Hidden as plain labels and as soft ones of 0 and 1; two batches a step."""
    task = Task.prepare(table, tiny_config)
    hidden = np.random.default_rng(0).random(task.y.shape) < 0.4
    y = np.where(hidden, UNKNOWN, task.y).astype(np.int8)
    y[:, 3] = UNKNOWN  # a label of which nothing is known on any side
    changed = {"loss": loss, "trainer_args": {"gradient_accumulation_steps": 2}}
    plain = train_task(replace(task, y=y), "plain", **changed)
    soft = train_task(replace(task, y=y, soft=np.where(y < 0, np.nan, y).astype(np.float32)), "soft", **changed)
    for name, weight in weights(plain).items():
        assert torch.isfinite(weight).all()
        torch.testing.assert_close(weight, weights(soft)[name])
    whole = weights(train_task(task, "whole", **changed))
    assert not torch.equal(weights(plain)["classifier.weight"], whole["classifier.weight"])
    assert all(np.isfinite(list(entry.values())).all() for entry in plain.fit.history)


@pytest.mark.slow
def test_without_unknown_cells_our_loss_trains_what_the_models_own_does(table, tiny_config, train_task, monkeypatch):
    task = Task.prepare(table, tiny_config)
    own = weights(train_task(task, "own"))
    monkeypatch.setattr("multitag.training.trainer.fit.choose_loss", lambda settings, datasets: bce)
    for name, weight in weights(train_task(task, "ours")).items():
        torch.testing.assert_close(weight, own[name], rtol=1e-4, atol=1e-5)


@pytest.mark.slow
def test_soft_labels_are_learned_as_shares(table, tiny_config, train_task):
    task = Task.prepare(table, tiny_config)
    shares = replace(task, soft=np.full(task.y.shape, 0.5, dtype=np.float32))
    tuned = train_task(shares, "soft", epochs=2)
    assert weights(tuned)["classifier.bias"].abs().mean() < 0.3  # log-odds of one half: where training starts and stays
    assert weights(train_task(task, "plain", epochs=2))["classifier.bias"].abs().mean() > 1

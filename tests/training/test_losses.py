"""The losses against their papers' formulas, written out with numpy, and each through a whole training."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch
from torch.nn.functional import binary_cross_entropy_with_logits

from multitag.errors import ConfigError
from multitag.training.losses import (
    asymmetric,
    bce,
    best_constants,
    cell_loss,
    focal,
    positive_weights,
    trainer_loss,
    weighted_bce,
)

OTHERS = ("weighted-bce", "focal", "asymmetric")
LOGITS = np.array([[-9.0, -3.0, -0.5, 0.0], [0.7, 2.0, 5.0, 9.0]])


def of_all(loss):
    """Give a loss of LOGITS, first with every label absent, then with every label present."""
    logits = torch.from_numpy(LOGITS)
    return [loss(logits, torch.full_like(logits, label)).numpy() for label in (0.0, 1.0)]


def probability():
    return 1 / (1 + np.exp(-LOGITS))


def test_bce_is_torchs():
    logits, labels = torch.from_numpy(LOGITS), torch.tensor([[0.0, 1, 0, 1], [1, 1, 0, 0]], dtype=torch.float64)
    assert bce(logits, labels).mean() == pytest.approx(float(binary_cross_entropy_with_logits(logits, labels)))


def test_weighted_bce_weighs_positives_only():
    weight = torch.tensor([10.0, 1.0, 0.1, 3.0], dtype=torch.float64)
    absent, present = of_all(lambda logits, labels: weighted_bce(logits, labels, weight))
    plain_absent, plain_present = of_all(bce)
    np.testing.assert_allclose(absent, plain_absent)
    np.testing.assert_allclose(present, plain_present * weight.numpy())


def test_positive_weights_are_negatives_to_a_positive_within_a_tenth_and_ten():
    y = np.zeros((101, 4), dtype=np.uint8)
    y[:25, 1], y[:, 2], y[:1, 3] = 1, 1, 1
    np.testing.assert_allclose(positive_weights(y), [10, (76 + 1) / (25 + 1), 0.1, 10], rtol=1e-6)


def test_focal_is_the_papers_formula():
    p = probability()
    absent, present = of_all(focal)
    np.testing.assert_allclose(absent, -(p**2) * np.log1p(-p), rtol=1e-6)
    np.testing.assert_allclose(present, -((1 - p) ** 2) * np.log(p), rtol=1e-6)


def test_asymmetric_is_the_papers_formula():
    p = probability()
    shifted = np.maximum(p - 0.05, 0)
    absent, present = of_all(asymmetric)
    np.testing.assert_allclose(absent, -(shifted**4) * np.log(1 - shifted), rtol=1e-6)
    np.testing.assert_allclose(present, -np.log(p), rtol=1e-6)
    assert absent[0, 0] == absent[0, 1] == 0  # below the margin


def test_with_nothing_to_focus_on_they_are_binary_cross_entropy():
    for loss in (
        lambda logits, labels: focal(logits, labels, gamma=0.0),
        lambda logits, labels: asymmetric(logits, labels, gamma_negative=0.0, margin=0.0),
        lambda logits, labels: weighted_bce(logits, labels, torch.ones(4)),
    ):
        # asymmetric works on probabilities, which are no exacter than float64 near 1
        np.testing.assert_allclose(of_all(loss), of_all(bce), rtol=1e-3)


@pytest.mark.parametrize("name", OTHERS)
def test_gradients_are_finite_and_push_towards_the_label_however_sure_the_model_is(name):
    loss = cell_loss(name, np.array([[1, 0], [0, 0], [0, 1]]))
    for size in (1.0, 20.0, 200.0):
        for label in (0.0, 1.0):
            logits = torch.tensor([[-size, size]], requires_grad=True)
            loss(logits, torch.full((1, 2), label)).sum().backward()
            assert torch.isfinite(logits.grad).all()
            assert ((logits.grad <= 0) if label else (logits.grad >= 0)).all()


@pytest.mark.parametrize("name", OTHERS)
def test_training_starts_at_the_constant_that_costs_least(name):
    y = np.zeros((98, 5), dtype=np.uint8)
    for column, positives in enumerate((0, 1, 19, 59, 98)):
        y[:positives, column] = 1
    loss = cell_loss(name, y)
    best = torch.from_numpy(best_constants(loss, y))
    share = torch.tensor([1, 2, 20, 60, 99]) / 100

    def cost(logits):
        return share * loss(logits, torch.ones(5)) + (1 - share) * loss(logits, torch.zeros(5))

    for step in (-3, -0.5, -0.1, 0.1, 0.5, 3):
        assert (cost(best) <= cost((best + step).clamp(-8, 8)) + 1e-7).all()
    assert (best.diff() >= 0).all()  # the more rows have it, the higher


def test_weighted_bce_starts_at_log_odds_plus_the_logarithm_of_the_weight():
    y = np.zeros((98, 2), dtype=np.uint8)
    y[:19, 0], y[:4, 1] = 1, 1
    found = best_constants(cell_loss("weighted-bce", y), y)
    odds = np.array([20 / 80, 5 / 95])
    np.testing.assert_allclose(found, np.log(odds) + np.log([80 / 20, 10]), atol=0.03)


def test_binary_cross_entropy_is_left_to_the_models():
    assert cell_loss("bce", np.ones((1, 2))) is None


def test_the_trainer_is_given_the_mean_over_all_batches_of_a_step():
    generator = torch.Generator().manual_seed(0)
    logits = torch.randn(6, 3, generator=generator)
    labels = (torch.rand(6, 3, generator=generator) < 0.5).float()
    compute = trainer_loss(focal)
    whole = compute({"logits": logits}, labels)
    assert whole == pytest.approx(float(focal(logits, labels).mean()))
    parts = [compute({"logits": logits[part]}, labels[part], num_items_in_batch=18) for part in ([0], [1, 2, 3, 4, 5])]
    assert float(sum(parts)) == pytest.approx(float(whole))


@pytest.mark.slow
@pytest.mark.parametrize("name", OTHERS)
def test_each_trains_and_resumes_bit_for_bit(name, tune, interrupt, tmp_path):
    changed = {"epochs": 3, "loss": name}
    whole = tune(tmp_path / "whole", **changed)
    interrupt(5)
    with pytest.raises(KeyboardInterrupt):
        tune(tmp_path / "stopped", **changed)
    resumed = tune(tmp_path / "stopped", resume=True, **changed)
    kept, again = whole.fit.model.state_dict(), resumed.fit.model.state_dict()
    assert all(torch.equal(again[each], tensor) for each, tensor in kept.items())
    assert all(np.isfinite(list(entry.values())).all() for entry in whole.fit.history)
    plain = tune(tmp_path / "plain", epochs=3).fit.model.state_dict()
    assert not torch.equal(kept["classifier.weight"], plain["classifier.weight"])


@pytest.mark.slow
@pytest.mark.parametrize("name", OTHERS)
def test_each_learns(name, tune, tmp_path):
    losses = [entry["loss"] for entry in tune(tmp_path / "run", epochs=15, loss=name).fit.history if "loss" in entry]
    assert losses[-1] < 0.9 * losses[0]


@pytest.mark.parametrize("base", ["tiny_distilbert", "tiny_bert"])
def test_the_validation_loss_is_the_loss_that_is_trained(base, tune, table, tiny_config, request, tmp_path):
    """And of any model, in several batches a step too."""
    from multitag.data.task import Task

    folder = str(request.getfixturevalue(base))
    changed = {"loss": "focal", "base_model": folder, "trainer_args": {"gradient_accumulation_steps": 2}}
    tuned = tune(tmp_path / "run", **changed)
    task = Task.prepare(table, tiny_config)
    inputs = tuned.tokenizer(
        task.texts("validation"), padding=True, truncation=True, max_length=48, return_tensors="pt",
        return_token_type_ids=False,
    )  # fmt: skip
    with torch.no_grad():
        logits = tuned.fit.model(**inputs).logits
    expected = focal(logits, torch.from_numpy(task.y_true("validation")).float()).mean()
    assert tuned.fit.history[-1]["validation_loss"] == pytest.approx(float(expected), rel=1e-4)


def test_a_run_does_not_resume_with_another_loss(tune, tmp_path):
    tune(tmp_path / "run", loss="focal")
    with pytest.raises(ConfigError, match=r"other settings: training\.loss was 'focal', now 'bce'"):
        tune(tmp_path / "run", resume=True)


@pytest.mark.slow
def test_the_loss_is_an_option_and_is_kept_with_the_bundle(train_tiny, tmp_path):
    run = train_tiny(tmp_path / "run", loss="asymmetric")
    manifest = json.loads((run.bundle / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["settings"]["training"]["loss"] == "asymmetric"
    with pytest.raises(ConfigError, match="loss: expected"):
        train_tiny(tmp_path / "other", loss="hinge")

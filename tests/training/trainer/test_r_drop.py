"""R-Drop: two passes over a batch are to agree."""

from __future__ import annotations

import pytest
import torch
from torch.distributions import Bernoulli, kl_divergence
from transformers import TrainingArguments

from multitag.labels import LabelSet
from multitag.model.base import resolve_base_model
from multitag.model.build import build_model
from multitag.quiet import quiet_transformers
from multitag.training.losses import IGNORED, bce, disagreement, trainer_loss
from multitag.training.trainer.fit import MultiLabelTrainer

INPUTS = {
    "input_ids": torch.arange(24).reshape(4, 6) + 10,
    "attention_mask": torch.ones(4, 6, dtype=torch.int64),
    "labels": torch.tensor([[1.0, 0.0], [0.0, 1.0], [1.0, IGNORED], [IGNORED, IGNORED]]),
}


@pytest.fixture
def make(tiny_distilbert, tmp_path):
    def build(r_drop, dropout):
        torch.manual_seed(0)
        with quiet_transformers():
            model = build_model(resolve_base_model(str(tiny_distilbert)), LabelSet(("A", "B"))).train()
            for module in model.modules():
                if isinstance(module, torch.nn.Dropout):
                    module.p = dropout
            arguments = TrainingArguments(output_dir=str(tmp_path), report_to=[], use_cpu=True)
            return MultiLabelTrainer(
                model=model, args=arguments, head_learning_rate=1e-2, r_drop=r_drop, compute_loss_func=trainer_loss(bce)
            )

    return build


def loss_and_gradient(trainer, **options):
    loss = trainer.compute_loss(trainer.model, dict(INPUTS), **options)
    loss.backward()
    return loss.detach(), trainer.model.classifier.weight.grad


def test_it_is_the_mean_of_both_divergences():
    generator = torch.Generator().manual_seed(0)
    one, other = torch.randn(2, 5, 3, generator=generator)
    first, second = Bernoulli(logits=one), Bernoulli(logits=other)
    expected = (kl_divergence(first, second) + kl_divergence(second, first)) / 2
    torch.testing.assert_close(disagreement(one, other), expected)


@pytest.mark.parametrize("options", [{}, {"num_items_in_batch": 20}])
def test_without_dropout_it_changes_neither_loss_nor_gradient(make, options):
    plain, gradient = loss_and_gradient(make(0.0, 0.0), **options)
    dropped, same = loss_and_gradient(make(5.0, 0.0), **options)
    torch.testing.assert_close(dropped, plain)
    torch.testing.assert_close(same, gradient)


def test_with_dropout_it_costs_what_the_passes_disagree_on_cells_that_were_judged(make):
    losses = {}
    for weight in (1e-9, 1.0, 3.0):
        trainer = make(weight, 0.3)
        torch.manual_seed(1)
        losses[weight] = loss_and_gradient(trainer)[0]
    assert losses[1.0] > losses[1e-9]
    torch.testing.assert_close(losses[3.0] - losses[1e-9], 3 * (losses[1.0] - losses[1e-9]))


def test_what_is_evaluated_is_the_plain_loss(make):
    trainer = make(5.0, 0.3)
    trainer.model.eval()
    with torch.no_grad():
        expected = trainer_loss(bce)(
            trainer.model(INPUTS["input_ids"], attention_mask=INPUTS["attention_mask"]), INPUTS["labels"]
        )
        torch.testing.assert_close(trainer.compute_loss(trainer.model, dict(INPUTS)), expected)


@pytest.mark.slow
def test_it_trains_and_resumes_bit_for_bit(tune, interrupt, tmp_path):
    changed = {"epochs": 3, "r_drop": 1.0, "trainer_args": {"gradient_accumulation_steps": 2}}
    whole = tune(tmp_path / "whole", **changed)
    interrupt(5)
    with pytest.raises(KeyboardInterrupt):
        tune(tmp_path / "stopped", **changed)
    again = tune(tmp_path / "stopped", resume=True, **changed).fit.model.state_dict()
    assert all(torch.equal(again[name], tensor) for name, tensor in whole.fit.model.state_dict().items())

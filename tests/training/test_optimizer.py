from __future__ import annotations

import pytest
import torch
from transformers import TrainingArguments

from multitag.config import TrainingConfig
from multitag.labels import LabelSet
from multitag.model.base import resolve_base_model
from multitag.model.build import build_model
from multitag.quiet import quiet_transformers
from multitag.training import optimizer as optimizer_module
from multitag.training.optimizer import parameter_groups, resolve_learning_rates
from multitag.training.trainer.fit import MultiLabelTrainer

KINDS = ["tiny_distilbert", "tiny_bert", "tiny_roberta"]


@pytest.fixture(params=KINDS)
def model(request):
    with quiet_transformers():
        return build_model(resolve_base_model(str(request.getfixturevalue(request.param))), LabelSet(("A", "B", "C")))


@pytest.fixture
def optimizer(model, tmp_path) -> torch.optim.Optimizer:
    arguments = TrainingArguments(
        output_dir=str(tmp_path), learning_rate=1e-4, weight_decay=0.01, optim="adamw_torch_fused",
        report_to=[], use_cpu=True,
    )  # fmt: skip
    trainer = MultiLabelTrainer(model=model, args=arguments, head_learning_rate=1e-2, r_drop=0.0)
    return trainer.create_optimizer()


def test_every_trainable_parameter_is_in_exactly_one_group(model, optimizer):
    grouped = [id(parameter) for group in optimizer.param_groups for parameter in group["params"]]
    trainable = [id(parameter) for parameter in model.parameters() if parameter.requires_grad]
    assert sorted(grouped) == sorted(trainable)
    assert all(group["params"] for group in optimizer.param_groups)
    assert len(optimizer.param_groups) == 4


def test_the_encoder_and_the_head_have_their_rates_and_only_matrices_decay(model, optimizer):
    names = {id(parameter): name for name, parameter in model.named_parameters()}
    found = {
        names[id(parameter)]: (group["lr"], group["weight_decay"])
        for group in optimizer.param_groups
        for parameter in group["params"]
    }
    norms = {name for name, module in model.named_modules() if isinstance(module, torch.nn.LayerNorm)}
    assert norms
    for name, (rate, decay) in found.items():
        owner, _, kind = name.rpartition(".")
        assert rate == (1e-4 if name.startswith(f"{model.base_model_prefix}.") else 1e-2), name
        assert decay == (0.0 if kind == "bias" or owner in norms else 0.01), name


def test_groups_of_one_rate_and_decay_are_one_group(model):
    assert len(parameter_groups(model, 1e-3, 1e-3, 0.0, [])) == 1


def test_rates_left_open_are_scaled_to_the_width(model):
    encoder, head = resolve_learning_rates(model, TrainingConfig())
    assert encoder == pytest.approx(2e-4 * 384 / 32)
    linear = type(model).__name__ == "LinearHeadDistilBert"
    assert head == pytest.approx((1e-2 if linear else 2e-3) * 384 / 32)


@pytest.mark.parametrize(("width", "encoder", "adapters"), [(384, 2e-4, 1e-3), (768, 5e-5, 5e-4)])
def test_a_wider_encoder_learns_more_slowly_than_its_width_alone_says(width, encoder, adapters, monkeypatch):
    monkeypatch.setattr(optimizer_module, "_width", lambda model: width)
    assert resolve_learning_rates(None, TrainingConfig())[0] == pytest.approx(encoder)
    assert resolve_learning_rates(None, TrainingConfig(lora=True))[0] == pytest.approx(adapters)


def test_rates_that_are_given_are_taken(model):
    assert resolve_learning_rates(model, TrainingConfig(learning_rate=1e-5, head_learning_rate=3e-4)) == (
        1e-5,
        3e-4,
    )
    encoder, head = resolve_learning_rates(model, TrainingConfig(learning_rate=1e-5))
    assert encoder == 1e-5
    assert head > 1e-3

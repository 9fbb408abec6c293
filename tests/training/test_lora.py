"""Low-rank adapters: what is trained, and that nothing of them is left in the model."""

from __future__ import annotations

import pytest
import torch
from safetensors.torch import load_file

import multitag
from multitag.config import Config, TrainingConfig
from multitag.errors import ConfigError, MissingExtraError
from multitag.labels import LabelSet
from multitag.model.base import resolve_base_model
from multitag.model.build import build_model, save_model
from multitag.quiet import quiet_transformers
from multitag.training.lora import adapted_layers, add_adapters, merge_adapters
from multitag.training.optimizer import resolve_learning_rates

IDS = torch.arange(24).reshape(4, 6) + 10
LORA = TrainingConfig(lora=True, lora_rank=4)


def build(folder):
    torch.manual_seed(0)
    with quiet_transformers():
        return build_model(resolve_base_model(str(folder)), LabelSet(("A", "B"))).eval()


def logits(model):
    with torch.no_grad():
        return model(input_ids=IDS, attention_mask=torch.ones_like(IDS)).logits


@pytest.fixture
def distilbert(tiny_distilbert):
    return build(tiny_distilbert)


def test_of_distilbert_all_six_layers_of_a_block_are_adapted(distilbert):
    in_a_block = ["attention.q_lin", "attention.k_lin", "attention.v_lin", "attention.out_lin", "ffn.lin1", "ffn.lin2"]
    blocks = [f"distilbert.transformer.layer.{number}.{name}" for number in range(2) for name in in_a_block]
    assert sorted(adapted_layers(distilbert)) == sorted(blocks)


@pytest.mark.parametrize("encoder", ["tiny_bert", "tiny_roberta"])
def test_of_others_attention_and_feed_forward_are_adapted_and_the_pooler_is_trained(encoder, request):
    model = build(request.getfixturevalue(encoder))
    names = adapted_layers(model)
    assert len(names) == 2 * 6
    assert {name.split(".")[-1] for name in names} == {"query", "key", "value", "dense"}
    before = {name for name, _ in model.named_parameters() if not name.startswith(model.base_model_prefix + ".enc")}
    add_adapters(model, LORA)
    trained = {name for name, parameter in model.named_parameters() if parameter.requires_grad}
    others = {name for name in trained if ".lora_" not in name}
    assert others == {name for name in before if "pool" in name or name.startswith("classifier")}


def test_adapters_change_nothing_at_the_start_and_only_they_and_the_head_are_trained(distilbert):
    before = logits(distilbert)
    add_adapters(distilbert, LORA)
    torch.testing.assert_close(logits(distilbert), before, rtol=0, atol=0)
    trained = [name for name, parameter in distilbert.named_parameters() if parameter.requires_grad]
    assert sum(".lora_A." in name for name in trained) == sum(".lora_B." in name for name in trained) == 12
    others = [name for name in trained if ".lora_" not in name and not name.startswith("pre_classifier.")]  # unused
    assert others == ["classifier.weight", "classifier.bias"]


def test_what_is_merged_is_what_was_trained_and_saves_as_a_plain_model(distilbert, tiny_distilbert, tmp_path):
    plain = set(distilbert.state_dict())
    add_adapters(distilbert, LORA)
    for name, parameter in distilbert.named_parameters():
        if ".lora_" in name:
            torch.nn.init.normal_(parameter, std=0.3)
    trained = logits(distilbert)
    assert (trained - logits(build(tiny_distilbert))).abs().max() > 0.01
    merge_adapters(distilbert)
    torch.testing.assert_close(logits(distilbert), trained)
    assert set(distilbert.state_dict()) == plain
    from transformers import AutoTokenizer

    with quiet_transformers():
        save_model(distilbert, AutoTokenizer.from_pretrained(tiny_distilbert), tmp_path)
    assert not any("lora" in name for name in load_file(tmp_path / "model.safetensors"))
    assert not (tmp_path / "adapter_config.json").exists()


def test_without_the_setting_nothing_is_adapted(distilbert):
    add_adapters(distilbert, TrainingConfig())
    assert not any("lora" in name for name, _ in distilbert.named_parameters())


def test_adapters_learn_faster_unless_a_rate_is_given(distilbert):
    encoder, head = resolve_learning_rates(distilbert, TrainingConfig())
    adapters, same = resolve_learning_rates(distilbert, LORA)
    assert adapters > encoder
    assert same == head
    assert resolve_learning_rates(distilbert, TrainingConfig(lora=True, learning_rate=3e-4))[0] == 3e-4


def test_an_encoder_without_linear_layers_is_refused():
    class Odd(torch.nn.Module):
        base_model_prefix = "odd"

    with pytest.raises(ConfigError, match=r"^lora: Odd has no linear layer in its encoder; train it without --lora$"):
        add_adapters(Odd(), LORA)


def test_a_rank_without_adapters_is_refused():
    with pytest.raises(ConfigError, match=r"^training\.lora_rank: goes with lora, got 8 without it$|^lora_rank: goes"):
        Config().override(lora_rank=8)


def test_a_missing_package_is_told_before_any_work(table, settings, tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "peft", None)
    with pytest.raises(MissingExtraError, match=r"needs peft, .* pip install 'multitag\[lora\]'"):
        multitag.train(table, out=tmp_path / "run", base_model="minilm", lora=True, **settings)
    assert not (tmp_path / "run").exists()


def test_the_linear_recipe_has_no_adapters(train_tiny, tmp_path):
    with pytest.raises(ConfigError, match="recipe linear: lora True would change nothing"):
        train_tiny(tmp_path / "run", recipe="linear", lora=True)


@pytest.mark.slow
def test_with_teacher_and_r_drop_it_resumes_bit_for_bit(tune, interrupt, tmp_path):
    changed = {"epochs": 2, "lora": True, "r_drop": 1.0, "teacher": 0.4}
    whole = tune(tmp_path / "whole", **changed)
    assert any("adapters of rank 16" in note for note in whole.notes)
    interrupt(6)
    with pytest.raises(KeyboardInterrupt):
        tune(tmp_path / "stopped", **changed)
    again = tune(tmp_path / "stopped", resume=True, **changed).fit.model.state_dict()
    assert all(torch.equal(again[name], tensor) for name, tensor in whole.fit.model.state_dict().items())
    assert not any("lora" in name for name in again)


@pytest.mark.slow
def test_with_folds_the_bundle_is_a_plain_folder(train_tiny, tmp_path):
    run = train_tiny(tmp_path / "run", folds=2, lora=True, lora_rank=2)
    tensors = load_file(run.bundle / "model" / "model.safetensors")
    assert not any("lora" in name or "base_layer" in name for name in tensors)
    assert len(multitag.load(run.bundle).predict(["A detective hunts a killer."])) == 1

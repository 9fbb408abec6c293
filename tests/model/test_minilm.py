"""The real MiniLM: 90 MB of weights, so few tests, all slow; its refusals are in test_base.py."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def base():
    from multitag.model.base import resolve_base_model

    return resolve_base_model("minilm")


@pytest.fixture(scope="module")
def model(base):
    import torch

    from multitag.labels import LabelSet
    from multitag.model.build import build_model

    torch.manual_seed(0)
    return build_model(base, LabelSet(("Comedy", "Drama", "War"))).eval()


@pytest.fixture(scope="module")
def inputs(base, texts):
    from multitag.model.build import load_tokenizer

    tokenizer = load_tokenizer(base, 256)
    return tokenizer(texts[:12], padding=True, truncation=True, return_tensors="pt", return_token_type_ids=False)


def test_rewritten_as_distilbert_its_hidden_states_are_those_of_the_bert(base, model, inputs):
    """In float64: what six layers round off in float32 differs between processors."""
    import copy

    import torch
    from transformers import BertModel

    from multitag.model.linear_head import fold_linear_head
    from multitag.quiet import quiet_transformers

    with quiet_transformers(), torch.no_grad():
        bert = BertModel.from_pretrained(base.folder).eval().double()
        expected = bert(**inputs).last_hidden_state
        # Of the stock class that leaves: in training, the last block is computed for [CLS] only.
        found = fold_linear_head(model).double().distilbert(**inputs).last_hidden_state
        trained = copy.deepcopy(model).double().distilbert(**inputs).last_hidden_state
    tokens = inputs["attention_mask"].bool()  # what stands on padding is never read
    assert (found - expected)[tokens].abs().max() < 1e-6
    assert expected[tokens].abs().max() > 1
    assert (trained[:, 0] - expected[:, 0]).abs().max() < 1e-6


def test_folded_its_probabilities_are_those_that_were_trained(model, inputs):
    import torch

    from multitag.model.linear_head import fold_linear_head

    with torch.no_grad():
        model.classifier.weight.normal_(0, 0.3, generator=torch.Generator().manual_seed(0))
        trained = model(**inputs).logits
        folded = fold_linear_head(model)(**inputs).logits
    assert (folded.sigmoid() - trained.sigmoid()).abs().max() < 2e-6
    assert trained.abs().max() > 1


def test_no_weight_is_left_out_or_made_up(base, model):
    from safetensors import safe_open

    with safe_open(base.folder / "model.safetensors", "pt") as file:
        original = sum(file.get_tensor(name).numel() for name in file.keys() if "pooler" not in name)  # noqa: SIM118
    segments = 2 * model.config.dim
    assert sum(each.numel() for each in model.distilbert.parameters()) == original - segments - _position_ids(
        base
    )


def _position_ids(base) -> int:
    from safetensors import safe_open

    with safe_open(base.folder / "model.safetensors", "pt") as file:
        return sum(file.get_tensor(name).numel() for name in file.keys() if "position_ids" in name)  # noqa: SIM118

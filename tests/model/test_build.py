from __future__ import annotations

import json
import shutil

import numpy as np
import pytest
import torch
from transformers import AutoModelForSequenceClassification, AutoTokenizer

from multitag.errors import BaseModelError
from multitag.labels import LabelSet
from multitag.model.base import resolve_base_model
from multitag.model.build import (
    build_model,
    classifier_layer,
    load_tokenizer,
    log_odds,
    longest_input,
    save_model,
    set_bias,
)
from multitag.model.linear_head import LinearHeadDistilBert
from multitag.quiet import quiet_transformers

NAMES = LabelSet(("Comedy", "Drama", "Kids & Family", "War"))
KINDS = ["tiny_distilbert", "tiny_bert", "tiny_roberta"]


@pytest.fixture(params=KINDS)
def base(request):
    return resolve_base_model(str(request.getfixturevalue(request.param)))


@pytest.fixture
def model(base):
    torch.manual_seed(0)
    with quiet_transformers():
        return build_model(base, NAMES)


def test_the_configuration_says_what_the_outputs_are(model):
    assert model.config.id2label == dict(enumerate(NAMES.names))
    assert model.config.label2id == NAMES.label2id
    assert model.config.num_labels == 4
    assert model.config.problem_type == "multi_label_classification"
    assert {parameter.dtype for parameter in model.parameters()} == {torch.float32}


def test_the_encoder_has_the_pretrained_weights(base, model):
    from safetensors.torch import load_file

    saved = load_file(base.folder / "model.safetensors")
    encoder = getattr(model, model.base_model_prefix).state_dict()
    assert all(torch.equal(encoder[name], tensor) for name, tensor in saved.items() if name in encoder)
    assert len(saved.keys() & encoder.keys()) == len(encoder.keys() - {"embeddings.position_ids"})


def test_distilbert_gets_the_linear_head_and_others_their_own(tiny_distilbert, tiny_bert):
    with quiet_transformers():
        assert type(build_model(resolve_base_model(str(tiny_distilbert)), NAMES)) is LinearHeadDistilBert
        other = build_model(resolve_base_model(str(tiny_bert)), NAMES)
    assert type(other).__name__ == "BertForSequenceClassification"


def test_the_bias_starts_at_each_labels_log_odds(model):
    y = np.array([[1, 1, 0, 0], [1, 0, 0, 0], [1, 0, 0, 1]])
    set_bias(model, log_odds(y))
    layer = classifier_layer(model)
    assert layer.out_features == 4
    smoothed = np.array([4, 2, 1, 2]) / 5  # a row with each label and one without more
    np.testing.assert_allclose(layer.bias.detach().sigmoid().numpy(), smoothed, atol=1e-6)


def test_saved_it_is_a_plain_folder_that_transformers_loads_to_the_same_logits(base, model, texts, tmp_path):
    tokenizer = load_tokenizer(base, 40)
    inputs = tokenizer(
        texts[:8], padding=True, truncation=True, return_tensors="pt", return_token_type_ids=False
    )
    with quiet_transformers(), torch.no_grad():
        save_model(model.eval(), tokenizer, tmp_path / "saved")
        loaded = AutoModelForSequenceClassification.from_pretrained(tmp_path / "saved").eval()
        assert (loaded(**inputs).logits.sigmoid() - model(**inputs).logits.sigmoid()).abs().max() < 2e-6
    assert sorted(each.name for each in (tmp_path / "saved").iterdir()) == [
        "config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json",
    ]  # fmt: skip
    saved = json.loads((tmp_path / "saved" / "tokenizer.json").read_text(encoding="utf-8"))
    assert saved["truncation"] is None
    assert saved["padding"] is None
    again = AutoTokenizer.from_pretrained(tmp_path / "saved")
    assert again.model_max_length == 40
    assert again(texts)["input_ids"] == AutoTokenizer.from_pretrained(base.folder)(texts)["input_ids"]


def test_the_longest_input_is_what_there_are_positions_for(base, model):
    longest = longest_input(base)
    assert longest == 64
    ids = torch.full((1, longest), 30)
    model.eval()(input_ids=ids, attention_mask=torch.ones_like(ids))
    with pytest.raises((IndexError, RuntimeError)):
        model(input_ids=torch.full((1, longest + 1), 30), attention_mask=torch.ones(1, longest + 1).long())
    assert load_tokenizer(base, 64).model_max_length == 64
    with pytest.raises(BaseModelError, match="max_length 65 is beyond the 64 tokens that"):
        load_tokenizer(base, 65)


def test_a_head_for_other_labels_is_replaced(base, texts, tmp_path):
    """So a model that was fine-tuned before, a bundle's too, can be the base of the next."""
    with quiet_transformers():
        before = build_model(base, LabelSet(("A", "B", "C")))
        save_model(before, load_tokenizer(base, 40), tmp_path / "before")
        after = build_model(resolve_base_model(str(tmp_path / "before")), NAMES)
    assert classifier_layer(after).out_features == 4
    prefix = after.base_model_prefix
    word = "embeddings.word_embeddings.weight"
    assert torch.equal(getattr(after, prefix).state_dict()[word], getattr(before, prefix).state_dict()[word])


def test_a_head_for_as_many_labels_is_where_training_goes_on_from(base, texts, tmp_path):
    tokenizer = load_tokenizer(base, 40)
    inputs = tokenizer(
        texts[:8], padding=True, truncation=True, return_tensors="pt", return_token_type_ids=False
    )
    with quiet_transformers(), torch.no_grad():
        before = build_model(base, NAMES).eval()
        save_model(before, tokenizer, tmp_path / "before")
        after = build_model(resolve_base_model(str(tmp_path / "before")), NAMES).eval()
        torch.testing.assert_close(after(**inputs).logits, before(**inputs).logits, rtol=0, atol=1e-5)


def test_the_same_seed_gives_the_same_head(base):
    heads = []
    for seed in (1, 1, 2):
        torch.manual_seed(seed)
        with quiet_transformers():
            heads.append(classifier_layer(build_model(base, NAMES)).weight)
    assert torch.equal(heads[0], heads[1])
    assert not torch.equal(heads[0], heads[2])


def test_what_transformers_cannot_build_is_one_line(tiny_bert, tmp_path):
    folder = shutil.copytree(tiny_bert, tmp_path / "odd")
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    for change in ({"model_type": "unheard-of"}, {"model_type": "whisper"}):
        (folder / "config.json").write_text(json.dumps(config | change), encoding="utf-8")
        with (
            quiet_transformers(),
            pytest.raises(BaseModelError, match="cannot make a text classifier") as caught,
        ):
            build_model(resolve_base_model(str(folder)), NAMES)
        assert "\n" not in str(caught.value)
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    (folder / "model.safetensors").write_bytes((folder / "model.safetensors").read_bytes()[:1000])
    with quiet_transformers(), pytest.raises(BaseModelError, match="cannot make a text classifier"):
        build_model(resolve_base_model(str(folder)), NAMES)


def test_a_folder_without_a_fast_tokenizer_or_padding_is_one_line(tiny_bert, tmp_path):
    folder = shutil.copytree(tiny_bert, tmp_path / "odd")
    settings = json.loads((folder / "tokenizer_config.json").read_text(encoding="utf-8"))
    (folder / "tokenizer_config.json").write_text(
        json.dumps(settings | {"pad_token": None}), encoding="utf-8"
    )
    with pytest.raises(BaseModelError, match="its tokenizer needs a padding token, or an end token"):
        load_tokenizer(resolve_base_model(str(folder)), 40)
    (folder / "tokenizer.json").unlink()
    with pytest.raises(BaseModelError, match=r"odd has no tokenizer; expected tokenizer\.json$"):
        load_tokenizer(resolve_base_model(str(folder)), 40)

"""The stock classes hold the mean over tokens and a linear head on it: against transformers' own models."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from transformers import AutoModelForSequenceClassification

from multitag.evaluation.log_odds import sigmoid
from multitag.labels import LabelSet
from multitag.model.base import resolve_base_model
from multitag.model.build import load_tokenizer, save_model, settle_padding
from multitag.model.features import frozen_features, pooled_features
from multitag.model.mean_block import build_pooled_model, refusal_to_pool, set_linear_head
from multitag.quiet import quiet_transformers

LENGTH = 40
N_TEXTS = 40  # more than a batch
NAMES = ("Action", "Comedy", "Drama", "War", "Western")


@pytest.fixture(params=["tiny_distilbert", "tiny_bert", "tiny_roberta"])
def base(request):
    return resolve_base_model(str(request.getfixturevalue(request.param)))


@pytest.fixture
def tokenizer(base):
    with quiet_transformers():
        return load_tokenizer(base, LENGTH)


@pytest.fixture
def pooled(base, tokenizer):
    """Return a function that builds the model for some labels."""

    def build(names=NAMES):
        with quiet_transformers():
            model = build_pooled_model(base, LabelSet(names))
        settle_padding(base, model, tokenizer)
        return model

    return build


@pytest.fixture
def tokens(tokenizer, texts):
    return [np.array(tokenizer(text, truncation=True, max_length=LENGTH)["input_ids"]) for text in texts[:N_TEXTS]]


def test_what_the_block_gives_is_the_centred_mean(base, pooled, tokenizer, tokens, texts):
    features = pooled_features(pooled(), tokens)
    mean = frozen_features(base, tokenizer, texts[:N_TEXTS], LENGTH, bf16=False)
    centred = mean - mean.mean(axis=1, keepdims=True)
    centred /= np.linalg.norm(centred, axis=1, keepdims=True)
    np.testing.assert_allclose(features, centred, atol=0.01)  # a thousandth of [CLS] is left
    assert (features * centred).sum(axis=1).min() > 0.9999
    np.testing.assert_allclose(features[0], pooled_features(pooled(), tokens[:1])[0], atol=1e-5)


@pytest.mark.parametrize("n_labels", [5, 20, 40])  # of more than 16, and of more than 32, DistilBERT folds otherwise
def test_the_stock_class_gives_the_probabilities_of_the_head(n_labels, pooled, tokenizer, tokens, tmp_path):
    model = pooled(tuple(f"label {number:02}" for number in range(n_labels)))
    features = pooled_features(model, tokens)
    rng = np.random.default_rng(0)
    weight, bias = 8 * rng.normal(size=(n_labels, features.shape[1])), rng.normal(size=n_labels)
    set_linear_head(model, weight, bias)
    with quiet_transformers():
        save_model(model, tokenizer, tmp_path)
        stock = AutoModelForSequenceClassification.from_pretrained(tmp_path).eval()
    expected = sigmoid(features @ weight.T + bias)
    with torch.no_grad():
        logits = [stock(torch.from_numpy(ids)[None]).logits[0].numpy() for ids in tokens]
    np.testing.assert_allclose(sigmoid(np.array(logits)), expected, atol=1e-4)
    assert np.ptp(expected) > 0.8


def test_what_cannot_hold_a_mean_is_named(base, tmp_path):
    assert refusal_to_pool(base) is None
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "mpnet"}), encoding="utf-8")
    other = replace(base, name="all-mpnet", folder=tmp_path)
    assert refusal_to_pool(other) == (
        "the base model 'all-mpnet' is of the kind 'mpnet', whose classifier cannot hold a mean over tokens"
    )

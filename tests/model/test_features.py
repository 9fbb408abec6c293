from __future__ import annotations

import numpy as np
import pytest
import torch
from transformers import AutoModel

from multitag.model.base import resolve_base_model
from multitag.model.build import load_tokenizer
from multitag.model.features import frozen_features
from multitag.quiet import quiet_transformers

LENGTH = 40


@pytest.fixture(params=["tiny_distilbert", "tiny_bert", "tiny_roberta"])
def base(request):
    return resolve_base_model(str(request.getfixturevalue(request.param)))


@pytest.fixture
def features(base):
    with quiet_transformers():
        tokenizer = load_tokenizer(base, LENGTH)
    return lambda texts, bf16=False: frozen_features(base, tokenizer, texts, LENGTH, bf16=bf16)


def test_they_are_the_mean_over_the_tokens_text_by_text(base, features, texts):
    with quiet_transformers():
        model, tokenizer = AutoModel.from_pretrained(base.folder).eval(), load_tokenizer(base, LENGTH)
    expected = []
    for text in texts[:40]:
        inputs = tokenizer(
            text, truncation=True, max_length=LENGTH, return_tensors="pt", return_token_type_ids=False
        )
        with torch.no_grad():
            expected.append(model(**inputs).last_hidden_state[0].mean(dim=0).numpy())
    expected /= np.linalg.norm(expected, axis=1, keepdims=True)
    np.testing.assert_allclose(features(texts[:40]), expected, atol=1e-5)


def test_they_are_of_length_1_and_in_the_order_of_the_texts(features, texts):
    found = features(texts)
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1, atol=1e-5)
    np.testing.assert_allclose(features(texts[::-1])[::-1], found, atol=1e-5)


def test_bf16_is_near(features, texts):
    found = features(texts, bf16=True)
    assert found.dtype == np.float32
    np.testing.assert_allclose((found * features(texts)).sum(axis=1), 1, atol=1e-3)


def test_at_the_time_given_it_gives_up(base, texts):
    with quiet_transformers():
        tokenizer = load_tokenizer(base, LENGTH)
    assert frozen_features(base, tokenizer, texts, LENGTH, bf16=False, clock=0.0) is None


def test_pairs_of_texts_are_two_segments(features):
    pair, joined, other = features([("A war.", "A love."), "A war. A love.", ("A war.", "A fog.")])
    assert not np.allclose(pair, other)
    assert pair.shape == joined.shape


@pytest.mark.slow
def test_minilms_features_tell_alike_texts_from_others():
    base = resolve_base_model("minilm")
    with quiet_transformers():
        tokenizer = load_tokenizer(base, 64)
    texts = ["A soldier fights in the war.", "Troops go to battle.", "Two lovers marry in spring."]
    war, battle, love = frozen_features(base, tokenizer, texts, 64, bf16=False)
    assert war @ battle > war @ love + 0.1

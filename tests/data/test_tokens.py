"""Flat arrays of tokens hold what the tokenizer gives, text by text."""

from __future__ import annotations

import numpy as np
import pytest
from transformers import AutoTokenizer

from multitag.data.tokens import TOKENIZER_BATCH, Tokens


@pytest.fixture(scope="module")
def tokenizer(tiny_distilbert):
    return AutoTokenizer.from_pretrained(tiny_distilbert)


def test_more_texts_than_are_tokenised_at_once_keep_their_order(tokenizer, texts):
    many = [f"{number} {texts[number % len(texts)]}" for number in range(2 * TOKENIZER_BATCH + 3)]
    tokens = Tokens.from_texts(many, tokenizer, 16)
    expected = tokenizer(many, truncation=True, max_length=16)["input_ids"]
    assert [tokens[index].tolist() for index in range(len(tokens))] == expected
    assert tokens[-1].tolist() == expected[-1]
    assert (tokens.ids.dtype, tokens.offsets.dtype) == (np.int32, np.int64)
    assert tokens.offsets[0] == 0
    assert tokens.offsets[-1] == len(tokens.ids) == sum(map(len, expected))


def test_the_tokens_that_occur(tokenizer, texts, monkeypatch):
    monkeypatch.setattr("multitag.data.tokens.IDS_AT_ONCE", 7)
    tokens = Tokens.from_texts(texts, tokenizer, 16)
    assert tokens.distinct().tolist() == sorted(set(tokens.ids.tolist()))
    assert Tokens.from_texts([], tokenizer, 8).distinct().tolist() == []


def test_a_row_that_is_not_there_is_an_index_error(tokenizer):
    tokens = Tokens.from_texts(["one", "two"], tokenizer, 8)
    with pytest.raises(IndexError):
        tokens[2]
    assert len(Tokens.from_texts([], tokenizer, 8)) == 0


def test_two_segments_are_one_row_with_a_mark_between_them(tokenizer):
    tokens = Tokens.from_texts([("two dogs", "a storm")], tokenizer, 32)
    assert tokens[0].tolist() == tokenizer("two dogs", "a storm")["input_ids"]
    assert tokens[0].tolist().count(tokenizer.sep_token_id) == 2


def test_byte_level_tokens_are_those_of_transformers(tiny_roberta, texts):
    tokenizer = AutoTokenizer.from_pretrained(tiny_roberta)
    tokens = Tokens.from_texts(texts[:50], tokenizer, 16)
    expected = tokenizer(texts[:50], truncation=True, max_length=16)["input_ids"]
    assert [tokens[index].tolist() for index in range(50)] == expected

from __future__ import annotations

import numpy as np
import pytest
import torch
from transformers import AutoTokenizer

from multitag.data.tokens import Tokens
from multitag.training.batches.padding import RoundedPadding, padded_length
from multitag.training.dataset import TextDataset


@pytest.fixture(scope="module")
def tokenizer(tiny_distilbert):
    return AutoTokenizer.from_pretrained(tiny_distilbert)


def test_lengths_are_few_and_a_little_longer():
    assert [padded_length(n, 512) for n in range(1, 65)] == [*range(1, 65)]
    rounded = {n: padded_length(n, 512) for n in range(65, 513)}
    assert len(set(rounded.values())) == 3 * 8
    assert all(n <= length <= n * 1.13 for n, length in rounded.items())
    assert {padded_length(n, 300) for n in range(289, 301)} == {300}  # no position that a model may not have


def test_a_batch_of_short_texts_is_as_long_as_its_longest(tokenizer, texts):
    y = np.eye(4, 3, dtype=int)
    dataset = TextDataset(Tokens.from_texts(texts[:4], tokenizer, 48), y)
    batch = RoundedPadding(tokenizer, 48)([dataset[index] for index in range(4)])
    lengths = dataset.lengths.tolist()
    assert batch["input_ids"].shape == (4, max(lengths))
    assert batch["attention_mask"].sum(dim=1).tolist() == lengths
    assert batch["labels"].dtype == torch.float32
    assert batch["labels"].tolist() == y.tolist()


def test_what_a_longer_one_is_padded_by_is_masked(tokenizer):
    dataset = TextDataset(Tokens.from_texts(["dog " * 80, "dog " * 70], tokenizer, 82), np.eye(2, dtype=int))
    lengths = dataset.lengths.tolist()
    rows = [dataset[index] for index in range(2)]
    batch = RoundedPadding(tokenizer, 100)(rows)
    assert batch["input_ids"].shape == (2, padded_length(max(lengths), 100))
    assert max(lengths) < batch["input_ids"].shape[1]
    for row, length in enumerate(lengths):
        assert batch["attention_mask"][row].tolist() == [1] * length + [0] * (batch["input_ids"].shape[1] - length)
        assert (batch["input_ids"][row, length:] == tokenizer.pad_token_id).all()
    assert RoundedPadding(tokenizer, max(lengths))(rows)["input_ids"].shape == (2, max(lengths))

from __future__ import annotations

import numpy as np
import pytest
import torch
from transformers import AutoTokenizer, DataCollatorWithPadding

from multitag.data.dataset import TOKENIZER_BATCH, TextDataset
from multitag.errors import DataError


@pytest.fixture(scope="module")
def tokenizer(tiny_distilbert):
    return AutoTokenizer.from_pretrained(tiny_distilbert)


def test_an_example_is_unpadded_ids_a_mask_of_ones_and_float_labels(tokenizer):
    y = np.array([[1, 0, 1], [0, 0, 0]])
    dataset = TextDataset(["two dogs", ""], y, tokenizer, 10)
    assert len(dataset) == 2
    assert dataset[0]["input_ids"] == tokenizer("two dogs")["input_ids"]
    assert dataset[0]["attention_mask"] == [1] * len(dataset[0]["input_ids"])
    assert dataset[0]["labels"] == [1.0, 0.0, 1.0]
    assert all(type(value) is float for value in dataset[0]["labels"])
    assert dataset[1]["input_ids"] == [tokenizer.cls_token_id, tokenizer.sep_token_id]


def test_long_texts_are_cut_special_tokens_counted(tokenizer):
    dataset = TextDataset(["dog " * 100], np.zeros((1, 2), dtype=int), tokenizer, 10)
    assert len(dataset[0]["input_ids"]) == 10
    assert dataset[0]["input_ids"][-1] == tokenizer.sep_token_id


def test_more_texts_than_are_tokenised_at_once_keep_their_order(tokenizer, texts):
    many = [f"{number} {texts[number % len(texts)]}" for number in range(2 * TOKENIZER_BATCH + 3)]
    dataset = TextDataset(many, np.zeros((len(many), 2), dtype=int), tokenizer, 16)
    assert dataset.input_ids == tokenizer(many, truncation=True, max_length=16)["input_ids"]


def test_the_collator_pads_to_the_batch_and_the_loss_takes_the_labels(tokenizer, texts):
    y = np.eye(4, 3, dtype=int)
    dataset = TextDataset(texts[:4], y, tokenizer, 48)
    batch = DataCollatorWithPadding(tokenizer)([dataset[index] for index in range(4)])
    lengths = [len(ids) for ids in dataset.input_ids]
    assert batch["input_ids"].shape == (4, max(lengths))
    assert batch["attention_mask"].sum(dim=1).tolist() == lengths
    assert batch["labels"].dtype == torch.float32
    assert batch["labels"].tolist() == y.tolist()


def test_a_row_of_labels_for_each_text(tokenizer):
    with pytest.raises(DataError, match="expected one row of labels a text, got 2 texts and 3 rows"):
        TextDataset(["a", "b"], np.zeros((3, 2), dtype=int), tokenizer, 8)

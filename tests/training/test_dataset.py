from __future__ import annotations

import numpy as np
import pytest
from transformers import AutoTokenizer

from multitag.data.tokens import Tokens
from multitag.errors import DataError
from multitag.training.dataset import TextDataset


@pytest.fixture(scope="module")
def tokenizer(tiny_distilbert):
    return AutoTokenizer.from_pretrained(tiny_distilbert)


def test_an_example_is_unpadded_ids_a_mask_of_ones_and_float_labels(tokenizer):
    y = np.array([[1, 0, 1], [0, 0, 0]])
    dataset = TextDataset(Tokens.from_texts(["two dogs", ""], tokenizer, 10), y)
    assert len(dataset) == 2
    assert dataset[0]["input_ids"] == tokenizer("two dogs")["input_ids"]
    assert dataset[0]["attention_mask"] == [1] * len(dataset[0]["input_ids"])
    assert dataset[0]["labels"] == [1.0, 0.0, 1.0]
    assert all(type(value) is float for value in dataset[0]["labels"])
    assert dataset[1]["input_ids"] == [tokenizer.cls_token_id, tokenizer.sep_token_id]


def test_long_texts_are_cut_special_tokens_counted(tokenizer):
    dataset = TextDataset(Tokens.from_texts(["dog " * 100], tokenizer, 10), np.zeros((1, 2), dtype=int))
    assert len(dataset[0]["input_ids"]) == 10
    assert dataset[0]["input_ids"][-1] == tokenizer.sep_token_id


def test_a_row_of_labels_for_each_text(tokenizer):
    with pytest.raises(DataError, match="expected one row of labels per text, got 2 texts and 3 rows"):
        TextDataset(Tokens.from_texts(["a", "b"], tokenizer, 8), np.zeros((3, 2), dtype=int))


def test_lengths_and_labels_are_small_arrays(tokenizer, texts):
    y = np.eye(len(texts), 3, dtype=np.int64)
    dataset = TextDataset(Tokens.from_texts(texts, tokenizer, 48), y)
    assert dataset.lengths.tolist() == [len(dataset[index]["input_ids"]) for index in range(len(dataset))]
    assert dataset.tokens.ids.dtype == np.int32
    assert dataset.y.dtype == np.int8
    assert (dataset.y == y).all()

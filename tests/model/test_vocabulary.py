from __future__ import annotations

import numpy as np
import pytest
import torch
from transformers import AutoModelForSequenceClassification

from multitag.model.vocabulary import UsedEmbedding, keep_used_tokens, restore_vocabulary


@pytest.fixture
def model(tiny_distilbert):
    return AutoModelForSequenceClassification.from_pretrained(tiny_distilbert, num_labels=3).eval()


USED = np.array([7, 3, 5, 3])


def test_the_model_computes_the_same_for_the_tokens_it_kept(model):
    ids = torch.tensor([[3, 5, 7, 0], [5, 5, 3, 7]])
    whole = model(input_ids=ids).logits
    keep_used_tokens(model, USED)
    assert model.get_input_embeddings().weight.shape == (4, model.config.dim)  # 0 is the padding
    assert torch.equal(model(input_ids=ids).logits, whole)


def test_a_token_that_was_not_kept_is_refused(model):
    keep_used_tokens(model, USED)
    with pytest.raises(IndexError):
        model(input_ids=torch.tensor([[3, 4]]))


def test_trained_rows_return_and_all_others_are_as_they_were(model):
    full = model.get_input_embeddings()
    before = full.weight.detach().clone()
    keep_used_tokens(model, USED)
    reduced = model.get_input_embeddings()
    assert isinstance(reduced, UsedEmbedding)
    with torch.no_grad():
        reduced.weight += 1
    restore_vocabulary(model)
    assert model.get_input_embeddings() is full
    changed = (full.weight != before).any(dim=1).nonzero().flatten().tolist()
    assert changed == [0, 3, 5, 7]
    assert torch.equal(full.weight[[0, 3, 5, 7]], before[[0, 3, 5, 7]] + 1)
    restore_vocabulary(model)  # nothing left to do
    assert model.get_input_embeddings() is full


def test_neither_the_whole_embedding_nor_the_lookup_is_saved_or_trained(model):
    keep_used_tokens(model, USED)
    names = [name for name in model.state_dict() if "word_embeddings" in name]
    assert names == ["distilbert.embeddings.word_embeddings.weight"]
    assert [name for name, _ in model.named_parameters() if "word_embeddings" in name] == names

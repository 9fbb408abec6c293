from __future__ import annotations

import numpy as np
import pytest
import torch
from transformers import DistilBertConfig, DistilBertForSequenceClassification

from multitag.model.linear_head import LinearHeadDistilBert, fold_linear_head, unfold_linear_head

DIM, LABELS = 32, 5
# Two hidden units a label fit; one a label; one a channel.
N_LABELS = [LABELS, DIM // 2, DIM // 2 + 1, DIM, DIM + 1, 3 * DIM]


@pytest.fixture
def model() -> LinearHeadDistilBert:
    return make_model(LABELS)


def make_model(n_labels: int) -> LinearHeadDistilBert:
    """A model whose last layer norm and head are as uneven as training could make them."""
    generator = torch.Generator().manual_seed(0)
    config = DistilBertConfig(
        vocab_size=100, dim=DIM, hidden_dim=64, n_layers=2, n_heads=2, num_labels=n_labels,
        problem_type="multi_label_classification",
    )  # fmt: skip
    model = LinearHeadDistilBert(config).eval()
    with torch.no_grad():
        norm = model.distilbert.transformer.layer[-1].output_layer_norm
        norm.weight.copy_(torch.randn(DIM, generator=generator) * 3)  # negative ones too
        norm.bias.copy_(torch.randn(DIM, generator=generator) * 3)
        model.classifier.weight.copy_(torch.randn(n_labels, DIM, generator=generator) * 0.3)
        model.classifier.bias.copy_(torch.randn(n_labels, generator=generator))
    return model


def batch(rows: int = 64, tokens: int = 20) -> dict[str, torch.Tensor]:
    ids = torch.randint(100, (rows, tokens), generator=torch.Generator().manual_seed(1))
    mask = (torch.arange(tokens) < torch.randint(1, tokens + 1, (rows, 1))).long()
    return {"input_ids": ids, "attention_mask": mask}


def test_the_head_is_one_linear_layer_on_cls(model):
    inputs = batch()
    with torch.no_grad():
        hidden = model.distilbert(**inputs).last_hidden_state[:, 0]
        expected = hidden @ model.classifier.weight.T + model.classifier.bias
        torch.testing.assert_close(model(**inputs).logits, expected)


def test_the_loss_is_the_mean_binary_cross_entropy(model):
    inputs = batch(rows=8)
    labels = (torch.rand(8, LABELS, generator=torch.Generator().manual_seed(2)) < 0.5).float()
    with torch.no_grad():
        output = model(**inputs, labels=labels)
        logits = output.logits.double().numpy()
    y = labels.numpy()
    entropy = np.logaddexp(0, logits) - y * logits
    assert output.loss.item() == pytest.approx(entropy.mean(), abs=1e-6)
    assert model(**inputs).loss is None


def test_the_unused_layer_does_not_train(model):
    frozen = {name for name, parameter in model.named_parameters() if not parameter.requires_grad}
    assert frozen == {"pre_classifier.weight", "pre_classifier.bias"}


@pytest.mark.parametrize("n_labels", N_LABELS)
def test_folded_the_stock_class_gives_the_same_probabilities(n_labels):
    model = make_model(n_labels)
    stock, inputs = fold_linear_head(model), batch()
    assert type(stock) is DistilBertForSequenceClassification
    assert not stock.training
    with torch.no_grad():
        difference = (stock(**inputs).logits.sigmoid() - model(**inputs).logits.sigmoid()).abs().max()
        assert model(**inputs).logits.abs().max() > 5  # far from one half for all
    assert difference < (2e-6 if 2 * n_labels <= DIM else 1e-5)


@pytest.mark.parametrize("scale", [1.0, 1e3, 1e6])
@pytest.mark.parametrize("n_labels", N_LABELS)
def test_folded_it_is_exact_for_hidden_states_at_the_bound(n_labels, scale):
    """The farthest a layer norm reaches: all variance in one dimension, whatever the size of its input."""
    model = make_model(n_labels)
    stock = fold_linear_head(model)
    norm = model.distilbert.transformer.layer[-1].output_layer_norm
    with torch.no_grad():
        hidden = norm(torch.cat([torch.eye(DIM), -torch.eye(DIM)]) * scale)  # (2 dim, dim)
        linear = model.classifier(hidden)
        before = stock.pre_classifier(hidden)  # (2 dim, dim)
        folded = stock.classifier(torch.relu(before))
        assert hidden.abs().max() > 10
        if 2 * n_labels <= DIM:
            signs = before[:, : 2 * n_labels].view(-1, 2, n_labels).sign()
            assert torch.equal(signs[:, 0], -signs[:, 1])  # what ReLU cuts of one unit, the other one has
        else:
            assert before.min() > -1e-4  # ReLU cuts nothing
    assert (folded.sigmoid() - linear.sigmoid()).abs().max() < (2e-6 if 2 * n_labels <= DIM else 1e-5)


@pytest.mark.parametrize("n_labels", [LABELS, DIM // 2 + 1])
def test_a_hidden_state_that_strains_one_label_most_is_not_cut(n_labels):
    """The offset of a label's unit is for the one direction in which a layer norm takes its logit farthest."""
    model = make_model(n_labels)
    stock = fold_linear_head(model)
    norm = model.distilbert.transformer.layer[-1].output_layer_norm
    with torch.no_grad():
        strained = model.classifier.weight * norm.weight  # (n_labels, dim)
        hidden = norm(1e3 * torch.cat([strained, -strained]))
        linear = model.classifier(hidden)
        folded = stock.classifier(torch.relu(stock.pre_classifier(hidden)))
        assert linear.abs().max() > 20
    torch.testing.assert_close(folded, linear, rtol=0, atol=1e-4)


@pytest.mark.parametrize("n_labels", N_LABELS)
def test_unfolded_it_is_the_layer_that_was_trained(n_labels):
    model, again = make_model(n_labels), make_model(n_labels)
    again.load_state_dict(fold_linear_head(model).state_dict())
    unfold_linear_head(again)
    torch.testing.assert_close(again.classifier.weight, model.classifier.weight, rtol=0, atol=1e-6)
    torch.testing.assert_close(again.classifier.bias, model.classifier.bias, rtol=0, atol=1e-4)


def test_folding_leaves_the_trained_model_as_it_was(model):
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    stock = fold_linear_head(model)
    with torch.no_grad():
        for parameter in stock.parameters():
            parameter.zero_()
    after = model.state_dict()
    assert all(torch.equal(before[name], after[name]) for name in before)

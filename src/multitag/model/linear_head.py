"""A plain linear head on [CLS], trained as such and held exactly in the stock DistilBERT class.

The stock head is ``classifier(relu(pre_classifier(h)))``: on small data its random extra layer costs quality
(measured on IMDB: macro AP 0.47 against 0.57). ``classifier(h)`` alone is trained instead. To leave as a file
that transformers' own loader understands, it is folded: ``pre_classifier`` becomes the identity plus a bias
``c`` so large that ``h + c`` is never negative; ReLU then does nothing, ``classifier`` takes ``W c`` back.
"""

from __future__ import annotations

from typing import Any, cast

import torch
from torch import nn
from transformers import DistilBertForSequenceClassification
from transformers.modeling_outputs import SequenceClassifierOutput
from transformers.models.distilbert.modeling_distilbert import TransformerBlock

# Of the head's inputs, while training. Measured on IMDB, where 0, 0.2 and 0.5 were tried: docs/experiments.md.
HEAD_DROPOUT = 0.5


class FirstTokenBlock(TransformerBlock):  # type: ignore[no-untyped-call]  # by transformers
    """A transformer block that computes its output for [CLS] only, the one token that the head reads.

    The other tokens need keys and values here, and no query, output or feed-forward: a sixth of the block's
    arithmetic is left. With it a training step of a six-layer model is 11% to 17% faster (docs/performance.md).
    """

    def forward(
        self, hidden_states: torch.Tensor, attention_mask: torch.Tensor | None = None, **kwargs: Any
    ) -> torch.Tensor:
        """Compute the block.

        Parameters
        ----------
        hidden_states : Tensor of float, shape (batch, tokens, dim)
        attention_mask : Tensor, shape (batch, 1, tokens, tokens), optional
            As transformers makes it for its SDPA attention.

        Returns
        -------
        Tensor of float, shape (batch, 1, dim)
        """
        attention, first = self.attention, hidden_states[:, :1]
        batch, _, dim = hidden_states.shape
        heads = (batch, -1, attention.n_heads, attention.attention_head_size)
        context = nn.functional.scaled_dot_product_attention(
            attention.q_lin(first).view(heads).transpose(1, 2),  # (batch, heads, 1, head_dim)
            attention.k_lin(hidden_states).view(heads).transpose(1, 2),  # (batch, heads, tokens, head_dim)
            attention.v_lin(hidden_states).view(heads).transpose(1, 2),
            attn_mask=None if attention_mask is None else attention_mask[:, :, :1],
            dropout_p=attention.dropout.p if self.training else 0.0,
        )  # (batch, heads, 1, head_dim)
        attended = attention.out_lin(context.transpose(1, 2).reshape(batch, 1, dim))
        attended = self.sa_layer_norm(attended + first)
        output: torch.Tensor = self.output_layer_norm(self.ffn(attended) + attended)
        return output


class LinearHeadDistilBert(DistilBertForSequenceClassification):  # type: ignore[no-untyped-call]  # by transformers
    """DistilBERT with one linear layer on [CLS]; same parameters and names as the stock class."""

    def __init__(self, config: Any) -> None:
        super().__init__(config)
        self.dropout = nn.Dropout(HEAD_DROPOUT)
        self.distilbert.transformer.layer[-1] = FirstTokenBlock(config)
        for parameter in self.pre_classifier.parameters():
            parameter.requires_grad_(False)  # it has no part in this forward pass

    def forward(
        self,
        input_ids: torch.Tensor,
        attention_mask: torch.Tensor | None = None,
        labels: torch.Tensor | None = None,
    ) -> SequenceClassifierOutput:
        """Compute logits and, with labels, the mean binary cross-entropy.

        Parameters
        ----------
        input_ids, attention_mask : Tensor of int64, shape (batch, tokens)
        labels : Tensor of float32, shape (batch, n_labels), optional
        """
        encoded = self.distilbert(input_ids=input_ids, attention_mask=attention_mask)
        hidden = encoded.last_hidden_state[:, 0]  # (batch, dim), all that the last block gives
        logits = self.classifier(self.dropout(hidden))  # (batch, n_labels)
        loss = None if labels is None else nn.functional.binary_cross_entropy_with_logits(logits, labels)
        return SequenceClassifierOutput(loss=loss, logits=logits)


@torch.no_grad()
def fold_linear_head(model: LinearHeadDistilBert) -> DistilBertForSequenceClassification:
    """Give the stock model that computes the same logits.

    A layer norm's output in dimension i is at most ``|gamma_i| sqrt(dim - 1) + |beta_i|`` in size, whatever
    the text: that bound is the bias c, so the result is exact for every input and not only for those seen.

    Parameters
    ----------
    model : LinearHeadDistilBert

    Returns
    -------
    DistilBertForSequenceClassification
        In evaluation mode, sharing no weights with ``model``. Logits are equal to within float32 rounding
        (below 1e-5 in probability).
    """
    stock = DistilBertForSequenceClassification(model.config)
    stock.load_state_dict(model.state_dict())
    norm = cast("nn.LayerNorm", model.distilbert.transformer.layer[-1].output_layer_norm)
    dim = norm.weight.shape[0]
    bound = norm.weight.abs() * (dim - 1) ** 0.5 + norm.bias.abs()  # (dim,)
    stock.pre_classifier.weight.copy_(torch.eye(dim))
    stock.pre_classifier.bias.copy_(bound)
    weight = model.classifier.weight.double()
    stock.classifier.bias.copy_((model.classifier.bias.double() - weight @ bound.double()).float())
    stock.train(mode=False)
    return stock

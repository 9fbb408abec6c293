"""A plain linear head on [CLS], trained as such and held exactly in the stock DistilBERT class.

The stock head is ``classifier(relu(pre_classifier(h)))``: on small data its random extra layer costs quality
(measured on IMDB: macro AP 0.47 against 0.57). ``classifier(h)`` alone is trained instead. To leave as a file
that transformers' own loader understands, it is folded: each logit ``z`` becomes two hidden units, and
``relu(z) - relu(-z)`` is ``z`` to the last bit.
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
    """Return the stock model that computes the same logits, for every input and not only for those seen.

    Parameters
    ----------
    model : LinearHeadDistilBert

    Returns
    -------
    DistilBertForSequenceClassification
        In evaluation mode, sharing no weights with ``model``. With at most dim / 2 labels it rounds as ``model``
        does (below 1e-6 in probability); with up to dim labels the difference stays below 5e-6, and beyond below
        1e-4, as an offset takes the last bits (measured with minilm and a head of weights as large as 0.3).
    """
    stock = DistilBertForSequenceClassification(model.config)
    stock.load_state_dict(model.state_dict())
    norm = cast("nn.LayerNorm", model.distilbert.transformer.layer[-1].output_layer_norm)
    rows, offsets, columns = _hidden_units(
        model.classifier.weight.double(), norm.weight.double(), norm.bias.double()
    )
    n_units = len(rows)
    for parameter in (*stock.pre_classifier.parameters(), stock.classifier.weight):
        parameter.zero_()  # the units that are left over
    stock.pre_classifier.weight[:n_units].copy_(rows)
    stock.pre_classifier.bias[:n_units].copy_(offsets)
    stock.classifier.weight[:, :n_units].copy_(columns)
    taken_back = columns @ stock.pre_classifier.bias[:n_units].double()
    stock.classifier.bias.copy_(model.classifier.bias.double() - taken_back)
    stock.train(mode=False)
    return stock


def _hidden_units(
    weight: torch.Tensor, gain: torch.Tensor, shift: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Write ``weight @ h`` as ``columns @ (relu(rows @ h + offsets) - offsets)`` with at most dim units.

    Two units a logit need no offset. Where they do not fit, one unit a logit, or one a channel of ``h``, gets an
    offset so large that ReLU does nothing: ``h`` is a layer norm's output ``gain * x + shift`` with x of mean 0 and
    length sqrt(dim) at most, so ``row @ h`` is at most ``|gain * row - its mean| sqrt(dim) + |row @ shift|`` in size.

    Parameters
    ----------
    weight : Tensor of float64, shape (n_labels, dim)
    gain, shift : Tensor of float64, shape (dim,)

    Returns
    -------
    tuple of Tensor
        Rows (n_units, dim), offsets (n_units,) and columns (n_labels, n_units).
    """
    n_labels, dim = weight.shape
    logits = torch.eye(n_labels, dtype=weight.dtype)
    if 2 * n_labels <= dim:
        rows, columns = torch.cat([weight, -weight]), torch.cat([logits, -logits], dim=1)
        return rows, torch.zeros(len(rows), dtype=weight.dtype), columns
    rows, columns = (weight, logits) if n_labels <= dim else (torch.eye(dim, dtype=weight.dtype), weight)
    scaled = rows * gain
    reach = (scaled - scaled.mean(dim=1, keepdim=True)).norm(dim=1) * dim**0.5  # (n_units,)
    return rows, reach + (rows @ shift).abs(), columns


@torch.no_grad()
def unfold_linear_head(model: LinearHeadDistilBert) -> None:
    """Turn a folded head that was loaded from a file back into the one linear layer, in place.

    Parameters
    ----------
    model : LinearHeadDistilBert
        With ``pre_classifier`` and ``classifier`` both from the file. A head that was never folded stays as it is.
    """
    inner, outer = model.pre_classifier, model.classifier
    n_labels, dim = outer.weight.shape
    if n_labels <= dim and torch.equal(outer.weight[:, :n_labels], torch.eye(n_labels)):  # units of labels
        outer.weight.copy_(inner.weight[:n_labels])
        outer.bias.add_(inner.bias[:n_labels])
    elif torch.equal(inner.weight, torch.eye(dim)):  # units of channels
        outer.bias.add_((outer.weight.double() @ inner.bias.double()).float())

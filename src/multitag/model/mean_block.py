"""The mean over tokens, held exactly in the stock classes: one more block, which attends evenly.

A linear head on a frozen encoder reads the mean of its tokens, and the stock classes read [CLS]. One more block of the
same kind makes [CLS] that mean. Its queries and keys are zero, so that every token has the same share; its values are
the tokens themselves; what comes out is a thousand times their mean, beside which the old [CLS], that the block adds,
is a thousandth, and the layer norm after it takes the size away; its feed-forward gives zero. What is left is the mean,
centred over the channels and of length sqrt(dim), and a head that is fitted on it leaves as a file that transformers'
own loader and pipeline understand.

DistilBERT's head is folded as after fine-tuning. That of BERT and RoBERTa has a tanh within, which passes small numbers
as they are: they go through it at a four-thousandth of their size.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import torch
from torch import nn
from transformers.models.distilbert.modeling_distilbert import TransformerBlock

from multitag.model.build import build_model, classifier_layer
from multitag.model.linear_head import FirstTokenBlock, LinearHeadDistilBert

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from transformers import PreTrainedModel

    from multitag.labels import LabelSet
    from multitag.model.base import BaseModel

# Powers of two, by which floats are multiplied exactly. A mean times the first still fits float16.
LOUDNESS = 2.0**10
THROUGH_TANH = 2.0**-12  # tanh(z) is z (1 - z^2 / 3): at a length of sqrt(768) in one channel it errs by 2e-5


@dataclass(frozen=True)
class _Parts:
    """Names of a kind of model's parts: of its list of blocks, within a block, and of what stands before its logits."""

    blocks: str
    queries_and_keys: tuple[str, str]
    values: str
    attended: str
    widened: str
    narrowed: str
    norms: tuple[str, str]
    before_tanh: str | None = None


_DISTILBERT = _Parts(
    "distilbert.transformer.layer", ("attention.q_lin", "attention.k_lin"), "attention.v_lin", "attention.out_lin",
    "ffn.lin1", "ffn.lin2", ("sa_layer_norm", "output_layer_norm"),
)  # fmt: skip


def _like_bert(prefix: str, before_tanh: str) -> _Parts:
    return _Parts(
        f"{prefix}.encoder.layer", ("attention.self.query", "attention.self.key"), "attention.self.value",
        "attention.output.dense", "intermediate.dense", "output.dense",
        ("attention.output.LayerNorm", "output.LayerNorm"), before_tanh,
    )  # fmt: skip


_PARTS = {
    "distilbert": _DISTILBERT,
    "bert": _like_bert("bert", "bert.pooler.dense"),
    **{kind: _like_bert("roberta", "classifier.dense") for kind in ("roberta", "xlm-roberta", "camembert")},
}


def refusal_to_pool(base: BaseModel) -> str | None:
    """Say why a base model's stock class cannot hold a mean over tokens; None where it can.

    MPNet and DeBERTa attend by distance too, ALBERT has one block for all layers, and ModernBERT norms what a block
    reads, not what it gives.
    """
    kind = _kind(base)
    if kind in _PARTS:
        return None
    return f"the base model {base.name!r} is of the kind {kind!r}, whose classifier cannot hold a mean over tokens"


@torch.no_grad()
def build_pooled_model(base: BaseModel, label_set: LabelSet) -> PreTrainedModel:
    """Put the block and a fresh head on pretrained weights.

    Parameters
    ----------
    base : BaseModel
        With no :func:`refusal_to_pool`.
    label_set : LabelSet

    Returns
    -------
    PreTrainedModel
        In evaluation mode. The first of ``last_hidden_state`` of its encoder is the mean over the tokens, centred and
        of length sqrt(dim); :func:`set_linear_head` puts a head on it.

    Raises
    ------
    BaseModelError
        As :func:`~multitag.model.build.build_model`.
    """
    model = build_model(base, label_set)
    parts = _PARTS[_kind(base)]
    blocks = cast("nn.ModuleList", model.get_submodule(parts.blocks))
    config: Any = model.config
    if isinstance(model, LinearHeadDistilBert):
        whole = TransformerBlock(config)  # the block that was the last is needed for all tokens now
        whole.load_state_dict(blocks[-1].state_dict())
        blocks[-1] = whole
        added: nn.Module = FirstTokenBlock(config)
        config.n_layers += 1
    else:
        added = type(blocks[-1])(config)
        config.num_hidden_layers += 1
    _attend_evenly(added, parts)
    blocks.append(added)
    model.train(mode=False)
    return model


def _attend_evenly(block: nn.Module, parts: _Parts) -> None:
    for parameter in block.parameters():
        parameter.zero_()
    for name in parts.norms:
        cast("nn.LayerNorm", block.get_submodule(name)).weight.fill_(1.0)
    for name, size in ((parts.values, 1.0), (parts.attended, LOUDNESS)):
        cast("nn.Linear", block.get_submodule(name)).weight.fill_diagonal_(size)


@torch.no_grad()
def set_linear_head(model: PreTrainedModel, weight: NDArray[np.floating], bias: NDArray[np.floating]) -> None:
    """Let a model of :func:`build_pooled_model` give ``weight @ features + bias`` as its logits.

    Parameters
    ----------
    model : PreTrainedModel
        Changed in place.
    weight : ndarray of float, shape (n_labels, dim)
        For features as :func:`~multitag.model.features.pooled_features` returns them, of length 1.
    bias : ndarray of float, shape (n_labels,)
    """
    before = _PARTS[model.config.model_type].before_tanh
    size = float(weight.shape[1]) ** 0.5  # of what the block gives
    if before is not None:
        inner = cast("nn.Linear", model.get_submodule(before))
        inner.weight.zero_().fill_diagonal_(THROUGH_TANH)
        inner.bias.zero_()
        size *= THROUGH_TANH
    outer = classifier_layer(model)
    outer.weight.copy_(torch.from_numpy(weight / size))
    outer.bias.copy_(torch.from_numpy(bias))


def _kind(base: BaseModel) -> str:
    if base.name == "minilm":
        return "distilbert"
    return str(json.loads((base.folder / "config.json").read_text(encoding="utf-8")).get("model_type"))

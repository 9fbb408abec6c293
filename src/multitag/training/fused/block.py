"""Blocks that train by the passes of this room, and blocks as they were again."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn
from transformers import PreTrainedModel
from transformers.models.distilbert.modeling_distilbert import Embeddings, TransformerBlock

from multitag.training.fused.attention import AttentionPass
from multitag.training.fused.dropout import CheapDropout
from multitag.training.fused.feed_forward import FeedForwardPass
from multitag.training.fused.weights import Bf16Weights


class FusedBlock(TransformerBlock):  # type: ignore[no-untyped-call]  # by transformers
    """A transformer block of DistilBERT that trains with fewer passes over memory; otherwise it is what it was.

    Its parameters are those of the stock block, in fp32, and so are checkpoints. What is rounded to bfloat16 is what
    autocast rounds: the operands of products; sums and norms are in fp32.
    """

    def forward(
        self, hidden_states: torch.Tensor, attention_mask: torch.Tensor | None = None, **kwargs: Any
    ) -> torch.Tensor:
        """Compute the block, (batch, tokens, dim) to the same; the arguments are those of the stock block."""
        if not self.training:
            output: torch.Tensor = super().forward(hidden_states, attention_mask, **kwargs)
            return output
        weights = self.up_to_date_weights()
        bias = None
        if attention_mask is not None:
            row = attention_mask[:, :, :1]  # every query has the same mask: (batch, 1, 1, tokens) of bool
            bias = torch.zeros(row.shape, dtype=torch.bfloat16).masked_fill_(~row, -torch.inf)
        with torch.autocast("cpu", enabled=False):
            attention = self.attention
            attended = AttentionPass.apply(  # type: ignore[no-untyped-call]
                hidden_states, bias, weights, attention.n_heads, attention.dropout.p, *weights.of_attention
            )
            passed: torch.Tensor = FeedForwardPass.apply(  # type: ignore[no-untyped-call]
                attended, weights, self.ffn.dropout.p, *weights.of_ffn
            )
        return passed.view(hidden_states.shape)

    def up_to_date_weights(self) -> Bf16Weights:
        """Return the weights in bfloat16; they belong to no state of the model."""
        weights: Bf16Weights | None = self.__dict__.get("bf16_weights")
        if weights is None:
            weights = self.__dict__["bf16_weights"] = Bf16Weights(self)
        weights.refresh()
        return weights


def fuse_blocks(model: PreTrainedModel) -> int:
    """Have a model's stock blocks of DistilBERT train by the passes of this room, in place, and its embeddings drop so.

    Blocks of other kinds stay as they are, and so do those with adapters, frozen parts or another activation.

    Parameters
    ----------
    model : PreTrainedModel
        On the CPU, with its weights in fp32, to be trained in bfloat16.

    Returns
    -------
    int
        How many blocks there were.
    """
    config = model.config
    if getattr(config, "activation", None) != "gelu" or config._attn_implementation != "sdpa":
        return 0
    blocks = [module for module in model.modules() if type(module) is TransformerBlock and _is_plain(module)]
    for block in blocks:
        block.__class__ = FusedBlock  # the same parameters, another pass
    for module in model.modules():
        if blocks and type(module) is Embeddings and type(module.dropout) is nn.Dropout:
            module.dropout.__class__ = CheapDropout
    return len(blocks)


def restore_blocks(model: PreTrainedModel) -> None:
    """Undo :func:`fuse_blocks`."""
    for module in model.modules():
        if type(module) is FusedBlock:
            module.__dict__.pop("bf16_weights", None)
            module.__class__ = TransformerBlock  # type: ignore[assignment]
        elif type(module) is CheapDropout:
            module.__class__ = nn.Dropout  # type: ignore[assignment]


def _is_plain(block: TransformerBlock) -> bool:
    """Whether a block has no adapters and no frozen parts."""
    attention, ffn = block.attention, block.ffn
    layers = (attention.q_lin, attention.k_lin, attention.v_lin, attention.out_lin, ffn.lin1, ffn.lin2)
    learning = all(parameter.requires_grad for parameter in block.parameters())
    return learning and all(type(layer) is nn.Linear for layer in layers)

"""A block's weights in bfloat16, cast into the same memory in each pass."""

from __future__ import annotations

from itertools import chain
from typing import Any

import torch
from torch import nn


class Bf16Weights:
    """The weights of a block's linear layers in bfloat16; those of query, key and value are one matrix.

    Parameters
    ----------
    block : TransformerBlock
        Whose weights, in fp32, are the ones that learn.
    """

    def __init__(self, block: Any) -> None:
        attention, ffn = block.attention, block.ffn
        self.projections: tuple[nn.Linear, ...] = (attention.q_lin, attention.k_lin, attention.v_lin)
        self.others: tuple[nn.Linear, ...] = (attention.out_lin, ffn.lin1, ffn.lin2)
        self.norms: tuple[nn.LayerNorm, ...] = (block.sa_layer_norm, block.output_layer_norm)
        dim = attention.dim
        self.qkv = _Layer(torch.empty(3 * dim, dim, dtype=torch.bfloat16))
        self.out, self.lin1, self.lin2 = (
            _Layer(torch.empty(layer.weight.shape, dtype=torch.bfloat16)) for layer in self.others
        )

    def refresh(self) -> None:
        """Copy the weights: torch's fused optimisers change them without a trace in their version."""
        sources = [*self._sources("weight"), *self._sources("bias")]
        layers = (self.out, self.lin1, self.lin2)
        targets = [
            *self.qkv.weight.chunk(3), *(layer.weight for layer in layers),
            *self.qkv.bias.chunk(3), *(layer.bias for layer in layers),
        ]  # fmt: skip
        with torch.no_grad():
            torch._foreach_copy_(targets, sources)

    def _sources(self, name: str) -> list[torch.Tensor]:
        return [getattr(layer, name) for layer in (*self.projections, *self.others)]

    @property
    def of_attention(self) -> list[nn.Parameter]:
        """What learns in the attention, in the order of :class:`~multitag.training.fused.attention.AttentionPass`."""
        return _parameters(*self.projections, self.others[0], self.norms[0])

    @property
    def of_ffn(self) -> list[nn.Parameter]:
        """What learns after it, in the order of :class:`~multitag.training.fused.feed_forward.FeedForwardPass`."""
        return _parameters(*self.others[1:], self.norms[1])


def _parameters(*layers: nn.Linear | nn.LayerNorm) -> list[nn.Parameter]:
    return list(chain.from_iterable(layer.parameters() for layer in layers))  # each has a weight, then a bias


class _Layer:
    def __init__(self, weight: torch.Tensor) -> None:
        self.weight, self.bias = weight, weight.new_empty(len(weight))  # (n_out, n_in), (n_out,)

"""The first half of a block: attention, added to its input and normalised, as one step of autograd."""

from __future__ import annotations

from typing import Any

import torch
from torch.autograd.function import once_differentiable
from torch.nn.functional import linear

from multitag.training.fused.dropout import KeepMask
from multitag.training.fused.layers import linear_gradients, norm, norm_gradients
from multitag.training.fused.weights import Bf16Weights


class AttentionPass(torch.autograd.Function):
    """``norm(x + out(softmax(q k' / sqrt(d) + bias) v))`` with dropout on the softmax."""

    @staticmethod
    def forward(
        ctx: Any, x: torch.Tensor, bias: torch.Tensor | None, weights: Bf16Weights, n_heads: int, dropout: float,
        *parameters: torch.Tensor,
    ) -> torch.Tensor:  # fmt: skip
        """Compute the half block.

        Parameters
        ----------
        ctx : object
            Autograd's.
        x : Tensor of float32, shape (batch, tokens, dim)
        bias : Tensor of bfloat16, shape (batch, 1, 1, tokens), optional
            0 where there is a token, minus infinity where there is padding.
        weights : Bf16Weights
            Up to date.
        n_heads : int
        dropout : float
            Probability of an attention weight to be dropped.
        *parameters : Tensor of float32
            :attr:`Bf16Weights.of_attention`.

        Returns
        -------
        Tensor of float32, shape (batch * tokens, dim)
        """
        batch, tokens, dim = x.shape
        shape = (batch, n_heads, tokens, dim // n_heads)
        rows = x.reshape(-1, dim)  # (batch * tokens, dim)
        inputs = rows.bfloat16()
        heads = _split(linear(inputs, weights.qkv.weight, weights.qkv.bias), shape)  # (3, batch * n_heads, tokens, d)
        query, key, value = heads
        scale = shape[-1] ** -0.5
        scores = _product(query, key.transpose(1, 2), scale)  # (batch * n_heads, tokens, tokens)
        if bias is not None:
            scores.view(batch, n_heads, tokens, tokens).add_(bias)
        attended = torch.softmax(scores, dim=-1)
        kept, thinned, gain = None, attended, 1.0
        if dropout:
            kept = KeepMask(tuple(attended.shape), dropout)
            thinned, gain = kept.apply_(attended.clone()), kept.scale
        context = _join(_product(thinned, value, gain), shape)  # (batch * tokens, dim)
        summed = rows + linear(context, weights.out.weight, weights.out.bias)
        gamma, beta = parameters[-2:]
        output, means, rstds = norm(summed, gamma, beta)
        ctx.save_for_backward(inputs, heads, attended, thinned, context, summed, means, rstds, gamma, beta)
        ctx.others = weights, kept, gain, scale, shape
        return output

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *gradients: torch.Tensor) -> Any:
        """Return the gradients of x and of the parameters."""
        inputs, heads, attended, thinned, context, summed, means, rstds, gamma, beta = ctx.saved_tensors
        weights, kept, gain, scale, shape = ctx.others
        batch, _, tokens, _ = shape
        of_sum, *of_norm = norm_gradients(gradients[0], summed, means, rstds, gamma, beta)
        of_attention = of_sum.bfloat16()
        of_out = linear_gradients(of_attention, context)
        of_context = _split(of_attention @ weights.out.weight, shape)[0]  # (batch * n_heads, tokens, d)
        query, key, value = heads
        of_heads = torch.empty_like(heads)
        _product(thinned.transpose(1, 2), of_context, gain, of_heads[2])
        of_attended = _product(of_context, value.transpose(1, 2), gain)
        if kept is not None:
            kept.apply_(of_attended)
        of_scores = torch._softmax_backward_data(of_attended, attended, -1, torch.bfloat16)
        _product(of_scores, key, scale, of_heads[0])
        _product(of_scores.transpose(1, 2), query, scale, of_heads[1])
        of_qkv = _join(of_heads, shape)  # (batch * tokens, 3 * dim)
        weight, bias = linear_gradients(of_qkv, inputs)
        of_projections = [part for pair in zip(weight.chunk(3), bias.chunk(3), strict=True) for part in pair]
        of_x = of_sum + of_qkv @ weights.qkv.weight
        return of_x.view(batch, tokens, -1), None, None, None, None, *of_projections, *of_out, *of_norm


def _split(rows: torch.Tensor, shape: tuple[int, int, int, int]) -> torch.Tensor:
    """Turn (batch * tokens, n * dim) into (n, batch * n_heads, tokens, head_dim)."""
    batch, n_heads, tokens, size = shape
    split = rows.view(batch, tokens, -1, n_heads, size).permute(2, 0, 3, 1, 4)
    return split.reshape(-1, batch * n_heads, tokens, size)


def _join(heads: torch.Tensor, shape: tuple[int, int, int, int]) -> torch.Tensor:
    """Turn (n, batch * n_heads, tokens, head_dim) back into (batch * tokens, n * dim)."""
    batch, n_heads, tokens, size = shape
    joined = heads.view(-1, batch, n_heads, tokens, size).permute(1, 3, 0, 2, 4)
    return joined.reshape(batch * tokens, -1)


def _product(one: torch.Tensor, other: torch.Tensor, scale: float, out: torch.Tensor | None = None) -> torch.Tensor:
    """Multiply matrices, many at once, and scale the products in the same pass."""
    return torch.baddbmm(one.new_empty(1), one, other, beta=0, alpha=scale, out=out)

"""The second half of a block: two linear layers, added to their input and normalised, as one step of autograd."""

from __future__ import annotations

from typing import Any

import torch
from torch.autograd.function import once_differentiable
from torch.nn.functional import gelu, linear

from multitag.training.fused.dropout import KeepMask
from multitag.training.fused.layers import linear_gradients, norm, norm_gradients
from multitag.training.fused.weights import Bf16Weights


class FeedForwardPass(torch.autograd.Function):
    """``norm(x + dropout(lin2(gelu(lin1(x)))))``."""

    @staticmethod
    def forward(
        ctx: Any, x: torch.Tensor, weights: Bf16Weights, dropout: float, *parameters: torch.Tensor
    ) -> torch.Tensor:
        """Compute the half block.

        Parameters
        ----------
        ctx : object
            Autograd's.
        x : Tensor of float32, shape (n, dim)
        weights : Bf16Weights
            Up to date.
        dropout : float
            Probability of an output of the second layer to be dropped.
        *parameters : Tensor of float32
            :attr:`Bf16Weights.of_ffn`.

        Returns
        -------
        Tensor of float32, shape (n, dim)
        """
        inputs = x.bfloat16()
        hidden = linear(inputs, weights.lin1.weight, weights.lin1.bias)  # (n, hidden_dim)
        active = gelu(hidden)
        added = linear(active, weights.lin2.weight, weights.lin2.bias)  # (n, dim)
        kept = KeepMask(tuple(added.shape), dropout) if dropout else None
        gain = 1.0 if kept is None else kept.scale
        summed = torch.add(x, added if kept is None else kept.apply_(added), alpha=gain)
        gamma, beta = parameters[-2:]
        output, means, rstds = norm(summed, gamma, beta)
        ctx.save_for_backward(inputs, hidden, active, summed, means, rstds, gamma, beta)
        ctx.others = weights, kept, gain
        return output

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *gradients: torch.Tensor) -> Any:
        """Return the gradients of x and of the parameters."""
        inputs, hidden, active, summed, means, rstds, gamma, beta = ctx.saved_tensors
        weights, kept, gain = ctx.others
        of_sum, *of_norm = norm_gradients(gradients[0], summed, means, rstds, gamma, beta)
        of_added = (of_sum * gain).bfloat16()
        if kept is not None:
            kept.apply_(of_added)
        of_lin2 = linear_gradients(of_added, active)
        of_hidden = torch.ops.aten.gelu_backward(of_added @ weights.lin2.weight, hidden)
        of_lin1 = linear_gradients(of_hidden, inputs)
        of_x = of_sum + of_hidden @ weights.lin1.weight
        return of_x, None, None, *of_lin1, *of_lin2, *of_norm

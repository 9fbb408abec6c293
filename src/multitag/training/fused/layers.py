"""The gradients of a linear layer and of a layer norm."""

from __future__ import annotations

import torch

EPS = 1e-12  # of DistilBERT's layer norms


def linear_gradients(gradient: torch.Tensor, inputs: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the gradients of a linear layer's weight and bias.

    Parameters
    ----------
    gradient : Tensor of bfloat16, shape (n, n_out)
        Of the outputs.
    inputs : Tensor of bfloat16, shape (n, n_in)

    Returns
    -------
    tuple of Tensor of float32
        Of shape (n_out, n_in) and (n_out,); sums are taken in fp32 and rounded to bfloat16, as by torch's autocast.
    """
    return (gradient.t() @ inputs).float(), gradient.sum(0).float()


def norm(
    values: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Apply a layer norm to (n, dim); return its output, and the means and inverse deviations for its gradient."""
    return torch.native_layer_norm(values, (values.shape[-1],), weight, bias, EPS)


def norm_gradients(
    gradient: torch.Tensor, values: torch.Tensor, means: torch.Tensor, rstds: torch.Tensor, weight: torch.Tensor,
    bias: torch.Tensor,
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:  # fmt: skip
    """Return the gradients of a layer norm's input, weight and bias."""
    gradients: tuple[torch.Tensor, torch.Tensor, torch.Tensor] = torch.ops.aten.native_layer_norm_backward(
        gradient, values, (values.shape[-1],), means, rstds, weight, bias, (True, True, True)
    )
    return gradients

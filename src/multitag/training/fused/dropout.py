"""Dropout from cheap bits.

torch draws a float or an integer for each element, which on a CPU takes longer than the product that it thins out. Here
64 random bits serve four elements, and a mask is applied to numbers of two bytes as a bitwise "and".
"""

from __future__ import annotations

from math import prod

import torch
from torch import nn

STEPS = 2**15  # between "never" and "always"


class KeepMask:
    """Which elements dropout keeps, drawn anew from torch's random state.

    Parameters
    ----------
    shape : tuple of int
    probability : float
        Of an element to be dropped, in [0, 1); rounded to a multiple of 2**-15.
    """

    def __init__(self, shape: tuple[int, ...], probability: float) -> None:
        kept, n = STEPS - round(STEPS * probability), prod(shape)
        bits = torch.empty(-(-n // 4), dtype=torch.int64).random_(-(2**63), None).view(torch.int16)[:n]
        # What is below ``kept`` becomes negative, and its sign then fills the number: all ones where it is kept.
        self.mask = bits.bitwise_and_(STEPS - 1).sub_(kept).bitwise_right_shift_(15).view(shape)
        self.scale = STEPS / kept

    def apply_(self, values: torch.Tensor) -> torch.Tensor:
        """Zero what is dropped, in place; the rest is not scaled.

        Parameters
        ----------
        values : Tensor of bfloat16
            Of the mask's shape, contiguous.
        """
        values.view(torch.int16).bitwise_and_(self.mask)
        return values


class CheapDropout(nn.Dropout):
    """Dropout of activations in fp32 by a mask of cheap bits."""

    def forward(self, values: torch.Tensor) -> torch.Tensor:
        """Drop elements of a tensor, and scale those that are kept, while training."""
        if not (self.training and self.p):
            return values
        kept = KeepMask(tuple(values.shape), self.p)
        return values * kept.mask.float().mul_(-kept.scale)  # the mask is -1 where an element is kept, else 0

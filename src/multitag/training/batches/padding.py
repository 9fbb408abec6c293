"""Batches padded to few lengths: few shapes of matrices, few kernels, and memory that does not grow with the steps."""

from __future__ import annotations

from typing import Any

from transformers import DataCollatorWithPadding, PreTrainedTokenizerBase

AS_THEY_ARE = 64  # tokens: of shorter batches the shapes are few, their kernels small, and padding costs most
SIZES = 8  # of longer ones, between a power of two and the next; a batch gets some 4% of padding by that


def padded_length(longest: int, limit: int) -> int:
    """Round the length of a batch up to one of few.

    Parameters
    ----------
    longest : int
        Tokens of its longest text.
    limit : int
        Tokens that no batch needs more than, at least ``longest``.

    Returns
    -------
    int
        From ``longest`` to ``limit``.

    Examples
    --------
    >>> padded_length(50, 512), padded_length(65, 512), padded_length(165, 512), padded_length(250, 252)
    (50, 72, 176, 252)
    """
    if longest <= AS_THEY_ARE:
        return longest
    step = (1 << (longest - 1).bit_length() - 1) // SIZES
    return min(-(-longest // step) * step, limit)


class RoundedPadding:
    """Collates examples of a :class:`~multitag.training.dataset.TextDataset`.

    Parameters
    ----------
    tokenizer : PreTrainedTokenizerBase
    limit : int
        Tokens of the longest text of all.
    """

    def __init__(self, tokenizer: PreTrainedTokenizerBase, limit: int) -> None:
        self.tokenizer, self.limit = tokenizer, limit

    def __call__(self, examples: list[dict[str, Any]]) -> dict[str, Any]:
        """Return tensors of shape (n_rows, padded length), and of labels (n_rows, n_labels)."""
        longest = max(len(example["input_ids"]) for example in examples)
        length = padded_length(longest, self.limit)
        pad = DataCollatorWithPadding(self.tokenizer, padding="max_length", max_length=length)
        return pad(examples)

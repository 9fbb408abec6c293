"""The torch Dataset: texts tokenised once, labels as float rows.

This module imports torch; nothing that only predicts imports it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from torch.utils.data import Dataset

from multitag.errors import DataError

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

TOKENIZER_BATCH = 1000


class TextDataset(Dataset[dict[str, Any]]):
    """Unpadded examples for the Hugging Face Trainer; ``DataCollatorWithPadding`` pads them to their batch.

    Parameters
    ----------
    texts : sequence of str, length n_rows
    y : ndarray of int, shape (n_rows, n_labels)
        Multi-hot labels.
    tokenizer : PreTrainedTokenizerFast
        Called once for each thousand texts, here and not in ``__getitem__``.
    max_length : int
        Longer texts are cut off after this many tokens, special ones counted.

    Raises
    ------
    DataError
        If texts and labels differ in number.
    """

    def __init__(
        self,
        texts: Sequence[str],
        y: NDArray[np.integer],
        tokenizer: PreTrainedTokenizerFast,
        max_length: int,
    ) -> None:
        if len(texts) != len(y):
            raise DataError(f"expected one row of labels a text, got {len(texts)} texts and {len(y)} rows")
        self.input_ids: list[list[int]] = []
        for start in range(0, len(texts), TOKENIZER_BATCH):
            batch = tokenizer(
                list(texts[start : start + TOKENIZER_BATCH]), truncation=True, max_length=max_length,
                return_attention_mask=False, return_token_type_ids=False,
            )  # fmt: skip
            self.input_ids.extend(batch["input_ids"])
        self.y = y

    def __len__(self) -> int:
        """Count the rows."""
        return len(self.input_ids)

    def __getitem__(self, index: int) -> dict[str, Any]:
        """Give ``input_ids`` and ``attention_mask`` (n_tokens,) and ``labels`` (n_labels,) of a text."""
        ids = self.input_ids[index]
        return {
            "input_ids": ids,
            "attention_mask": [1] * len(ids),
            "labels": self.y[index].astype(float).tolist(),
        }

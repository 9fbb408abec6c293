"""The torch Dataset: texts tokenised once, labels as float rows.

This module imports torch; nothing that only predicts imports it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from torch.utils.data import Dataset

from multitag.data.tokens import Tokens
from multitag.errors import DataError

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

    from multitag.data.texts import Text


class TextDataset(Dataset[dict[str, Any]]):
    """Unpadded examples for the Hugging Face Trainer; ``DataCollatorWithPadding`` pads them to their batch.

    Parameters
    ----------
    tokens : Tokens, n_rows
        In memory or mapped from a file.
    y : ndarray of int, shape (n_rows, n_labels)
        Multi-hot labels, 0 or 1; kept as uint8.
    soft : ndarray of float32, shape (n_rows, n_labels), optional
        In [0, 1]: what is learnt instead of ``y``.

    Attributes
    ----------
    lengths : ndarray of int64, shape (n_rows,)
        Tokens of each text, special ones counted.

    Raises
    ------
    DataError
        If texts and labels differ in number.
    """

    def __init__(
        self, tokens: Tokens, y: NDArray[np.integer], soft: NDArray[np.float32] | None = None
    ) -> None:
        if len(tokens) != len(y):
            raise DataError(f"expected one row of labels a text, got {len(tokens)} texts and {len(y)} rows")
        self.tokens = tokens
        self.lengths: NDArray[np.int64] = np.diff(tokens.offsets)
        self.y: NDArray[np.uint8] = np.asarray(y, dtype=np.uint8)
        self.learnt: NDArray[np.uint8] | NDArray[np.float32] = self.y if soft is None else soft

    @classmethod
    def from_texts(
        cls, texts: Sequence[Text], y: NDArray[np.integer], tokenizer: PreTrainedTokenizerFast, max_length: int
    ) -> TextDataset:
        """Tokenise texts in memory; longer ones than ``max_length`` tokens, special ones counted, are cut off."""
        return cls(Tokens.from_texts(texts, tokenizer, max_length), y)

    def __len__(self) -> int:
        """Count the rows."""
        return len(self.tokens)

    def __getitem__(self, index: int) -> dict[str, Any]:
        """Give ``input_ids`` and ``attention_mask`` (n_tokens,) and ``labels`` (n_labels,) of a text."""
        ids = self.tokens[index].tolist()
        return {
            "input_ids": ids,
            "attention_mask": [1] * len(ids),
            "labels": self.learnt[index].astype(float).tolist(),
        }

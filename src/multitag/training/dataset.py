"""The torch Dataset: texts tokenised once, labels as float rows.

This module imports torch; nothing that only predicts imports it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch.utils.data import Dataset

from multitag.data.tokens import Tokens
from multitag.errors import DataError
from multitag.evaluation.arrays import judged_cells
from multitag.training.losses import as_targets


class TextDataset(Dataset[dict[str, Any]]):
    """Unpadded examples for the Hugging Face Trainer.

    :class:`~multitag.training.batches.padding.RoundedPadding` pads them.

    Parameters
    ----------
    tokens : Tokens, n_rows
        In memory or mapped from a file.
    y : ndarray of int, shape (n_rows, n_labels)
        Multi-hot labels, 0 or 1, and UNKNOWN where nobody judged; kept as int8.
    soft : ndarray of float32, shape (n_rows, n_labels), optional
        In [0, 1], NaN where unknown: what is learned instead of ``y``.

    Attributes
    ----------
    lengths : ndarray of int64, shape (n_rows,)
        Tokens of each text, special ones counted.
    targets : ndarray of int8 or float32, shape (n_rows, n_labels)
        What is learned, with :data:`~multitag.training.losses.IGNORED` where nobody judged.
    complete : bool
        Whether all of it was judged.

    Raises
    ------
    DataError
        If texts and labels differ in number.
    """

    def __init__(
        self, tokens: Tokens, y: NDArray[np.integer], soft: NDArray[np.float32] | None = None
    ) -> None:
        if len(tokens) != len(y):
            raise DataError(f"expected one row of labels per text, got {len(tokens)} texts and {len(y)} rows")
        self.tokens = tokens
        self.lengths: NDArray[np.int64] = np.diff(tokens.offsets)
        self.y: NDArray[np.int8] = np.asarray(y, dtype=np.int8)
        learned: NDArray[Any] = self.y if soft is None else soft
        self.targets = as_targets(learned)
        self.complete = bool(judged_cells(learned).all())

    def __len__(self) -> int:
        """Count the rows."""
        return len(self.tokens)

    def __getitem__(self, index: int) -> dict[str, Any]:
        """Return ``input_ids`` and ``attention_mask`` (n_tokens,) and ``labels`` (n_labels,) of a text."""
        ids = self.tokens[index].tolist()
        return {
            "input_ids": ids,
            "attention_mask": [1] * len(ids),
            "labels": self.targets[index].astype(float).tolist(),
        }

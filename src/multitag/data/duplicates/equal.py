"""Which texts count as the same."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray


def fold_text(text: str) -> str:
    r"""Fold case and runs of spaces; texts that are equal after it count as the same.

    Examples
    --------
    >>> fold_text("  A  Retired\nhitman ")
    'a retired hitman'
    """
    return " ".join(text.casefold().split())


def group_texts(texts: Iterable[str]) -> NDArray[np.int64]:
    """Number the different texts by first appearance, after folding.

    Returns
    -------
    ndarray of int64, shape (n_rows,)
        Equal numbers for equal texts, from 0 without gaps.

    Examples
    --------
    >>> group_texts(["War and peace", "Dune", "war  and peace"]).tolist()
    [0, 1, 0]
    """
    numbers: dict[str, int] = {}
    return np.array([numbers.setdefault(fold_text(text), len(numbers)) for text in texts], dtype=np.int64)

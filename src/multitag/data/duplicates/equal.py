"""Which texts count as the same, and the rows of each."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

DIGEST = 16  # bytes


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
    return number_keys(map(fold_text, texts))


def number_keys(keys: Iterable[str]) -> NDArray[np.int64]:
    """Number the different keys by first appearance, shape (n_keys,).

    Digests of 128 bits are compared in place of the keys, which need not be in memory.
    """
    digests = bytearray()
    for key in keys:
        digests += blake2b(key.encode("utf-8", "surrogatepass"), digest_size=DIGEST).digest()
    _, first, numbers = np.unique(np.frombuffer(digests, f"V{DIGEST}"), return_index=True, return_inverse=True)
    by_appearance = np.argsort(np.argsort(first))
    result: NDArray[np.int64] = by_appearance[numbers]
    return result


def members(groups: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    """Return the indices of each group of two or more, ascending; groups by their first index.

    Examples
    --------
    >>> [group.tolist() for group in members(np.array([0, 1, 0, 2, 1]))]
    [[0, 2], [1, 4]]
    """
    order = np.argsort(groups, kind="stable")
    begins = np.flatnonzero(np.append(True, np.diff(groups[order]) != 0)[: len(groups)])
    several = np.flatnonzero(np.diff(begins, append=len(groups)) > 1)
    ends = np.append(begins[1:], len(groups))
    return sorted((order[begins[number] : ends[number]] for number in several), key=lambda indices: int(indices[0]))

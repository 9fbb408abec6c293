"""Texts that are almost the same: MinHash signatures, banded, and every candidate pair checked exactly.

A text is the set of its shingles (five characters in a row, after case and space folding), and two texts are
near-duplicates where the Jaccard similarity of their sets, shared over all, is at least 0.7: about three words of
twenty-five are others. Characters rather than words, so that a typo costs little and languages written without
spaces are no exception. Of a long text the beginning is compared, about what a model reads. All steps are over flat
arrays of many texts: a hundred thousand descriptions take seconds.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from multitag.data.duplicates.equal import fold_text

SIMILAR = 0.7  # Jaccard similarity from which two texts are near-duplicates
SHINGLE = 5  # characters
HEAD = 2000  # characters of a text that are compared; 512 tokens of English
BANDS, ROWS_PER_BAND = 25, 4  # a pair at 0.7 is missed with a chance of (1 - 0.7**4)**25 = 0.1%; at 0.8 never
SURELY_NOT = 0.5  # estimated similarity under which a pair is not checked: over four standard errors below 0.7
SMALL_BUCKET = 32  # texts that agree in a band and are all paired with each other
NEXT = 4  # in a larger bucket each text is paired with so many after it, or a form letter would take hours
TEXTS_AT_ONCE = 1000
PAIRS_AT_ONCE = 1000
SEED = 20240229  # of the hash functions; any would do, and equal texts must give equal findings

Number = TypeVar("Number", np.int64, np.uint64)
UInts = NDArray[np.uint32]
Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class NearDuplicates:
    """Pairs of texts that are almost the same.

    Parameters
    ----------
    n_texts : int
    pairs : ndarray of int64, shape (n_pairs, 2)
        Indices of two texts, the smaller first, ascending.
    similarity : ndarray of float64, shape (n_pairs,)
        Their Jaccard similarity, 0.7 to 1.
    """

    n_texts: int
    pairs: Ints
    similarity: NDArray[np.float64]

    @cached_property
    def groups(self) -> Ints:
        """Number the groups that hang together by pairs, by first appearance; shape (n_texts,)."""
        root = list(range(self.n_texts))

        def find(index: int) -> int:
            while root[index] != index:
                root[index] = root[root[index]]
                index = root[index]
            return index

        for first, second in self.pairs.tolist():
            one, other = find(first), find(second)
            root[max(one, other)] = min(one, other)
        numbers: dict[int, int] = {}
        return np.array([numbers.setdefault(find(i), len(numbers)) for i in range(self.n_texts)], dtype=np.int64)


def find_near_duplicates(texts: Sequence[str]) -> NearDuplicates:
    """Find the pairs of different texts that are almost the same.

    Parameters
    ----------
    texts : sequence of str, length n_texts
        Each only once: equal texts are for :func:`~multitag.data.duplicates.equal.group_texts`.

    Returns
    -------
    NearDuplicates
        No pair below the similarity, and all but one in a thousand of those above it. In a crowd of more than 32
        texts that look alike most pairs are left out, but hardly a text.

    References
    ----------
    .. [1] Broder (1997): On the resemblance and containment of documents.
    .. [2] Leskovec, Rajaraman, Ullman (2020): Mining of Massive Datasets, chapter 3 (banding).
    """
    shingles, offsets, signatures = _sketch(texts)
    candidates = _candidates(signatures)
    kept, similarity = [], []
    for start in range(0, len(candidates), PAIRS_AT_ONCE):
        pairs = candidates[start : start + PAIRS_AT_ONCE]
        pairs = pairs[(signatures[pairs[:, 0]] == signatures[pairs[:, 1]]).mean(axis=1) >= SURELY_NOT]
        exact = _jaccard(shingles, offsets, pairs)
        kept.append(pairs[exact >= SIMILAR])
        similarity.append(exact[exact >= SIMILAR])
    if not kept:
        return NearDuplicates(len(texts), np.zeros((0, 2), np.int64), np.zeros(0))
    return NearDuplicates(len(texts), np.concatenate(kept), np.concatenate(similarity))


def _sketch(texts: Sequence[str]) -> tuple[UInts, Ints, UInts]:
    """Return the flat shingles of all texts, where each text's begin, and signatures (n_texts, n_hashes)."""
    random = np.random.default_rng(SEED)
    multipliers, summands = random.integers(0, 2**32, (2, BANDS * ROWS_PER_BAND), dtype=np.uint32)
    parts: list[UInts] = [np.zeros(0, np.uint32)]
    counts: list[Ints] = [np.zeros(1, np.int64)]
    signatures = np.empty((len(texts), BANDS * ROWS_PER_BAND), np.uint32)
    for start in range(0, len(texts), TEXTS_AT_ONCE):
        shingles, begins = _shingles([fold_text(text)[:HEAD] for text in texts[start : start + TEXTS_AT_ONCE]])
        for column, (multiplier, summand) in enumerate(zip(multipliers | 1, summands, strict=True)):
            hashed = _mixed(shingles * multiplier + summand)
            signatures[start : start + len(begins), column] = np.minimum.reduceat(hashed, begins)
        parts.append(shingles)
        counts.append(np.diff(begins, append=len(shingles)))
    return np.concatenate(parts), np.cumsum(np.concatenate(counts)), signatures


def _shingles(texts: list[str]) -> tuple[UInts, Ints]:
    """Hash the different shingles of texts; a text too short for one is padded, so each has at least one."""
    padded = [text.ljust(SHINGLE, "\0") for text in texts]
    # surrogatepass: a text out of a JSON file may hold half a character
    letters = np.frombuffer("".join(padded).encode("utf-32-le", "surrogatepass"), np.uint32)
    lengths = np.fromiter(map(len, padded), np.int64, len(padded))
    hashed = np.zeros(len(letters) - SHINGLE + 1, np.uint32)
    for place in range(SHINGLE):
        hashed = _mixed(hashed * np.uint32(31) + letters[place : place + len(hashed)])
    owner = np.repeat(np.arange(len(texts), dtype=np.uint64), lengths)
    ends = np.repeat(np.cumsum(lengths), lengths)
    inside = np.arange(len(hashed)) + SHINGLE <= ends[: len(hashed)]
    keys = _unique(owner[: len(hashed)][inside] << np.uint64(32) | hashed[inside])  # each once a text
    begins = np.searchsorted(keys, np.arange(len(texts), dtype=np.uint64) << np.uint64(32))
    return keys.astype(np.uint32), begins


def _unique(numbers: NDArray[Number]) -> NDArray[Number]:
    """Sort numbers and drop repeated ones; here three times as fast as ``np.unique``, which hashes them first."""
    ordered = np.sort(numbers)
    unique: NDArray[Number] = ordered[np.append(True, ordered[1:] != ordered[:-1])[: len(ordered)]]
    return unique


def _mixed(numbers: UInts) -> UInts:
    """Spread numbers over 32 bits, one to one (the end of MurmurHash3), so that the least is drawn fairly."""
    numbers ^= numbers >> np.uint32(16)
    numbers *= np.uint32(0x85EBCA6B)
    numbers ^= numbers >> np.uint32(13)
    numbers *= np.uint32(0xC2B2AE35)
    numbers ^= numbers >> np.uint32(16)
    return numbers


def _candidates(signatures: UInts) -> Ints:
    """Pair the texts that agree in all rows of some band; shape (n_candidates, 2), ascending, each once."""
    n_texts = len(signatures)
    candidates: Ints = np.zeros(0, np.int64)
    for band in range(BANDS):
        rows = np.ascontiguousarray(signatures[:, band * ROWS_PER_BAND : (band + 1) * ROWS_PER_BAND])
        # Two numbers of 64 bits a row, as one that is nearly surely different where the row is.
        halves = rows.view(np.uint64)
        keys = halves[:, 0] * np.uint64(0x9E3779B97F4A7C15) ^ halves[:, 1]
        order = np.argsort(keys, kind="stable")
        pairs = [first * n_texts + second for first, second in _neighbours(order, keys[order])]
        candidates = _unique(np.concatenate([candidates, *pairs]))
    return np.stack(np.divmod(candidates, n_texts), axis=1) if n_texts else np.zeros((0, 2), np.int64)


def _neighbours(order: Ints, keys: NDArray[np.uint64]) -> Iterator[tuple[Ints, Ints]]:
    """Pair each text with those of its bucket, or the next four; the lower index first, as the sort is stable."""
    begins = np.flatnonzero(np.append(True, keys[1:] != keys[:-1])[: len(keys)])
    sizes = np.diff(begins, append=len(keys))
    reach = np.repeat(np.where(sizes <= SMALL_BUCKET, sizes - 1, NEXT), sizes)  # (n_texts,)
    for step in range(1, int(reach.max(initial=0)) + 1):
        same = np.flatnonzero((keys[step:] == keys[:-step]) & (reach[:-step] >= step))
        yield order[same], order[same + step]


def _jaccard(shingles: UInts, offsets: Ints, pairs: Ints) -> NDArray[np.float64]:
    """Return the Jaccard similarity of the shingle sets of each pair, shape (n_pairs,)."""
    sizes = np.diff(offsets)[pairs]  # (n_pairs, 2)
    flat = sizes.ravel()
    number = np.repeat(np.arange(len(flat)), flat)  # whose shingle: text 0 and 1 of pair 0, of pair 1, ...
    place = np.arange(len(number)) - (np.cumsum(flat) - flat)[number] + offsets[pairs.ravel()][number]
    keys = (number // 2).astype(np.uint64) << np.uint64(32) | shingles[place]
    keys.sort(kind="stable")  # merges what is sorted already, as each text's shingles are: five times as fast
    shared = keys[1:][keys[1:] == keys[:-1]] >> np.uint64(32)
    both = np.bincount(shared.astype(np.int64), minlength=len(pairs))
    result: NDArray[np.float64] = both / (sizes.sum(axis=1) - both)
    return result

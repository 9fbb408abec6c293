"""Labels whose names stand in the texts that carry them: a model may then read the answer instead of the text."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

WORDS = re.compile(r"\w+")
MIN_ROWS = 5  # of the label with its name in the text; fewer may be chance
MIN_SHARE = 0.2  # of the label's rows that hold its name, from which it is suspected
TIMES = 10  # how many times the share of the other rows that must be


@dataclass(frozen=True)
class Leak:
    """A label's name in texts: the share of the label's rows that hold it, and of the others."""

    label: str
    with_label: float
    without_label: float


def find_leaks(texts: Iterable[str], labels: Sequence[Sequence[str]]) -> list[Leak]:
    """Find labels whose name stands, as consecutive whole words, far more often in the texts of their own rows.

    A name on a fifth of a label's rows, and ten times as often as on the others, is rarely what the texts are about
    ("war" stands in 31% of war films and 4% of others) but how they were written: "Category: Sport" before each
    text, or a list of tags at its end.

    Parameters
    ----------
    texts : iterable of str, length n_rows
    labels : sequence of sequence of str, length n_rows
        Label names of each text.

    Returns
    -------
    list of Leak
        The surest first.
    """
    phrases: dict[str, list[tuple[tuple[str, ...], str]]] = defaultdict(list)  # by their first word
    supports = Counter(name for names in labels for name in set(names))
    for name in supports:
        if words := _words(name):
            phrases[words[0]].append((words, name))
    with_label: Counter[str] = Counter()
    without_label: Counter[str] = Counter()
    for text, names in zip(texts, labels, strict=True):
        for name in _names_in(_words(text), phrases):
            (with_label if name in names else without_label)[name] += 1
    leaks = []
    for name, count in with_label.items():
        share, elsewhere = count / supports[name], without_label[name] / max(len(labels) - supports[name], 1)
        if count >= MIN_ROWS and share >= MIN_SHARE and share >= TIMES * elsewhere:
            leaks.append(Leak(name, share, elsewhere))
    return sorted(leaks, key=lambda leak: (leak.without_label - leak.with_label, leak.label))


def _words(text: str) -> tuple[str, ...]:
    return tuple(WORDS.findall(text.casefold()))


def _names_in(words: tuple[str, ...], phrases: dict[str, list[tuple[tuple[str, ...], str]]]) -> set[str]:
    """Return the labels whose words stand in these words, one after the other."""
    names = set()
    for word in phrases.keys() & set(words):
        for phrase, name in phrases[word]:
            if len(phrase) == 1 or any(
                words[place : place + len(phrase)] == phrase for place in range(len(words)) if words[place] == word
            ):
                names.add(name)
    return names

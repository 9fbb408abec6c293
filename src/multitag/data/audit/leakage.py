"""Labels whose names stand in the texts that carry them: a model may then read the answer instead of the text."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

WORDS = re.compile(r"\w+")
MIN_ROWS = 5  # of the label with its name in the text; fewer may be chance
OWN_SHARE = 0.2  # from which share of its own rows a name is suspected
TIMES = 10  # how many times the share of the other rows that must be


@dataclass(frozen=True)
class Leak:
    """A label's name in texts: the share of the label's own rows that hold it, and of the others."""

    label: str
    own: float
    others: float


def find_leaks(texts: Iterable[str], labels: Sequence[Sequence[str]]) -> list[Leak]:
    """Find labels whose name stands, as whole words in a row, far more often in the texts of their own rows.

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
    own: Counter[str] = Counter()
    others: Counter[str] = Counter()
    for text, names in zip(texts, labels, strict=True):
        for name in _named(_words(text), phrases):
            (own if name in names else others)[name] += 1
    leaks = []
    for name, count in own.items():
        share, elsewhere = count / supports[name], others[name] / max(len(labels) - supports[name], 1)
        if count >= MIN_ROWS and share >= OWN_SHARE and share >= TIMES * elsewhere:
            leaks.append(Leak(name, share, elsewhere))
    return sorted(leaks, key=lambda leak: (leak.others - leak.own, leak.label))


def _words(text: str) -> tuple[str, ...]:
    return tuple(WORDS.findall(text.casefold()))


def _named(words: tuple[str, ...], phrases: dict[str, list[tuple[tuple[str, ...], str]]]) -> set[str]:
    """Give the labels whose words stand in these words, one after the other."""
    found = set()
    for word in phrases.keys() & set(words):
        for phrase, name in phrases[word]:
            if len(phrase) == 1 or any(
                words[place : place + len(phrase)] == phrase for place in range(len(words)) if words[place] == word
            ):
                found.add(name)
    return found

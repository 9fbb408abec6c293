"""Labels that nobody judged: masked, taken as no, or asked about."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from multitag.config import UnknownRule
from multitag.data.label_formats.indicators import kind_of
from multitag.data.phrases import count_noun, list_first
from multitag.data.row_labels import NOTHING, RowLabels


@dataclass
class UnknownLabels:
    """What becomes of the labels that nobody judged, and how many there were.

    Parameters
    ----------
    rule : {"ask", "mask", "no"}
    taken_as_no : Counter of str
        Rows of each label where it was.
    """

    rule: UnknownRule
    taken_as_no: Counter[str] = field(default_factory=Counter)

    def settle(self, labels: RowLabels, cells: Sequence[object]) -> RowLabels | None:
        """Return the labels of a row as they are used; None where none of them was judged.

        Parameters
        ----------
        labels : RowLabels
            As they were read.
        cells : sequence of object
            From which they were. Of empty ones another rule decides, that of rows without labels.
        """
        if not labels.unknown:
            return labels
        if not labels.names and not labels.judged:
            blank = all(kind_of(cell) == "blank" for cell in cells)
            if self.rule == "mask" or (self.rule == "ask" and not blank):
                return None
            if blank:
                return NOTHING
        if self.rule != "no":
            return labels
        self.taken_as_no.update(labels.unknown)
        return labels._replace(unknown=(), judged=True)

    def notes(self, unknown: Sequence[Sequence[str]]) -> list[str]:
        """Return what became of them in a sentence, for a table that has some; ``unknown`` are those that it keeps."""
        if self.taken_as_no:
            return [f"{describe_unknown(self.taken_as_no)} unknown, and taken as no (--unknown no)"]
        counts = count_unknown(unknown) if self.rule == "mask" else None
        return [f"{describe_unknown(counts)} unknown, and left out of training and figures"] if counts else []


def count_unknown(unknown: Sequence[Sequence[str]]) -> Counter[str]:
    """Count the rows on which each label is unknown."""
    return Counter(name for row in unknown for name in row)


def describe_unknown(counts: Counter[str]) -> str:
    """Count cells and labels, up to the verb.

    Examples
    --------
    >>> describe_unknown(Counter({"War": 3, "Sport": 1}))
    "4 cells of 2 labels ('War' 3 and 'Sport' 1) are"
    """
    listed = list_first([f"{name!r} {count}" for name, count in counts.most_common()])
    cells = count_noun(counts.total(), "cell", "cells")
    verb = "is" if counts.total() == 1 else "are"
    return f"{cells} of {count_noun(len(counts), 'label', 'labels')} ({listed}) {verb}"

"""RowLabels: what the cells of one row say about its labels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol


class NameOf(Protocol):
    """What gives a name for a name."""

    def __getitem__(self, name: str, /) -> str:
        """Return the new name."""


class RowLabels(NamedTuple):
    """The labels of a row, those that nobody judged, and how sure the others are.

    Parameters
    ----------
    names : tuple of str
        Labels that the row has, each once, in the order in which they stand.
    unknown : tuple of str
        Labels of which the row does not tell whether it has them; never any of ``names``.
    shares : tuple of (str, float)
        Soft labels, in [0, 1]: each label with its share, where shares were given; ``names`` are those of at
        least 0.5. Empty where labels are plain.
    judged : bool
        Whether somebody looked and found no label, where ``names`` is empty: zeros, ``[]``, an annotator's answer. An
        empty cell is no answer.
    """

    names: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    shares: tuple[tuple[str, float], ...] = ()
    judged: bool = False

    def renamed(self, names: NameOf) -> RowLabels:
        """Return the same with other names for the labels, such as those of ids."""
        shares = {names[name]: share for name, share in self.shares}
        return RowLabels(_renamed(self.names, names), _renamed(self.unknown, names), tuple(shares.items()), self.judged)


NOTHING = RowLabels()
ON = 0.5  # a soft label of at least this is on


def of_answers(labels: Sequence[str], answers: Sequence[float | None], *, soft: bool) -> RowLabels:
    """Return what answers about each label say of a row.

    Parameters
    ----------
    labels : sequence of str
    answers : sequence of float or None, as long as ``labels``
        In [0, 1]; None where nobody knows.
    soft : bool
        Keep the answers as shares.
    """
    names = tuple(name for name, answer in zip(labels, answers, strict=True) if answer is not None and answer >= ON)
    shares: tuple[tuple[str, float], ...] = ()
    if soft:
        shares = tuple((name, answer) for name, answer in zip(labels, answers, strict=True) if answer is not None)
    if None not in answers:
        return RowLabels(names, (), shares, judged=True)
    unknown = tuple(name for name, answer in zip(labels, answers, strict=True) if answer is None)
    return RowLabels(names, unknown, shares, judged=len(unknown) < len(labels))


def join_rows(parts: Sequence[RowLabels]) -> RowLabels:
    """Join what several columns say about one row."""
    if len(parts) == 1:
        return parts[0]
    names = tuple(dict.fromkeys(name for part in parts for name in part.names))
    unknown = (name for part in parts for name in part.unknown if name not in names)
    shares = dict(share for part in parts for share in part.shares)
    return RowLabels(names, tuple(dict.fromkeys(unknown)), tuple(shares.items()), any(part.judged for part in parts))


def _renamed(labels: Sequence[str], names: NameOf) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names[label] for label in labels))

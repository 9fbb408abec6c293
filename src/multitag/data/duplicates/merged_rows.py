"""Tables of one row a (text, label) pair: noticed, and made into tables of one row a text."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from multitag.data.columns import Columns
from multitag.data.duplicates.equal import members, number_keys
from multitag.data.label_formats.indicators import count_kinds
from multitag.data.row_labels import RowLabels
from multitag.data.texts import Text

MIN_ROWS, SHARE = 4, 0.2  # rows of texts that come with several labels, one a row; fewer are contradictions
ANSWER_NAMES = frozenset({
    "value", "values", "present", "applies", "relevant", "relevance", "judgement", "judgment", "answer", "is_label",
    "has_label", "assigned", "positive", "target_value", "label_value", "y",
})  # of columns, in lower case; fmt: skip
PAIRS = "the same text comes on several rows with one label each"


@dataclass(frozen=True)
class Merged:
    """Rows of equal text, made one.

    Parameters
    ----------
    rows : tuple of tuple of int
        The rows of each text, ascending; the first of them stand in ascending order.
    labels : tuple of RowLabels, as long as ``rows``
        A label that any row has is on; one of which no row tells anything is unknown.
    n_contradictions : int
        Labels that one row has and another of the same text says no to, where rows say that; each counts for each text.
    """

    rows: tuple[tuple[int, ...], ...]
    labels: tuple[RowLabels, ...]
    n_contradictions: int


def merge_rows(texts: Sequence[Text], labels: Sequence[RowLabels], *, say_no: bool = False) -> Merged:
    """Merge rows of equal text.

    Parameters
    ----------
    texts : sequence of str or of (str, str), length n_rows
        Equal where they are after stripping.
    labels : sequence of RowLabels, length n_rows
    say_no : bool, default False
        Whether a row says no to each label that it has not, unless it is unknown; elsewhere it names some of those
        that its text has.
    """
    rows: dict[int, list[int]] = {}
    for index, number in enumerate(number_keys(map(_stripped, texts)).tolist()):
        rows.setdefault(number, []).append(index)
    groups = [[labels[index] for index in same] for same in rows.values()]
    merged = tuple(map(_union, groups))
    contradictions = 0
    if say_no:
        contradictions = sum(_count_denied(group, union.names) for group, union in zip(groups, merged, strict=True))
    return Merged(tuple(map(tuple, rows.values())), merged, contradictions)


def are_pairs(texts: Sequence[Text], labels: Sequence[RowLabels]) -> bool:
    """Return whether many rows have the text of others and another label, one label each."""
    if number_keys(map(_as_key, texts)).max(initial=-1) + 1 == len(texts):
        return False
    groups = members(number_keys(map(_stripped, texts)))
    of_groups = ([labels[index].names for index in group.tolist()] for group in groups)
    n_pairs = sum(len(names) for names in of_groups if len(set(names)) > 1 and all(len(row) == 1 for row in names))
    return n_pairs >= max(MIN_ROWS, SHARE * len(texts))


def _union(rows: Sequence[RowLabels]) -> RowLabels:
    if len(rows) == 1:
        return rows[0]
    telling = [row for row in rows if row.names or row.judged] or rows  # an empty row says nothing, not even no
    shares: dict[str, float] = {}
    for name, share in (share for row in telling for share in row.shares):
        shares[name] = max(share, shares.get(name, 0.0))
    names = dict.fromkeys(name for row in telling for name in row.names)
    in_all = set(telling[0].unknown).intersection(*(row.unknown for row in telling[1:]))
    unknown = tuple(name for name in telling[0].unknown if name in in_all)
    return RowLabels(tuple(names), unknown, tuple(shares.items()), any(row.judged for row in telling))


def _count_denied(rows: Sequence[RowLabels], names: Sequence[str]) -> int:
    """Count the labels that a row says no to."""
    told = [row for row in rows if row.names or row.judged]
    return sum(any(name not in (*row.names, *row.unknown) for row in told) for name in names)


def find_answers(columns: Columns, taken: Collection[str]) -> str | None:
    """Return the column that says of each row whether its text has its label: 0 and 1 beside one label a row.

    Parameters
    ----------
    columns : Columns
    taken : collection of str
        The columns of texts and labels.
    """
    for name, cells in zip(columns.names, columns.cells, strict=True):
        if name not in taken and name.strip().casefold() in ANSWER_NAMES:
            kinds = count_kinds(cells)
            if kinds["on"] and kinds["off"] + kinds["minus"] and not kinds["other"] + kinds["share"]:
                return name
    return None


def describe_answers(column: str, cells: Sequence[object]) -> str:
    """Return a sentence on such a column."""
    kinds = count_kinds(cells)
    n_no = kinds["off"] + kinds["minus"]
    return (
        f"{PAIRS}, and column {column!r} says no on {n_no} of "
        f"{len(cells)}: their labels are read as if it said yes; leave these rows out, or make a column for each label"
    )


def _stripped(text: Text) -> str:
    return text.strip() if isinstance(text, str) else _as_key((text[0].strip(), text[1].strip()))


def _as_key(text: Text) -> str:
    return text if isinstance(text, str) else json.dumps(text)  # pairs that differ stay different

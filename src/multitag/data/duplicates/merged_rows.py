"""Tables of one row a (text, label) pair: noticed, and made into tables of one row a text."""

from __future__ import annotations

from collections.abc import Sequence

from multitag.data.row_labels import ON, RowLabels
from multitag.data.texts import Text

MIN_ROWS, SHARE = 4, 0.2  # rows of texts that come with several labels, one a row; fewer are contradictions


def merge_rows(texts: Sequence[Text], labels: Sequence[RowLabels]) -> tuple[list[int], list[RowLabels]]:
    """Merge rows of equal text.

    Parameters
    ----------
    texts : sequence of str or of (str, str), length n_rows
        Equal where they are after stripping.
    labels : sequence of RowLabels, length n_rows

    Returns
    -------
    first : list of int
        Index of the first row of each text, ascending.
    merged : list of RowLabels, as long as ``first``
        A label that any row has is on; one that none has, and that is unknown on any, is unknown.
    """
    rows: dict[Text, list[int]] = {}
    for index, text in enumerate(texts):
        rows.setdefault(_stripped(text), []).append(index)
    return [same[0] for same in rows.values()], [_union([labels[index] for index in same]) for same in rows.values()]


def are_pairs(texts: Sequence[Text], labels: Sequence[RowLabels]) -> bool:
    """Return whether many rows have the text of others and another label, one label each."""
    if len(set(texts)) == len(texts):
        return False
    rows: dict[Text, list[tuple[str, ...]]] = {}
    for text, row in zip(texts, labels, strict=True):
        rows.setdefault(_stripped(text), []).append(row.names)
    n_pairs = sum(
        len(names) for names in rows.values() if len(set(names)) > 1 and all(len(row) == 1 for row in names)
    )
    return n_pairs >= max(MIN_ROWS, SHARE * len(texts))


def _union(rows: Sequence[RowLabels]) -> RowLabels:
    if len(rows) == 1:
        return rows[0]
    shares: dict[str, float] = {}
    for name, share in (share for row in rows for share in row.shares):
        shares[name] = max(share, shares.get(name, 0.0))
    names = dict.fromkeys(name for row in rows for name in row.names)
    unknown = dict.fromkeys(name for row in rows for name in row.unknown if name not in names)
    kept = tuple((name, share) for name, share in shares.items() if share >= ON or name not in unknown)
    return RowLabels(tuple(names), tuple(unknown), kept, any(row.judged for row in rows))


def _stripped(text: Text) -> Text:
    return text.strip() if isinstance(text, str) else (text[0].strip(), text[1].strip())

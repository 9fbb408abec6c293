"""All that is wrong or odd with the texts and labels of a table, for ``inspect`` and for the notes of a training."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from multitag.data.audit.finding import Finding
from multitag.data.audit.labels import find_in_labels
from multitag.data.audit.texts import find_in_texts
from multitag.data.duplicates.groups import DuplicateGroups
from multitag.data.phrases import count_noun
from multitag.data.table import Table, unlabelled_rows
from multitag.data.texts import join_text
from multitag.data.unknown_labels import count_unknown
from multitag.data.unknown_tokens import ANOTHER_MODEL, REFUSED_ABOVE, UnknownTokens


def find_in_table(
    table: Table, alike: DuplicateGroups, min_support: int, known: Sequence[str] | None = None
) -> list[Finding]:
    """Find what is wrong or odd with a table.

    Parameters
    ----------
    table : Table
    alike : DuplicateGroups
        Of its texts.
    min_support : int
        Labels on fewer rows are rare.
    known : sequence of str, optional
        Labels that are known apart from the rows, possibly on none; by default those that columns or a file name.

    Returns
    -------
    list of Finding
        Kinds ``rows_without_labels``, and those of :func:`~multitag.data.audit.labels.find_in_labels` and
        :func:`~multitag.data.audit.texts.find_in_texts`.
    """
    unlabelled = tuple((row,) for row in unlabelled_rows(table))
    findings = []
    if unlabelled:
        rows = count_noun(len(unlabelled), "row has no label", "rows have no label")
        message = f"{rows}; where such rows are kept, they are examples of none of the labels"
        findings.append(Finding("rows_without_labels", message, rows=unlabelled))
    names = table.shape.label_names if known is None else known
    findings += find_in_labels(table.labels, min_support, names, count_unknown(table.unknown))
    return findings + find_in_texts(map(join_text, table.texts), table.labels, table.rows, alike)


def find_long(n_tokens: NDArray[np.int64] | None, rows: Sequence[int], max_length: int) -> list[Finding]:
    """Find the texts that have more tokens than a model reads.

    Parameters
    ----------
    n_tokens : ndarray of int64, shape (n_rows,), or None
        None where they were not counted.
    rows : sequence of int, length n_rows
        Row numbers in the source.
    max_length : int

    Returns
    -------
    list of Finding
        Kind ``texts_beyond_max_length``, or nothing.
    """
    long = [] if n_tokens is None else np.flatnonzero(n_tokens > max_length).tolist()
    if not long:
        return []
    noun = "text has" if len(long) == 1 else "texts have"
    message = f"{len(long)} of {len(rows)} {noun} more than {max_length} tokens; the rest of them is not read"
    return [Finding("texts_beyond_max_length", message, rows=tuple((rows[index],) for index in long))]


def find_unknown(unknown: UnknownTokens | None, model: str) -> list[Finding]:
    """Find that a model does not know much of the texts.

    Parameters
    ----------
    unknown : UnknownTokens or None
        None where they were not counted.
    model : str
        The model whose tokens they are.

    Returns
    -------
    list of Finding
        Kind ``unknown_tokens``, or nothing.
    """
    if unknown is None:
        return []
    stops = "; training stops at so many, unless --allow-unknown-tokens" if unknown.share > REFUSED_ABOVE else ""
    message = unknown.note(model, f"take {ANOTHER_MODEL}{stops}")
    return [] if message is None else [Finding("unknown_tokens", message)]

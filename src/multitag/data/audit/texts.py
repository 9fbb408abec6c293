"""What is odd about the texts of a table: those that come again, or nearly, and those that give their labels away."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from multitag.data.audit.finding import Finding, listed, same_rows
from multitag.data.audit.leakage import find_leaks
from multitag.data.duplicates.groups import MOST_CHARACTERS, DuplicateGroups

Rows = tuple[int, ...]


def find_in_texts(
    texts: Sequence[str], labels: Sequence[Sequence[str]], rows: Sequence[int], alike: DuplicateGroups
) -> list[Finding]:
    """Look the texts of a table over, with the labels that they carry.

    Parameters
    ----------
    texts : sequence of str, length n_rows
    labels : sequence of sequence of str, length n_rows
    rows : sequence of int, length n_rows
        Row numbers in the source.
    alike : DuplicateGroups
        Of these texts.

    Returns
    -------
    list of Finding
        Kinds ``duplicated_texts``, ``conflicting_labels``, ``near_duplicates``, ``near_conflicting_labels`` (among
        near-duplicates), ``near_duplicates_not_looked_for``, ``suspected_leakage``.
    """
    found = _repeated(members(alike.equal), labels, rows)
    if alike.near is not None:
        groups = members(alike.near.groups[alike.equal])
        found += _near([each for each in groups if len(np.unique(alike.equal[each])) > 1], labels, rows)
    elif alike.too_large:
        message = (
            f"near-duplicate texts were not looked for among more than {MOST_CHARACTERS // 1_000_000} million "
            "characters: some held-out rows may be nearly the same as training rows"
        )
        found.append(Finding("near_duplicates_not_looked_for", message))
    leaks = find_leaks(texts, labels)
    if leaks:
        shares = listed(
            [f"{each.label!r} in {each.own:.0%} of its texts and {each.others:.1%} of others" for each in leaks]
        )
        message = f"labels whose name stands in their texts, which may give the answer away: {shares}"
        found.append(Finding("suspected_leakage", message, labels=tuple((leak.label,) for leak in leaks)))
    return found


def members(groups: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    """Give the indices of each group of two or more, ascending; groups by their first index.

    Examples
    --------
    >>> [each.tolist() for each in members(np.array([0, 1, 0, 2, 1]))]
    [[0, 2], [1, 4]]
    """
    order = np.argsort(groups, kind="stable")
    begins = np.flatnonzero(np.append(True, np.diff(groups[order]) != 0)[: len(groups)])
    several = np.flatnonzero(np.diff(begins, append=len(groups)) > 1)
    ends = np.append(begins[1:], len(groups))
    return sorted((order[begins[each] : ends[each]] for each in several), key=lambda indices: int(indices[0]))


def conflicting(
    groups: Sequence[NDArray[np.int64]], labels: Sequence[Sequence[str]]
) -> list[NDArray[np.int64]]:
    """Keep the groups whose rows have different labels."""
    return [each for each in groups if len({frozenset(labels[index]) for index in each.tolist()}) > 1]


def _repeated(
    groups: list[NDArray[np.int64]], labels: Sequence[Sequence[str]], rows: Sequence[int]
) -> list[Finding]:
    found = []
    if groups:
        numbers = row_numbers(groups, rows)
        again = sum(map(len, numbers)) - len(numbers)
        noun = "row repeats" if again == 1 else "rows repeat"
        message = f"{again} {noun} the text of an earlier one, case and spaces aside: {same_rows(numbers)}"
        found.append(Finding("duplicated_texts", message, rows=numbers))
    if odd := row_numbers(conflicting(groups, labels), rows):
        noun = "text has" if len(odd) == 1 else "texts have"
        message = f"{len(odd)} {noun} different labels on different rows: {same_rows(odd)}"
        found.append(Finding("conflicting_labels", message, rows=odd))
    return found


def _near(
    groups: list[NDArray[np.int64]], labels: Sequence[Sequence[str]], rows: Sequence[int]
) -> list[Finding]:
    found = []
    if groups:
        numbers = row_numbers(groups, rows)
        noun = "group" if len(numbers) == 1 else "groups"
        n_rows = sum(map(len, numbers))
        message = f"{n_rows} rows are in {len(numbers)} {noun} of near-duplicate texts: {same_rows(numbers, '~')}"
        found.append(Finding("near_duplicates", message, rows=numbers))
    if odd := row_numbers(conflicting(groups, labels), rows):
        noun = "group of near-duplicates has" if len(odd) == 1 else "groups of near-duplicates have"
        message = f"{len(odd)} {noun} different labels: {same_rows(odd, '~')}"
        found.append(Finding("near_conflicting_labels", message, rows=odd))
    return found


def row_numbers(groups: Sequence[NDArray[np.int64]], rows: Sequence[int]) -> tuple[Rows, ...]:
    """Give the row numbers of groups of indices."""
    return tuple(tuple(rows[index] for index in each.tolist()) for each in groups)

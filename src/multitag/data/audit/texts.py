"""What is odd about the texts of a table: those that repeat, or nearly, and those that give their labels away."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from multitag.data.audit.finding import Finding, same_rows
from multitag.data.audit.leakage import find_leaks
from multitag.data.duplicates.equal import members
from multitag.data.duplicates.groups import MOST_CHARACTERS, DuplicateGroups
from multitag.data.phrases import count_noun, list_first

Rows = tuple[int, ...]


def find_in_texts(
    texts: Iterable[str], labels: Sequence[Sequence[str]], rows: Sequence[int], alike: DuplicateGroups
) -> list[Finding]:
    """Find what is odd about the texts of a table, and the labels that they carry.

    Parameters
    ----------
    texts : iterable of str, length n_rows
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
    findings = _repeated(members(alike.equal), labels, rows)
    if alike.near is not None:
        groups = members(alike.near.groups[alike.equal])
        findings += _near([group for group in groups if len(np.unique(alike.equal[group])) > 1], labels, rows)
    elif alike.too_large:
        message = (
            f"near-duplicate texts were not looked for, as there are more than {MOST_CHARACTERS // 1_000_000} million "
            "characters: some held-out rows may be nearly the same as training rows"
        )
        findings.append(Finding("near_duplicates_not_looked_for", message))
    leaks = find_leaks(texts, labels)
    if leaks:
        shares = list_first([
            f"{leak.label!r} in {leak.with_label:.0%} of its texts and {leak.without_label:.1%} of others"
            for leak in leaks
        ])
        message = f"labels whose names are in their texts, which may give the answer away: {shares}"
        findings.append(Finding("suspected_leakage", message, labels=tuple((leak.label,) for leak in leaks)))
    return findings


def conflicting(
    groups: Sequence[NDArray[np.int64]], labels: Sequence[Sequence[str]]
) -> list[NDArray[np.int64]]:
    """Return the groups whose rows have different labels."""
    return [group for group in groups if len({frozenset(labels[index]) for index in group.tolist()}) > 1]


def _repeated(
    groups: list[NDArray[np.int64]], labels: Sequence[Sequence[str]], rows: Sequence[int]
) -> list[Finding]:
    findings = []
    if groups:
        numbers = row_numbers(groups, rows)
        repeats = count_noun(sum(map(len, numbers)) - len(numbers), "row repeats", "rows repeat")
        message = f"{repeats} the text of an earlier row, ignoring case and spaces: {same_rows(numbers)}"
        findings.append(Finding("duplicated_texts", message, rows=numbers))
    if odd := row_numbers(conflicting(groups, labels), rows):
        texts = count_noun(len(odd), "text has", "texts have")
        message = f"{texts} different labels on different rows: {same_rows(odd)}"
        findings.append(Finding("conflicting_labels", message, rows=odd))
    return findings


def _near(
    groups: list[NDArray[np.int64]], labels: Sequence[Sequence[str]], rows: Sequence[int]
) -> list[Finding]:
    findings = []
    if groups:
        numbers = row_numbers(groups, rows)
        n_rows, n_groups = sum(map(len, numbers)), count_noun(len(numbers), "group", "groups")
        message = f"{n_rows} rows are in {n_groups} of near-duplicate texts: {same_rows(numbers, '~')}"
        findings.append(Finding("near_duplicates", message, rows=numbers))
    if odd := row_numbers(conflicting(groups, labels), rows):
        n_odd = count_noun(len(odd), "group of near-duplicates has", "groups of near-duplicates have")
        message = f"{n_odd} different labels: {same_rows(odd, '~')}"
        findings.append(Finding("near_conflicting_labels", message, rows=odd))
    return findings


def row_numbers(groups: Sequence[NDArray[np.int64]], rows: Sequence[int]) -> tuple[Rows, ...]:
    """Return the row numbers of groups of indices."""
    return tuple(tuple(rows[index] for index in group.tolist()) for group in groups)

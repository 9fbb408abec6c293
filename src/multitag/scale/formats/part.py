"""A part of an input, and a row of it: what every format is cut into and read as."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

MAX_ROW_BYTES = 2**24  # of a line of JSONL or a record of CSV: longer ones are set aside, not held in memory
BLOCK_ROWS = 2048  # rows that are read and scored at once


@dataclass(frozen=True)
class Part:
    """Consecutive rows of one file.

    Parameters
    ----------
    number : int
        Of the part, from 0, in the order of the files and of their rows.
    file : int
        Position of its file among those of the input.
    start, stop : int
        Its first row, and the one after its last, from 0. Of JSONL the bytes instead: a line belongs to the part in
        which it begins.
    offset : int
        Byte at which the first row begins; 0 for Parquet.
    """

    number: int
    file: int
    start: int
    stop: int
    offset: int = 0


@dataclass(frozen=True)
class Row:
    """A row as it was read.

    Parameters
    ----------
    position : int
        Its number in the file, from 0; of JSONL the byte at which its line begins.
    record : dict
        Column to cell, of the columns that are needed.
    error : str or None
        Why it cannot be read.
    content : str
        What stands there, for whoever looks at a row that was set aside; empty where the record says it.
    """

    position: int
    record: dict[str, Any]
    error: str | None = None
    content: str = ""

"""fastText's files: one text per line, with its labels as words that start with ``__label__``."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from multitag.data.label_formats.cells.formats import FASTTEXT
from multitag.data.readers.encodings import find_encoding, open_text
from multitag.data.readers.records import Chunk, ReadOptions, Select
from multitag.data.readers.table_file import TableFile

LINE = "line"  # the only column


def is_label_lines(file: TableFile, options: ReadOptions) -> bool:
    """Return whether a text file begins with a label, as without a header, and no delimiter is set.

    Raises
    ------
    DataError
        If it is not text.
    """
    if options.delimiter is not None:
        return False
    with open_text(file, find_encoding(file, options.encoding).codec) as (text, _):
        return text.read(len(FASTTEXT)) == FASTTEXT


def read_label_lines(
    file: TableFile, options: ReadOptions, chunk_rows: int, select: Select | None = None
) -> Iterator[Chunk]:
    """Read the lines that are not blank as the cells of one column, ``line``; parameters as for a CSV.

    Yields
    ------
    Chunk
        At least one.

    Raises
    ------
    DataError
        If it is not text in its encoding.
    """
    encoding = find_encoding(file, options.encoding)
    kept = (LINE,) if select is None else tuple(select((LINE,)))
    notes = (encoding.note,) if encoding.note else ()
    number = 0
    with open_text(file, encoding.codec) as (text, share):
        lines = (line.rstrip("\r\n") for line in text if line.strip())
        at_end = False
        while not at_end:
            chunk = list(islice(lines, chunk_rows))
            at_end = len(chunk) < chunk_rows
            records = [dict.fromkeys(kept, line) for line in chunk]
            yield Chunk(kept, records, list(range(number + 1, number + len(chunk) + 1)), share(), notes=notes)
            number, notes = number + len(chunk), ()

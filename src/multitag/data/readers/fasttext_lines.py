"""fastText's files: a text a line, with its labels as words that start with ``__label__``."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from multitag.data.label_formats.cell_formats import FASTTEXT
from multitag.data.readers.encodings import find_encoding, open_text
from multitag.data.readers.records import Chunk, ReadOptions, Select
from multitag.data.readers.table_file import TableFile

LINE = "line"  # the only column


def is_label_lines(file: TableFile, options: ReadOptions) -> bool:
    """Tell whether a text file without a header begins with a label, and nobody says that it has cells.

    Raises
    ------
    DataError
        If it is no text.
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
        One at least.

    Raises
    ------
    DataError
        If it is no text in its encoding.
    """
    encoding = find_encoding(file, options.encoding)
    kept = (LINE,) if select is None else tuple(select((LINE,)))
    notes = (encoding.note,) if encoding.note else ()
    number = 0
    with open_text(file, encoding.codec) as (text, share):
        lines = (line.rstrip("\r\n") for line in text if line.strip())
        whole = False
        while not whole:
            some = list(islice(lines, chunk_rows))
            whole = len(some) < chunk_rows
            records = [dict.fromkeys(kept, line) for line in some]
            yield Chunk(kept, records, list(range(number + 1, number + len(some) + 1)), share(), notes=notes)
            number, notes = number + len(some), ()

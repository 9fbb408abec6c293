"""Parquet: every so many rows of a file are a part."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from multitag.extras import import_extra
from multitag.scale.formats.part import BLOCK_ROWS, Part, Row


def cut_parquet(file: Any, number: int, part_rows: int) -> list[Part]:
    """Cut a file every ``part_rows`` rows, by its footer alone.

    Parameters
    ----------
    file : pyarrow.NativeFile
        Opened for reading, anywhere.
    number : int
        Position of the file among those of the input; parts are numbered within the file here.
    part_rows : int
    """
    parquet: Any = import_extra("pyarrow.parquet", "ray")
    rows = parquet.ParquetFile(file).metadata.num_rows
    return [
        Part(index, number, start, min(start + part_rows, rows))
        for index, start in enumerate(range(0, rows, part_rows))
    ]


def read_parquet(file: Any, part: Part, columns: Sequence[str]) -> Iterator[list[Row]]:
    """Read the rows of a part in blocks; of row groups only those that it touches, of columns only those needed.

    Rows of a row group before the part are decoded and dropped: a part in the middle of a group of a million rows
    costs that, which is little beside scoring.
    """
    parquet: Any = import_extra("pyarrow.parquet", "ray")
    opened = parquet.ParquetFile(file, pre_buffer=False, buffer_size=2**20)  # pages as they come, not a whole group
    groups, first = _groups(opened.metadata, part)
    for batch in opened.iter_batches(BLOCK_ROWS, row_groups=groups, columns=list(dict.fromkeys(columns))):
        begin, end = max(part.start - first, 0), min(part.stop - first, batch.num_rows)
        if begin < end:
            records = batch.slice(begin, end - begin).to_pylist()
            yield [Row(first + begin + index, record) for index, record in enumerate(records)]
        first += batch.num_rows
        if first >= part.stop:
            return


def _groups(metadata: Any, part: Part) -> tuple[list[int], int]:
    """Return the row groups that a part touches, and the number of the first row of the first of them."""
    groups: list[int] = []
    first, begin = part.start, 0
    for group in range(metadata.num_row_groups):
        end = begin + metadata.row_group(group).num_rows
        if begin < part.stop and end > part.start:
            first = first if groups else begin
            groups.append(group)
        begin = end
    return groups, first

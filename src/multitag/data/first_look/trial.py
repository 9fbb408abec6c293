"""A suggestion of columns, tried by reading the table with it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace

from multitag.config import TableConfig
from multitag.config.values import as_names
from multitag.data.cells import RowError
from multitag.data.columns import Columns
from multitag.data.duplicates.merged_rows import PAIRS, are_pairs, describe_answers, find_answers
from multitag.data.first_look.samples import sample_rows
from multitag.data.first_look.suggestion import Suggestion
from multitag.data.label_formats.indicator_columns import IndicatorColumns
from multitag.data.label_formats.indicators import is_indicator
from multitag.data.nested import with_nested
from multitag.data.phrases import count_noun
from multitag.data.readers.source import Source
from multitag.data.row_labels import RowLabels
from multitag.data.table import Table, check_trainable, unlabelled_rows
from multitag.errors import ConfigError, DataError

TRIED_ROWS = 50_000  # evenly spaced; reading labels takes as long again as reading the file
LONG_NAME = 4  # words of a column's name that may be a text


def try_out(source: Source, data: TableConfig, suggestion: Suggestion) -> Suggestion:
    """Read the table as suggested; of a large one 50,000 evenly spaced rows.

    Parameters
    ----------
    source : Source
        With every column.
    data : TableConfig
    suggestion : Suggestion

    Returns
    -------
    Suggestion
        With the table; with what becomes of rows without labels; and with what still stops a training, as a doubt.
    """
    if not suggestion.is_whole or suggestion.is_blocked:
        return suggestion
    settings = replace(data, **suggestion.changes)
    source = with_nested(source, (*as_names(settings.text), *as_names(settings.labels)))
    if len(source.columns) > TRIED_ROWS:
        rows = sample_rows(len(source.columns), TRIED_ROWS)
        suggestion = suggestion.noting(f"tried on {len(rows)} of {len(source.columns)} rows, evenly spaced")
        source = _sampled(source, rows)
    try:
        suggestion = suggestion.reading(source, data)
        suggestion = _settle_unknown(suggestion, data)
        suggestion = suggestion.reading(source, data)
        suggestion = _settle_pairs(suggestion, source, data)
        suggestion = suggestion.reading(source, data)
        check_trainable(_table_of(suggestion), keep_unlabelled=True)
        return _settle_unlabelled(suggestion, data).reading(source, data)
    except (DataError, ConfigError) as error:
        return replace(suggestion.doubting(str(error)), table=None)


def _table_of(suggestion: Suggestion) -> Table:
    assert suggestion.table is not None
    return suggestion.table


def _settle_unknown(suggestion: Suggestion, data: TableConfig) -> Suggestion:
    """Leave out labels that nobody judged, where nothing was said of them."""
    if not _table_of(suggestion).unknown or data.unknown != "ask":
        return suggestion
    note = "labels that nobody judged are left out with --unknown mask, and taken as no with --unknown no"
    return suggestion.noting(note).changing(unknown="mask")


def _settle_pairs(suggestion: Suggestion, source: Source, data: TableConfig) -> Suggestion:
    """Merge rows of one text and one label each, unless another column says which of the labels hold."""
    table = _table_of(suggestion)
    if data.merge_rows or not are_pairs(table.texts, [RowLabels(names) for names in table.labels]):
        return suggestion
    if answers := find_answers(source.columns, (*table.text_columns.names, *table.shape.columns)):
        return suggestion.doubting(describe_answers(answers, source.columns[answers]))
    return suggestion.noting(f"{PAIRS}: --merge-rows makes one row of them").changing(merge_rows=True)


def _settle_unlabelled(suggestion: Suggestion, data: TableConfig) -> Suggestion:
    """Say what becomes of rows without labels, where nothing was said of them and they stop a training."""
    table = _table_of(suggestion)
    try:
        check_trainable(table, keep_unlabelled=data.keeps_unlabelled, strict=data.strict)
        return suggestion
    except DataError:
        if data.unlabelled != "error" or data.strict:
            raise
    rows = count_noun(len(unlabelled_rows(table)), "row has", "rows have")
    suggestion = suggestion.noting(
        f"{rows} no label: --allow-unlabelled trains on them as examples of no label, --unlabelled drop leaves them out"
    )
    if data.label_columns or "label_columns" in suggestion.changes:  # what has no yes is a no
        return replace(suggestion.changing(unlabelled="keep"), table=table)
    return suggestion.changing(unlabelled="drop")


def header_is_row(suggestion: Suggestion) -> bool:
    """Return whether the names of the suggested columns are themselves a text and labels of the table."""
    table = suggestion.table
    if table is None or len(table.text_columns.names[0].split()) < LONG_NAME:
        return False
    if isinstance(table.shape, IndicatorColumns):
        return all(is_indicator(name.partition(" (column")[0]) for name in table.shape.columns)
    try:
        names = table.shape.read(table.shape.columns).names
    except RowError:
        return False
    return bool(names) and set(names) <= {name for row in table.labels for name in row}


def _sampled(source: Source, rows: Sequence[int]) -> Source:
    """Return some rows of a source, which know where they stand."""
    cells = tuple([cells[row] for row in rows] for cells in source.columns.cells)
    starts = tuple(bisect_left(rows, start) for start in source.starts) or (0,)
    numbers = [source.file_and_row(row)[1] for row in rows]
    columns = Columns(source.columns.names, cells, len(rows))
    return Source(source.name, columns, files=source.files or (source.name,), starts=starts, rows=numbers)

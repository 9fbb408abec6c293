"""From a source to a Table: every row of the source is used or left out with a reason."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from multitag.config import TableConfig
from multitag.data.annotations.columns import AnnotationColumns
from multitag.data.cells import RowError
from multitag.data.label_formats.cells.formats import FastText
from multitag.data.label_formats.cells.objects import NotLabelsError
from multitag.data.label_formats.choose import RememberedConfig, choose_shape, label_columns
from multitag.data.label_formats.column_patterns import check_column
from multitag.data.label_formats.label_columns import CellColumns, LabelColumns
from multitag.data.label_formats.plausibility import check_labels, check_lost
from multitag.data.left_out import BAD_LABELS, BAD_TEXT, REPEATED_HEADER, WITHOUT_LABELS, WITHOUT_TEXT, LeftOut
from multitag.data.phrases import describe_columns
from multitag.data.readers.fasttext_lines import LINE
from multitag.data.readers.source import Source
from multitag.data.row_labels import RowLabels
from multitag.data.samples import SAMPLE_COLUMNS
from multitag.data.table import Table
from multitag.data.texts import Text, TextColumns
from multitag.errors import DataError


class Row(NamedTuple):
    """What is used of a row."""

    text: Text
    labels: RowLabels


class Defect(NamedTuple):
    """Why a row is left out; see :class:`~multitag.data.left_out.LeftOut`."""

    column: str | None
    kind: str
    reason: str


def with_known_columns(data: TableConfig, source: Source) -> TableConfig:
    """Fill in the columns of a packaged table, and of lines in fastText's format, where none are named."""
    default: tuple[str | None, str | None] = SAMPLE_COLUMNS.get(source.name, (None, None))
    text, labels = (LINE, LINE) if source.columns.names == (LINE,) else default
    return replace(data, text=data.text or text, labels=data.labels or (None if data.label_columns else labels))


def check_columns(data: TableConfig, source: Source, columns: Sequence[str] = ()) -> bool:
    """Check the columns that are named; return whether both those of texts and those of labels are.

    Parameters
    ----------
    data : TableConfig
    source : Source
    columns : sequence of str, optional
        Columns of the files, where the source has only some of them.

    Raises
    ------
    DataError
        If one is missing; names the columns of the table.
    """
    columns = columns or source.columns.names
    with_text, with_labels = data.text is not None, bool(data.labels or data.label_columns)
    if with_text:
        _text_columns(data, columns, source.name)
    if with_labels:
        label_columns(data, columns, source.name)
    return with_text and with_labels


def build_table(source: Source, data: TableConfig, *, keep_content: bool = False) -> Table:
    """Take texts and labels out of a source, whether or not they will do for training.

    Parameters
    ----------
    source : Source
    data : TableConfig
    keep_content : bool, default False
        Keep the rows that are left out as they stand, for a quarantine file.

    Returns
    -------
    Table
        Possibly without rows, and with rows without labels.

    Raises
    ------
    DataError
        If a column is missing, or the column of labels holds something else.
    ConfigError
        If options do not go together.
    """
    data = with_known_columns(data, source)
    columns = source.columns
    texts = _text_columns(data, columns.names, source.name)
    shape = choose_shape(data, label_columns(data, columns.names, source.name), columns.__getitem__, source.name)
    if set(texts.names) & set(shape.columns):
        texts = _texts_with_labels(texts, shape, source.name)
    elif isinstance(shape, CellColumns) and shape.is_fasttext:
        shape = replace(shape, form=FastText(with_text=False))
    files = _files(source)
    starts = _starts(files)
    numbers: list[int] = []
    used: list[Row] = []
    lost: list[LeftOut] = []
    lost_cells: list[object] = []
    text_cells = zip(*(columns[name] for name in texts.names), strict=True)
    label_cells = zip(*(columns[name] for name in shape.columns), strict=True)
    for index, cells in enumerate(zip(text_cells, label_cells, strict=True)):
        row = _read_row(texts, shape, *cells, drop_unlabelled=data.unlabelled == "drop")
        file, number = source.file_and_row(index)
        if isinstance(row, Row):
            numbers.append(starts[file] + number)
            used.append(row)
        else:
            lost.append(LeftOut(file, number, *row, _content(source, index) if keep_content else ""))
            lost_cells.append(cells[1][0])
    labels = tuple(row.labels.names for row in used)
    notes = _check_plausibility(labels, lost, lost_cells, shape, data, source.name)
    if isinstance(shape, AnnotationColumns):
        notes += (f"{source.name}: {note}" for note in shape.notes)
    left_out = [*source.left_out, *lost]
    return Table(
        texts=tuple(row.text for row in used), labels=labels, rows=tuple(numbers),
        source=source.name, text_columns=texts, shape=shape, n_rows_source=sum(files.values()),
        files=tuple(files.items()) if len(files) > 1 else (), notes=(*source.notes, *notes),
        left_out=tuple(sorted(left_out, key=lambda row: starts[row.file] + row.row)),
    )  # fmt: skip


def _check_plausibility(
    labels: tuple[tuple[str, ...], ...], lost: list[LeftOut], lost_cells: list[object], shape: LabelColumns,
    data: TableConfig, source: str,
) -> list[str]:  # fmt: skip
    """Look at what came out; return notes, or refuse it."""
    place = f"{source}, {describe_columns(shape.columns)}"
    settled = data.label_separator is not None or data.label_shape != "auto" or isinstance(data, RememberedConfig)
    try:
        if not settled:
            check_lost(lost, lost_cells, labels, shape)
        return [f"{place}: {note}" for note in check_labels(labels, shape, settled=settled)]
    except NotLabelsError as error:
        raise DataError(f"{place}: {error}") from error


def _texts_with_labels(texts: TextColumns, shape: LabelColumns, source: str) -> TextColumns:
    """Mark the labels as words of the text, as fastText writes them; refuse a text that is its own label."""
    if isinstance(shape, CellColumns) and shape.is_fasttext and texts.names == shape.columns:
        return replace(texts, with_labels=True)
    both = next(name for name in texts.names if name in shape.columns)
    raise DataError(f"{source}: column {both!r} holds the text and the labels; name another with --text or --labels")


def _read_row(
    texts: TextColumns, shape: LabelColumns, text_cells: tuple[Any, ...], label_cells: tuple[Any, ...], *,
    drop_unlabelled: bool,
) -> Row | Defect:  # fmt: skip
    if _repeats(text_cells, texts.names) and _repeats(label_cells, shape.columns):  # joined files, header and all
        return Defect(None, REPEATED_HEADER, "repeats the header")
    try:
        text = texts.read(text_cells)
    except RowError as error:
        return Defect(error.column, BAD_TEXT, str(error))
    if text is None:
        return Defect(texts.names[0], WITHOUT_TEXT, f"empty text in {texts.describe()}")
    try:
        labels = shape.read(label_cells)
    except RowError as error:
        return Defect(error.column, BAD_LABELS, str(error))
    if drop_unlabelled and not labels.names:
        return Defect(shape.columns[0], WITHOUT_LABELS, "no label")
    return Row(text, labels)


def _text_columns(data: TableConfig, columns: Sequence[str], source: str) -> TextColumns:
    written = data.text if isinstance(data.text, tuple) else (data.text,)
    names = dict.fromkeys(check_column(columns, name, source, "text") for name in written)
    return TextColumns(tuple(names), data.text_pair)


def _repeats(cells: tuple[object, ...], names: tuple[str, ...]) -> bool:
    return all(isinstance(cell, str) and cell == name for cell, name in zip(cells, names, strict=True))


def _files(source: Source) -> dict[str, int]:
    """Count the rows of each file, in order."""
    counts = Counter(source.file_and_row(index)[0] for index in range(len(source.columns)))
    counts.update(row.file for row in source.left_out)
    return {name: counts[name] for name in source.files or (source.name,)}


def _starts(files: dict[str, int]) -> dict[str, int]:
    """Count the rows before each file."""
    starts, total = {}, 0
    for name, n_rows in files.items():
        starts[name] = total
        total += n_rows
    return starts


def _content(source: Source, index: int) -> str:
    return json.dumps(source.columns.row(index), ensure_ascii=False, default=str)

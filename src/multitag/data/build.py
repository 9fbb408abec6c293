"""From a source to a Table: every row of the source is used or left out with a reason."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from multitag.config import DataConfig
from multitag.data.cells import RowError
from multitag.data.label_formats.choose import choose_shape, label_columns
from multitag.data.label_formats.column_patterns import check_column
from multitag.data.label_formats.label_columns import CellColumns, LabelColumns
from multitag.data.left_out import BAD_LABELS, BAD_TEXT, REPEATED_HEADER, WITHOUT_LABELS, WITHOUT_TEXT, LeftOut
from multitag.data.readers.fasttext_lines import LINE
from multitag.data.readers.source import Rejected, Source
from multitag.data.samples import SAMPLE_COLUMNS
from multitag.data.table import Table
from multitag.data.texts import Text, TextColumns
from multitag.errors import DataError

Found = tuple[Text, tuple[str, ...]] | tuple[str | None, str, str]  # what is used; or column, kind and reason


def with_known_columns(data: DataConfig, source: Source) -> DataConfig:
    """Fill in the columns of a packaged table, and of lines in fastText's format, where none are given."""
    known: tuple[str | None, str | None] = SAMPLE_COLUMNS.get(source.name, (None, None))
    text, labels = (LINE, LINE) if source.columns.names == (LINE,) else known
    return replace(data, text=data.text or text, labels=data.labels or (None if data.label_columns else labels))


def check_columns(data: DataConfig, source: Source, there: Sequence[str] = ()) -> bool:
    """Check the columns that are named; tell whether both those of texts and those of labels are.

    Parameters
    ----------
    data : DataConfig
    source : Source
    there : sequence of str, optional
        Columns of the files, where the source has some of them only.

    Raises
    ------
    DataError
        If one is missing; names the columns there are.
    """
    there = list(there) or list(source.columns.names)
    with_text, with_labels = data.text is not None, bool(data.labels or data.label_columns)
    if with_text:
        _text_columns(data, there, source.name)
    if with_labels:
        label_columns(data, there, source.name)
    return with_text and with_labels


def build_table(source: Source, data: DataConfig, *, keep_content: bool = False) -> Table:
    """Take texts and labels out of a source, without asking whether they will do for training.

    Parameters
    ----------
    source : Source
    data : DataConfig
    keep_content : bool, default False
        Keep the rows that are left out as they stand, for a quarantine file.

    Returns
    -------
    Table
        Maybe without rows, and with rows without labels.

    Raises
    ------
    DataError
        If a column is missing, or the column of labels holds something else.
    ConfigError
        If options do not go together.
    """
    data = with_known_columns(data, source)
    there = source.columns.names
    texts = _text_columns(data, there, source.name)
    columns = label_columns(data, there, source.name)
    cells = {name: source.columns[name] for name in (*texts.names, *columns)}
    shape = choose_shape(data, columns, cells.__getitem__, source.name)
    if set(texts.names) & set(columns):
        texts = _texts_with_labels(texts, shape, source.name)
    files = _files(source)
    starts = _starts(files)
    used: list[tuple[int, Text, tuple[str, ...]]] = []
    left_out = [_rejected(each) for each in source.rejected]
    text_cells, label_cells = (zip(*(cells[name] for name in names), strict=True) for names in (texts.names, columns))
    for index, row_cells in enumerate(zip(text_cells, label_cells, strict=True)):
        found = _read_row(texts, shape, *row_cells, drop_unlabelled=data.unlabelled == "drop")
        file, row = source.file_and_row(index)
        if len(found) == 2:
            used.append((starts[file] + row, *found))
        else:
            left_out.append(LeftOut(file, row, *found, _content(source, index) if keep_content else ""))
    numbers, used_texts, used_labels = zip(*used, strict=True) if used else ((), (), ())
    return Table(
        texts=used_texts, labels=used_labels, rows=numbers, source=source.name, text_columns=texts, shape=shape,
        n_rows_source=sum(files.values()), files=tuple(files.items()) if len(files) > 1 else (), notes=source.notes,
        left_out=tuple(sorted(left_out, key=lambda each: starts[each.file] + each.row)),
    )  # fmt: skip


def _texts_with_labels(texts: TextColumns, shape: LabelColumns, source: str) -> TextColumns:
    """Take the labels out of a text that they are words of; refuse a text that is its own label."""
    if isinstance(shape, CellColumns) and shape.is_fasttext and texts.names == shape.columns:
        return replace(texts, with_labels=True)
    both = next(name for name in texts.names if name in shape.columns)
    raise DataError(f"{source}: column {both!r} holds the text and the labels; name another with --text or --labels")


def _read_row(
    texts: TextColumns, shape: LabelColumns, text_cells: tuple[Any, ...], label_cells: tuple[Any, ...], *,
    drop_unlabelled: bool,
) -> Found:  # fmt: skip
    if _repeats(text_cells, texts.names) and _repeats(label_cells, shape.columns):  # joined files, header and all
        return None, REPEATED_HEADER, "repeats the header"
    try:
        text = texts.read(text_cells)
    except RowError as error:
        return error.column, BAD_TEXT, str(error)
    if text is None:
        return texts.names[0], WITHOUT_TEXT, f"empty text in {texts.describe()}"
    try:
        labels = shape.read(label_cells)
    except RowError as error:
        return error.column, BAD_LABELS, str(error)
    if drop_unlabelled and not labels:
        return shape.columns[0], WITHOUT_LABELS, "no label"
    return text, labels


def _text_columns(data: DataConfig, there: Sequence[str], source: str) -> TextColumns:
    given = data.text if isinstance(data.text, tuple) else (data.text,)
    names = dict.fromkeys(check_column(there, each, source, "text") for each in given)
    return TextColumns(tuple(names), data.text_pair)


def _repeats(cells: tuple[object, ...], names: tuple[str, ...]) -> bool:
    return all(isinstance(cell, str) and cell == name for cell, name in zip(cells, names, strict=True))


def _rejected(row: Rejected) -> LeftOut:
    kind = row.reason.partition(":")[0]
    return LeftOut(row.file, row.row, row.column, kind, row.reason, row.content)


def _files(source: Source) -> dict[str, int]:
    """Count the rows of each file, in order."""
    counts = Counter(source.file_and_row(index)[0] for index in range(len(source.columns)))
    counts.update(each.file for each in source.rejected)
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

"""From a source to a Table: every row of the source is used or left out with a reason."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from multitag.config import DataConfig, ShapeName, Unlabelled
from multitag.data.cells import RowError
from multitag.data.left_out import (
    BAD_LABELS,
    BAD_TEXT,
    REPEATED_HEADER,
    WITHOUT_LABELS,
    WITHOUT_TEXT,
    LeftOut,
    write_quarantine,
)
from multitag.data.samples import SAMPLE_COLUMNS
from multitag.data.shapes.choose import FORMS, choose_shape, label_columns
from multitag.data.shapes.expand import check_column
from multitag.data.shapes.shape import CellShape, LabelShape
from multitag.data.source import ReadOptions, Rejected, Select, Source, open_source
from multitag.data.table import Table, check_rows, check_trainable
from multitag.data.texts import Text, TextColumns

if TYPE_CHECKING:
    import pandas as pd

Columns = str | Sequence[str]
Found = tuple[Text, tuple[str, ...]] | tuple[str, str | None, str]  # what is used; or kind, column and reason


def read_table(
    source: str | Path | Sequence[str | Path] | pd.DataFrame,
    text: Columns | None = None,
    labels: Columns | None = None,
    *,
    label_columns: Columns | None = None,
    text_pair: bool = False,
    label_separator: str | None = None,
    label_shape: ShapeName = "auto",
    label_key: str | None = None,
    label_names: str | Path | None = None,
    allow_unlabelled: bool = False,
    unlabelled: Unlabelled = "error",
    strict: bool = False,
    quarantine: str | Path | None = None,
    delimiter: str | None = None,
    encoding: str | None = None,
    header: bool = True,
) -> Table:
    """Read texts and labels from files, a DataFrame or a packaged table.

    Parameters
    ----------
    source : str, Path, sequence of those, or DataFrame
        A CSV, TSV, JSONL or Parquet file, or several that make one table; ``"sample"`` (800 movies that come with
        multitag); ``"imdb"`` (1000 movies, downloaded once and checked); or a pandas DataFrame.
    text, labels : str or sequence of str, optional
        Column names. They may be left out for ``"sample"`` and ``"imdb"`` only. The texts of several columns are
        joined; several columns of labels hold some labels each.
    label_columns : str or sequence of str, optional
        Instead of ``labels``: columns with 0 and 1, one a label; names, ``"SDG1..SDG17"`` or ``"SDG*"``.
    text_pair : bool, default False
        The two columns of text stay two segments of a pair.
    label_separator : str, optional
        What stands between labels in one cell. By default it is found: the one of comma, semicolon and pipe that most
        cells hold.
    label_shape : {"auto", "separated", "single", "json", "python", "fasttext"}
        How a cell holds labels; by default it is found.
    label_key : str, optional
        Where labels are objects, the key of their names; by default it is found.
    label_names : str or Path, optional
        A file with the names of label ids, see :func:`multitag.data.shapes.names.read_label_names`.
    allow_unlabelled : bool, default False
        Keep rows without a label as examples of none of the labels, as ``unlabelled="keep"`` does.
    unlabelled : {"error", "keep", "drop"}
        What becomes of rows without a label.
    strict : bool, default False
        Refuse the table for the first row that cannot be used.
    quarantine : str or Path, optional
        A CSV file to write rows that cannot be used to, with their reasons.
    delimiter, encoding, header
        Of CSV files, see :class:`~multitag.data.source.ReadOptions`.

    Returns
    -------
    Table
        Rows that cannot be used are listed in ``left_out``.

    Raises
    ------
    DataError
        If the file or a column is missing, no row is left, a row has no label (unless allowed), or the table
        has fewer than two different labels.
    ConfigError
        If options do not go together.
    """
    data = DataConfig(
        text=_columns(text), labels=_columns(labels), text_pair=text_pair,
        label_columns=None if label_columns is None else _listed(label_columns),
        label_separator=label_separator, label_shape=label_shape, label_key=label_key,
        label_names=None if label_names is None else str(label_names), allow_unlabelled=allow_unlabelled,
        unlabelled=unlabelled, strict=strict, delimiter=delimiter, encoding=encoding, header=header,
    )  # fmt: skip
    return load_table(source, data, quarantine)


def load_table(
    source: str | Path | Sequence[str | Path] | pd.DataFrame,
    data: DataConfig,
    quarantine: str | Path | None = None,
    *,
    held_out: bool = False,
) -> Table:
    """Read a table by the settings of a run.

    Parameters
    ----------
    source, quarantine
        As in :func:`read_table`.
    data : DataConfig
    held_out : bool, default False
        The rows are to be measured on and not to be learned from: one label will do.

    Raises
    ------
    DataError, ConfigError
        As :func:`read_table`.
    """
    there: dict[str, None] = {}
    opened = open_source(source, read_options(data), None if quarantine else _needed_columns(data, there))
    check_columns(with_known_columns(data, opened.name), opened, list(there))
    table = build_table(opened, data, keep_content=quarantine is not None)
    if quarantine is not None:
        write_quarantine(Path(quarantine), table.left_out)
    check = check_rows if held_out else check_trainable
    check(table, keep_unlabelled=data.keeps_unlabelled, strict=data.strict)
    return table


def read_options(data: DataConfig) -> ReadOptions:
    """Give what the settings of a run say about its files."""
    return ReadOptions(data.delimiter, data.encoding, data.header)


def _needed_columns(data: DataConfig, there: dict[str, None]) -> Select | None:
    """Choose the columns to read, as others only take memory; None for all. Those that there are go to ``there``."""
    if data.text is None or data.labels is None:  # a packaged table, or columns that are named in short
        return None
    needed = {name.strip() for given in (data.text, data.labels) for name in _listed(given)}

    def select(names: Sequence[str]) -> Sequence[str]:
        there.update(dict.fromkeys(map(str, names)))
        return [name for name in names if str(name).strip() in needed]

    return select


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
    there = list(there) or [str(name) for name in source.frame.columns]
    with_text, with_labels = data.text is not None, bool(data.labels or data.label_columns)
    if with_text:
        _text_columns(data, there, source.name)
    if with_labels:
        label_columns(data, there, source.name)
    return with_text and with_labels


def with_known_columns(data: DataConfig, name: str) -> DataConfig:
    """Fill in the columns of a packaged table where none are given; name is the source's."""
    text, labels = SAMPLE_COLUMNS.get(name, (None, None))
    return replace(data, text=data.text or text, labels=data.labels or (None if data.label_columns else labels))


def settings_of_bundle(facts: Mapping[str, Any], **given: Any) -> DataConfig:
    """Give the settings that read another table as a bundle's own was read.

    Parameters
    ----------
    facts : mapping
        ``data`` of the bundle's manifest.
    **given
        Settings of :class:`~multitag.config.DataConfig` that win over it; None where there is none.

    Raises
    ------
    ConfigError
        If they do not go together.
    """
    columns = tuple(facts.get("label_columns", (facts["label_column"],)))
    shape = facts.get("label_shape", "auto")
    known: dict[str, Any] = {
        "text": tuple(facts.get("text_columns", (facts["text_column"],))),
        "text_pair": facts.get("text_pair", False),
        "label_key": facts.get("label_key"),
        "label_shape": shape if shape in FORMS else "auto",
        **({"label_columns": columns} if shape == "columns" else {"labels": columns}),
    }
    changed = {name: value for name, value in given.items() if value is not None}
    if "text" in changed:
        del known["text_pair"]
    if {"labels", "label_columns"} & changed.keys():
        known = {name: value for name, value in known.items() if not name.startswith("label")}
    if "label_separator" in changed:
        known["label_shape"] = "auto"
    return DataConfig(**{**known, **changed})


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
    data = with_known_columns(data, source.name)
    frame = source.frame
    there = [str(name) for name in frame.columns]
    texts = _text_columns(data, there, source.name)
    cells = {name: frame.iloc[:, there.index(name)].tolist() for name in texts.names}
    columns = label_columns(data, there, source.name)
    cells |= {name: frame.iloc[:, there.index(name)].tolist() for name in columns}
    shape = choose_shape(data, columns, cells.__getitem__, source.name)
    if isinstance(shape, CellShape) and shape.is_fasttext and columns == texts.names:
        texts = replace(texts, with_labels=True)
    used: list[tuple[int, Text, tuple[str, ...]]] = []
    left_out = [_rejected(each) for each in source.rejected]
    files = _files(source)
    starts = _starts(files)
    text_cells, label_cells = (zip(*(cells[name] for name in names), strict=True) for names in (texts.names, columns))
    for index, row_cells in enumerate(zip(text_cells, label_cells, strict=True)):
        found = _read_row(texts, shape, *row_cells, drop_unlabelled=data.unlabelled == "drop")
        file, row = source.file_and_row(index)
        if len(found) == 2:
            used.append((starts[file] + row, *found))
        else:
            content = _content(frame, there, index) if keep_content else ""
            kind, column, reason = found
            left_out.append(LeftOut(file, row, column, kind, reason, content))
    return Table(
        texts=tuple(text for _, text, _ in used),
        labels=tuple(labels for _, _, labels in used),
        rows=tuple(row for row, _, _ in used),
        source=source.name,
        text_columns=texts,
        shape=shape,
        n_rows_source=sum(files.values()),
        left_out=tuple(sorted(left_out, key=lambda each: starts[each.file] + each.row)),
        files=tuple(files.items()) if len(files) > 1 else (),
        notes=source.notes,
    )


def _read_row(
    texts: TextColumns, shape: LabelShape, text_cells: tuple[Any, ...], label_cells: tuple[Any, ...], *,
    drop_unlabelled: bool,
) -> Found:  # fmt: skip
    if _repeats(text_cells, texts.names) and _repeats(label_cells, shape.columns):  # joined files, header and all
        return REPEATED_HEADER, None, "repeats the header"
    try:
        text = texts.read(text_cells)
    except RowError as error:
        return BAD_TEXT, error.column, str(error)
    if text is None:
        return WITHOUT_TEXT, texts.names[0], f"empty text in {texts.describe()}"
    try:
        labels = shape.read(label_cells)
    except RowError as error:
        return BAD_LABELS, error.column, str(error)
    if drop_unlabelled and not labels:
        return WITHOUT_LABELS, shape.columns[0], "no label"
    return text, labels


def _text_columns(data: DataConfig, there: Sequence[str], source: str) -> TextColumns:
    given = data.text if isinstance(data.text, tuple) else (data.text,)
    return TextColumns(tuple(check_column(there, each, source, "text") for each in given), data.text_pair)


def _repeats(cells: tuple[object, ...], names: tuple[str, ...]) -> bool:
    return all(isinstance(cell, str) and cell == name for cell, name in zip(cells, names, strict=True))


def _listed(given: Columns) -> tuple[str, ...]:
    return (given,) if isinstance(given, str) else tuple(given)


def _columns(given: Columns | None) -> str | tuple[str, ...] | None:
    return given if given is None or isinstance(given, str) else tuple(given)


def _rejected(row: Rejected) -> LeftOut:
    kind = row.reason.partition(":")[0]
    return LeftOut(row.file, row.row, row.column, kind, row.reason, row.content)


def _files(source: Source) -> dict[str, int]:
    """Count the rows of each file, in order."""
    counts = Counter(source.file_and_row(index)[0] for index in range(len(source.frame)))
    counts.update(each.file for each in source.rejected)
    return dict(counts) or {source.name: 0}


def _starts(files: dict[str, int]) -> dict[str, int]:
    """Count the rows before each file."""
    starts, total = {}, 0
    for name, n_rows in files.items():
        starts[name] = total
        total += n_rows
    return starts


def _content(frame: pd.DataFrame, there: Sequence[str], index: int) -> str:
    return json.dumps(dict(zip(there, frame.iloc[index].tolist(), strict=True)), ensure_ascii=False, default=str)

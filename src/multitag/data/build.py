"""From a source to a Table: every row of the source is used or left out with a reason."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from multitag.config import TableConfig
from multitag.data.annotations.columns import AnnotationColumns
from multitag.data.duplicates.named_groups import describe_groups, read_groups
from multitag.data.label_formats.cells.formats import FastText
from multitag.data.label_formats.cells.objects import NotLabelsError
from multitag.data.label_formats.choose import RememberedConfig, choose_shape, label_columns
from multitag.data.label_formats.column_patterns import check_column
from multitag.data.label_formats.indicator_columns import IndicatorColumns
from multitag.data.label_formats.label_columns import CellColumns, LabelColumns
from multitag.data.label_formats.plausibility import check_labels, check_lost
from multitag.data.phrases import count_noun, describe_columns, list_first
from multitag.data.readers.fasttext_lines import LINE
from multitag.data.readers.source import Source
from multitag.data.row_labels import ON, RowLabels
from multitag.data.rows import Rows
from multitag.data.samples import SAMPLE_COLUMNS
from multitag.data.stored.views import kept
from multitag.data.table import Table
from multitag.data.texts import TextColumns
from multitag.errors import DataError


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
    if data.group is not None:
        check_column(columns, data.group, source.name, "group")
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
    rows = Rows.read(source, texts, shape, keep_content=keep_content)
    notes = _check_plausibility(rows, data)
    notes += rows.settle(data)
    place = f"{source.name}, {describe_columns(shape.columns)}"
    notes = [f"{place}: {note}" for note in [*notes, *_label_notes(rows, data)]]
    if isinstance(shape, AnnotationColumns):
        notes += [f"{source.name}: {note}" for note in shape.notes]
    groups: tuple[str, ...] = ()
    if data.group is not None:
        column = check_column(columns.names, data.group, source.name, "group")
        groups = read_groups([columns[column][index] for index in rows.indices])
        said = [describe_groups(groups), *rows.group_notes(columns[column])]
        notes += [f"{source.name}, column {column!r}: {note}" for note in said]
    return _table(rows, notes, groups, data)


def _table(rows: Rows, notes: Sequence[str], groups: tuple[str, ...], data: TableConfig) -> Table:
    source = rows.source
    files = _files(source)
    starts = _starts(files)
    numbers = array("q", (starts[file] + number for file, number in map(source.file_and_row, rows.indices)))
    texts, row_numbers = kept(rows.texts, numbers)
    labels = rows.labels
    return Table(
        texts=texts, labels=tuple(row.names for row in labels), rows=row_numbers,
        source=source.name, text_columns=rows.texts_at, shape=rows.shape, n_rows_source=sum(files.values()),
        files=tuple(files.items()) if len(files) > 1 else (), notes=(*source.notes, *notes),
        left_out=tuple(sorted([*source.left_out, *rows.lost.values()], key=lambda row: starts[row.file] + row.row)),
        judged=frozenset(number for number, row in zip(numbers, labels, strict=True) if row.judged and not row.names),
        unknown=tuple(row.unknown for row in labels) if any(row.unknown for row in labels) else (),
        shares=tuple(row.shares for row in labels) if any(row.shares for row in labels) else (),
        groups=groups, unknown_rule=data.unknown,
    )  # fmt: skip


def _label_notes(rows: Rows, data: TableConfig) -> Iterator[str]:
    """Describe rows that have no label, and soft labels."""
    labels, shape = rows.labels, rows.shape
    if isinstance(shape, IndicatorColumns):
        yield from shape.notes()
    bare = sum(row.judged and not row.names and not row.unknown for row in labels)
    if bare:
        words = _words_of_none(shape, data)
        says = "has no label: it says" if bare == 1 else "have no label: they say"
        yield f"{bare} of {count_noun(len(labels), 'row', 'rows')} {says} so with {words}"
    if data.soft and not isinstance(data, RememberedConfig):
        yield _describe_soft(labels)
    if data.annotators != "auto" and not isinstance(shape, AnnotationColumns):
        yield f"--annotators {data.annotators} changes nothing: these labels are no answers of several annotators"


def _words_of_none(shape: LabelColumns, data: TableConfig) -> str:
    if isinstance(shape, AnnotationColumns):
        return "answers"
    if isinstance(shape, CellColumns) and not shape.objects.have_answers:
        return "empty lists"
    return "zeros, or less than a half" if data.soft else "zeros"


def _describe_soft(labels: Sequence[RowLabels]) -> str:
    soft = {name for row in labels for name, share in row.shares if 0 < share < 1}
    if not soft:
        return "soft labels were asked for, but no label has a probability between 0 and 1"
    names = {name for row in labels for name in row.names}
    never = sorted({name for row in labels for name, _ in row.shares} - names)
    line = f"{count_noun(len(soft), 'label is', 'labels are')} soft; metrics use them at {ON:g}"
    if never:
        line += f"; {list_first([*map(repr, never)])} never {'gets' if len(never) == 1 else 'get'} there"
    return line


def _check_plausibility(rows: Rows, data: TableConfig) -> list[str]:
    """Look at what came out; return notes, or refuse it."""
    shape, labels = rows.shape, [row.names for row in rows.labels]
    settled = data.label_separator is not None or data.label_shape != "auto" or isinstance(data, RememberedConfig)
    try:
        if not settled:
            cells = rows.source.columns[shape.columns[0]]
            check_lost(list(rows.lost.values()), [cells[index] for index in rows.lost], labels, shape)
        return [*check_labels(labels, shape, settled=settled)]
    except NotLabelsError as error:
        raise DataError(f"{rows.source.name}, {describe_columns(shape.columns)}: {error}") from error


def _texts_with_labels(texts: TextColumns, shape: LabelColumns, source: str) -> TextColumns:
    """Mark the labels as words of the text, as fastText writes them; refuse a text that is its own label."""
    if isinstance(shape, CellColumns) and shape.is_fasttext and texts.names == shape.columns:
        return replace(texts, with_labels=True)
    both = next(name for name in texts.names if name in shape.columns)
    raise DataError(f"{source}: column {both!r} holds the text and the labels; name another with --text or --labels")


def _text_columns(data: TableConfig, columns: Sequence[str], source: str) -> TextColumns:
    written = data.text if isinstance(data.text, tuple) else (data.text,)
    names = dict.fromkeys(check_column(columns, name, source, "text") for name in written)
    return TextColumns(tuple(names), data.text_pair)


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


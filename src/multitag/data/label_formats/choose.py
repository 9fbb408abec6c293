"""From the settings of a table's labels, and what their cells show, to how they are read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from multitag.config import TableConfig
from multitag.data.cells import is_missing
from multitag.data.label_formats.cells.formats import CellFormat, FastText, Separated, Single
from multitag.data.label_formats.cells.lists import Brackets, JsonList, PythonList
from multitag.data.label_formats.cells.notations import is_wrapped
from multitag.data.label_formats.cells.objects import NotLabelsError
from multitag.data.label_formats.cells.separators import MOST, find_separator
from multitag.data.label_formats.column_patterns import check_column, expand_columns
from multitag.data.label_formats.detect import find_brackets, find_form, find_objects_in
from multitag.data.label_formats.id_names import IdNames, read_label_names
from multitag.data.label_formats.indicator_columns import Cells, are_indicators, find_indicators
from multitag.data.label_formats.label_columns import CellColumns, LabelColumns
from multitag.data.label_formats.vectors import find_vectors
from multitag.data.phrases import describe_columns
from multitag.errors import ConfigError, DataError

FORMS: dict[str, CellFormat] = {
    "single": Single(), "json": JsonList(), "python": PythonList(), "brackets": Brackets(), "fasttext": FastText(),
}  # fmt: skip
ESCAPES = {"\\n": "\n", "\\t": "\t", "\\r\\n": "\n"}  # as a shell passes them on


@dataclass(frozen=True)
class RememberedConfig(TableConfig):
    """Settings that read another table as a bundle's own was read.

    Parameters
    ----------
    detected_separator : str or None
        The mark between labels that training detected. Unlike ``label_separator``, which a person named, it does not
        say that every cell holds labels: lists and sentences that strayed in are still recognised.
    places : tuple of str or None
        The labels of the places of vectors, in their order, unless another file names them.
    """

    detected_separator: str | None = None
    places: tuple[str, ...] | None = None


def label_columns(data: TableConfig, columns: Sequence[str], source: str) -> tuple[str, ...]:
    """Return the names of the columns that hold labels.

    Parameters
    ----------
    data : TableConfig
    columns : sequence of str
        All columns of the table.
    source : str
        The table, for messages.

    Raises
    ------
    DataError
        If none is named, or one is missing or repeated; names the columns of the table.
    """
    if data.label_columns:
        return expand_columns(data.label_columns, columns, source)
    written = data.labels if isinstance(data.labels, tuple) else (data.labels,)
    return tuple(dict.fromkeys(check_column(columns, name, source, "labels") for name in written))


def choose_shape(data: TableConfig, columns: tuple[str, ...], cells_of: Cells, source: str) -> LabelColumns:
    """Choose how labels are read.

    Parameters
    ----------
    data : TableConfig
        What is set there is followed, the rest is detected.
    columns : tuple of str
        From :func:`label_columns`.
    cells_of : callable
        Returns the cells of a column.
    source : str
        The table, for messages.

    Raises
    ------
    DataError
        If the cells hold no labels, or the file of names cannot be read.
    ConfigError
        If settings do not go together.
    """
    if data.label_columns:
        for name in ("label_separator", "label_key", "label_names"):
            if getattr(data, name) is not None:
                raise ConfigError(f"{name}: not used with label_columns, whose names are the labels; leave it out")
    try:
        if data.label_columns:
            return find_indicators(columns, cells_of, soft=data.soft)
        return _choose_shape(data, columns, cells_of)
    except NotLabelsError as error:
        raise DataError(f"{source}, {describe_columns(columns)}: {error}") from error


def _choose_shape(data: TableConfig, columns: tuple[str, ...], cells_of: Cells) -> LabelColumns:
    present = [cell for column in columns for cell in cells_of(column) if not is_missing(cell)]
    names = None if data.label_names is None else read_label_names(data.label_names)
    form = _configured_form(data, present)
    if form is None and names is None and len(columns) > 1 and are_indicators(columns, cells_of):
        return find_indicators(columns, cells_of, soft=data.soft)
    if len(columns) == 1 and data.label_shape != "single":
        vectors = find_vectors(columns[0], present, names or _remembered_places(data), soft=data.soft)
        if vectors is not None:
            return vectors
    form = form or find_form(present, ids=names is not None, mark=_detected_separator(data))
    return CellColumns(columns, form, find_objects_in(present, form, data.label_key, soft=data.soft), names)


def _detected_separator(data: TableConfig) -> str | None:
    return data.detected_separator if isinstance(data, RememberedConfig) else None


def _remembered_places(data: TableConfig) -> IdNames | None:
    if not isinstance(data, RememberedConfig) or not data.places:
        return None
    return IdNames("the bundle", {str(place): name for place, name in enumerate(data.places)})


def _configured_form(data: TableConfig, present: Sequence[object]) -> CellFormat | None:
    if data.label_separator is not None:
        mark = ESCAPES.get(data.label_separator, data.label_separator)
        texts = [cell for cell in present if isinstance(cell, str)]
        return Separated(mark, by_option=True, in_brackets=sum(map(is_wrapped, texts)) > MOST * len(texts))
    if data.label_shape == "separated":
        return Separated(find_separator([cell for cell in present if isinstance(cell, str)]) or ",")
    if data.label_shape == "brackets":
        return find_brackets([cell for cell in present if isinstance(cell, str)])
    return FORMS.get(data.label_shape)

"""From what a person said about labels, and what the cells show, to the shape that they are read in."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from multitag.config import TableConfig
from multitag.data.cells import is_missing
from multitag.data.label_formats.cell_formats import CellFormat, FastText, JsonList, PythonList, Separated, Single
from multitag.data.label_formats.column_patterns import check_column, expand_columns
from multitag.data.label_formats.detect import find_form, find_key
from multitag.data.label_formats.id_names import read_label_names
from multitag.data.label_formats.indicators import is_indicator
from multitag.data.label_formats.label_columns import CellColumns, IndicatorColumns, LabelColumns, named
from multitag.data.label_formats.separators import NotLabelsError, find_separator
from multitag.errors import ConfigError, DataError

Cells = Callable[[str], Sequence[object]]  # the cells of a column

FORMS: dict[str, CellFormat] = {"single": Single(), "json": JsonList(), "python": PythonList(), "fasttext": FastText()}


def label_columns(data: TableConfig, there: Sequence[str], source: str) -> tuple[str, ...]:
    """Name the columns that hold labels.

    Raises
    ------
    DataError
        If none is given, or one is missing or there twice; names the columns there are.
    """
    if data.label_columns:
        return expand_columns(data.label_columns, there, source)
    given = data.labels if isinstance(data.labels, tuple) else (data.labels,)
    return tuple(dict.fromkeys(check_column(there, each, source, "labels") for each in given))


def choose_shape(data: TableConfig, columns: tuple[str, ...], cells_of: Cells, source: str) -> LabelColumns:
    """Choose how labels are read.

    Parameters
    ----------
    data : TableConfig
        What is given there is followed, the rest is found.
    columns : tuple of str
        From :func:`label_columns`.
    cells_of : callable
        Gives the cells of a column.
    source : str
        The table, for messages.

    Raises
    ------
    DataError
        If the cells hold no labels, or the file of names cannot be read.
    ConfigError
        If what is given does not go together.
    """
    if data.label_columns:
        given = [name for name in ("label_separator", "label_key", "label_names") if getattr(data, name) is not None]
        if given:
            raise ConfigError(f"{given[0]}: label_columns name their labels themselves; leave it out")
        return IndicatorColumns(columns)
    present = [cell for column in columns for cell in cells_of(column) if not is_missing(cell)]
    names = None if data.label_names is None else read_label_names(data.label_names)
    given_form = _given_form(data, present)
    if given_form is None and names is None and len(columns) > 1 and present and all(map(is_indicator, present)):
        return IndicatorColumns(columns)
    try:
        form = given_form or find_form(present, ids=names is not None)
    except NotLabelsError as error:
        raise DataError(f"{source}, {named(columns)}: {error}") from error
    return CellColumns(columns, form, data.label_key or find_key(present, form), names)


def _given_form(data: TableConfig, present: Sequence[object]) -> CellFormat | None:
    if data.label_separator is not None:
        return Separated(data.label_separator)
    if data.label_shape == "separated":
        return Separated(find_separator([cell for cell in present if isinstance(cell, str)]) or ",")
    return FORMS.get(data.label_shape)

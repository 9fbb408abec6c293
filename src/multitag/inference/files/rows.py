"""Rows of a file with their predictions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from multitag.data.cells import RowError
from multitag.data.nested import look_into, outer_column
from multitag.data.readers.records import Record
from multitag.data.texts import Text, TextColumns
from multitag.errors import DataError
from multitag.evaluation.held_out import probability_column
from multitag.inference.classifier import Classifier
from multitag.inference.options import PredictOptions
from multitag.inference.prediction import ranked_labels

PREDICTED = "predicted_labels"
CONTAINERS = ("data", "fields")  # of the columns in tasks of Label Studio and records of Argilla
ABSENT = object()


def add_predictions(
    classifier: Classifier,
    records: list[Record],
    columns: TextColumns,
    options: PredictOptions,
    *,
    where: str,
    rows_before: int,
) -> int:
    """Add predictions to records in place.

    Parameters
    ----------
    classifier : Classifier
    records : list of dict
        Changed in place: each gets :data:`PREDICTED`, a list of labels, and one probability per label; None where
        there is no text.
    columns : TextColumns
    options : PredictOptions
    where : str
        The file, for errors.
    rows_before : int
        Number of rows of the file before these.

    Returns
    -------
    int
        Number of rows without a text.

    Raises
    ------
    DataError
        If a column of texts is missing, a text cannot be read, or a column has the name of one to be added.
    """
    names = classifier.label_names
    _check_columns(records, columns.names, names, where, rows_before)
    texts = [read_text(record, columns, f"{where}, row {row}") for row, record in enumerate(records, rows_before + 1)]
    with_text = [index for index, text in enumerate(texts) if text is not None]
    y_prob, y_pred = classifier.predict_arrays([text for text in texts if text is not None], options)
    empty = dict.fromkeys((PREDICTED, *map(probability_column, names)))
    for record in records:
        record.update(empty)
    for index, probabilities, predicted in zip(with_text, y_prob, y_pred, strict=True):
        records[index][PREDICTED] = list(ranked_labels(names, probabilities, predicted))
        records[index].update(zip(map(probability_column, names), map(float, probabilities), strict=True))
    return len(records) - len(with_text)


def without_label(records: list[Record]) -> list[Record]:
    """Return the rows with a text for which no label was predicted."""
    return [record for record in records if record[PREDICTED] == []]


def read_text(record: Record, columns: TextColumns, where: str) -> Text | None:
    """Read the text of a record; None where it has none.

    Raises
    ------
    DataError
        If a cell holds no text; names its place.
    """
    try:
        return columns.read([_find_cell(record, name) for name in columns.names])
    except RowError as error:
        raise DataError(f"{where}, column {error.column!r}: {error}") from error


def record_data(record: Record) -> Mapping[str, Any]:
    """Return the columns of a record, which annotation tools keep in an object of their own."""
    return next((record[key] for key in CONTAINERS if isinstance(record.get(key), Mapping)), record)


def _find_cell(record: Record, name: str) -> Any:
    """Return a cell by its column, a dotted path, or the column of what a tool exported; ABSENT if there is none."""
    if name in record:
        return record[name]
    outer = outer_column(name, record)
    if outer is not None:
        return look_into(record[outer], name.removeprefix(f"{outer}.").split("."))
    return record_data(record).get(name, ABSENT)


def _check_columns(
    records: list[Record], columns: Sequence[str], names: tuple[str, ...], where: str, rows_before: int
) -> None:
    added = {PREDICTED, *map(probability_column, names)}
    for row, record in enumerate(records, start=rows_before + 1):
        for column in columns:
            if _find_cell(record, column) is ABSENT:
                present = ", ".join(repr(name) for name in record)
                raise DataError(
                    f"{where}, row {row}: no column {column!r}; name the column of the texts with --text; "
                    f"the columns are {present}"
                )
        clash = added.intersection(record)
        if clash:
            raise DataError(
                f"{where}: column {min(clash)!r} would be written twice; rename or drop it in the input"
            )

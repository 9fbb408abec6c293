"""Rows of a file with their predictions."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from multitag.data.annotations.recognise import texts_of_export
from multitag.data.cells import RowError
from multitag.data.columns import Columns
from multitag.data.first_look.samples import sample_columns
from multitag.data.first_look.texts import rank_texts
from multitag.data.nested import look_into, outer_column
from multitag.data.readers.records import Record
from multitag.data.texts import Text, TextColumns
from multitag.data.unknown_tokens import UnknownTally
from multitag.errors import DataError
from multitag.evaluation.held_out import probability_column
from multitag.inference.classifier import Classifier
from multitag.inference.options import PredictOptions
from multitag.inference.prediction import ranked_labels

PREDICTED = "predicted_labels"
CONTAINERS = ("data", "fields")  # of the columns in tasks of Label Studio and records of Argilla
ABSENT = object()
ERROR = "error"  # the column of why a row has no prediction, where such rows are kept
NO_TEXT = "without text"


def add_predictions(
    classifier: Classifier,
    records: list[Record],
    columns: TextColumns,
    options: PredictOptions,
    *,
    where: str,
    rows_before: int,
    tally: UnknownTally | None = None,
) -> int:
    """Add predictions to records in place.

    Parameters
    ----------
    classifier : Classifier
    records : list of dict
        Changed in place: each gets :data:`PREDICTED`, a list of labels, and one probability per label; None where
        there is no text. Where bad rows are kept, also :data:`ERROR`: why it is not predicted, or None; a record
        that comes with one stays without a prediction.
    columns : TextColumns
    options : PredictOptions
    where : str
        The file, for errors.
    rows_before : int
        Number of rows of the file before these.
    tally : UnknownTally, optional
        Gets the unknown tokens of the texts added.

    Returns
    -------
    int
        Number of rows without a text.

    Raises
    ------
    DataError
        If a column of texts is missing, a text cannot be read, or a column has the name of one to be added. Where bad
        rows are kept: if no row has the column.
    """
    names, keeps = classifier.label_names, options.on_error == "keep"
    errors: list[str | None] = [record.pop(ERROR, None) if keeps else None for record in records]
    _check_added({PREDICTED, *map(probability_column, names), *([ERROR] if keeps else [])}, records, where)
    texts: list[Text | None] = [None] * len(records)
    for index, record in enumerate(records):
        try:
            texts[index] = None if errors[index] else read_text(record, columns)
        except DataError as error:
            is_no_column = _is_no_column(records, columns, rows_before)
            if not keeps or is_no_column:
                likely = _likely_text(records) if is_no_column else ""
                raise DataError(f"{where}, row {rows_before + index + 1}{error}{likely}") from error
            errors[index] = str(error).lstrip(":, ")
    with_text = [index for index, text in enumerate(texts) if text is not None]
    y_prob, y_pred = classifier.predict_arrays([text for text in texts if text is not None], options, tally)
    empty = dict.fromkeys((PREDICTED, *map(probability_column, names)))
    for record, text, reason in zip(records, texts, errors, strict=True):
        record.update(empty)
        if keeps:
            record[ERROR] = NO_TEXT if text is None and reason is None else reason
    for index, probabilities, predicted in zip(with_text, y_prob, y_pred, strict=True):
        records[index][PREDICTED] = list(ranked_labels(names, probabilities, predicted))
        records[index].update(zip(map(probability_column, names), map(float, probabilities), strict=True))
    return sum(text is None and not reason for text, reason in zip(texts, errors, strict=True))


def columns_of_export(records: list[Record], columns: TextColumns) -> TextColumns | None:
    """Return where an annotation tool's export has its texts, if it lacks the bundle's own column.

    Parameters
    ----------
    records : list of dict
        The first ones of the file.
    columns : TextColumns
        Those of the bundle.

    Returns
    -------
    TextColumns or None
        None where the column is there, or it is no export, or one of which several columns may be the text.
    """
    if len(columns.names) > 1 or not _is_no_column(records, columns, 0):
        return None
    texts = texts_of_export(_table(records))
    return TextColumns(texts) if len(texts) == 1 else None


def without_label(records: list[Record]) -> list[Record]:
    """Return the rows with a text for which no label was predicted."""
    return [record for record in records if record[PREDICTED] == []]


def read_text(record: Record, columns: TextColumns) -> Text | None:
    """Read the text of a row; None where it has none.

    Raises
    ------
    DataError
        If there is no such column, or a cell holds no text; the message follows its place.
    """
    cells = [_find_cell(record, name) for name in columns.names]
    missing = next((name for name, cell in zip(columns.names, cells, strict=True) if cell is ABSENT), None)
    if missing is not None:
        present = ", ".join(map(repr, record_data(record)))
        raise DataError(
            f": no column {missing!r}; name the column of the texts with --text; the columns are {present}"
        )
    try:
        return columns.read(cells)
    except RowError as error:
        raise DataError(f", column {error.column!r}: {error}") from error


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


def _likely_text(records: list[Record]) -> str:
    columns = _table([dict(record_data(record)) for record in records])
    likely = [text.name for text in rank_texts(sample_columns(columns)) if text.is_clear]
    return f"; likely --text {likely[0]!r}" if likely else ""


def _table(records: list[Record]) -> Columns:
    names = dict.fromkeys(name for record in records for name in record)
    return Columns.of({name: [record.get(name) for record in records] for name in names}, len(records))


def _is_no_column(records: list[Record], columns: TextColumns, rows_before: int) -> bool:
    """Whether it is not a row that is at fault: at its start, the file has no such column at all."""
    return not rows_before and any(
        all(_find_cell(record, name) is ABSENT for record in records) for name in columns.names
    )


def _check_added(added: Collection[str], records: list[Record], where: str) -> None:
    clash = next((name for record in records for name in record if name in added), None)
    if clash is not None:
        raise DataError(f"{where}: column {clash!r} would be written twice; rename or drop it in the input")

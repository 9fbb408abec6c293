"""Rows of a file with their predictions."""

from __future__ import annotations

from collections.abc import Sequence

from multitag.data.cells import RowError
from multitag.data.columns import Columns
from multitag.data.first_look.samples import sample_columns
from multitag.data.first_look.texts import rank_texts
from multitag.data.readers.records import Record
from multitag.data.texts import Text, TextColumns
from multitag.errors import DataError
from multitag.evaluation.held_out import probability_column
from multitag.inference.classifier import Classifier
from multitag.inference.options import PredictOptions
from multitag.inference.prediction import ranked_labels

PREDICTED = "predicted_labels"


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
    texts = [_read_text(record, columns, f"{where}, row {row}") for row, record in enumerate(records, rows_before + 1)]
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


def _read_text(record: Record, columns: TextColumns, where: str) -> Text | None:
    try:
        return columns.read([record[name] for name in columns.names])
    except RowError as error:
        raise DataError(f"{where}, column {error.column!r}: {error}") from error


def _likely_text(records: list[Record]) -> str:
    names = list(dict.fromkeys(name for record in records for name in record))
    columns = Columns.of({name: [record.get(name) for record in records] for name in names}, len(records))
    likely = [text.name for text in rank_texts(sample_columns(columns)) if text.is_clear]
    return f"; likely --text {likely[0]!r}" if likely else ""


def _check_columns(
    records: list[Record], columns: Sequence[str], names: tuple[str, ...], where: str, rows_before: int
) -> None:
    added = {PREDICTED, *map(probability_column, names)}
    for row, record in enumerate(records, start=rows_before + 1):
        for column in columns:
            if column not in record:
                present = ", ".join(repr(name) for name in record)
                raise DataError(
                    f"{where}, row {row}: no column {column!r}; name the column of the texts with --text; "
                    f"the columns are {present}{_likely_text(records)}"
                )
        clash = added.intersection(record)
        if clash:
            raise DataError(
                f"{where}: column {min(clash)!r} would be written twice; rename or drop it in the input"
            )

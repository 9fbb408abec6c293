"""Scored rows as Arrow tables: the columns that are written, and rows that were set aside as lines of JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from multitag.evaluation.held_out import probability_column
from multitag.extras import import_extra
from multitag.inference.files.rows import PREDICTED
from multitag.inference.prediction import ranked_labels
from multitag.scale.formats.part import Row
from multitag.scale.rows import ScoredRows

SOURCE, POSITION, ID, BUNDLE = "source_file", "position", "id", "bundle"
MAX_CONTENT = 10_000  # characters of a row that was set aside


def output_schema(label_names: Sequence[str], id_type: str | None) -> Any:
    """Return the Arrow schema of the output.

    Parameters
    ----------
    label_names : sequence of str
    id_type : str or None
        ``"int64"`` or ``"string"``; None where no column is copied as id.
    """
    arrow: Any = import_extra("pyarrow", "ray")
    names = arrow.dictionary(arrow.int32(), arrow.string())
    fields = [(SOURCE, names), (POSITION, arrow.int64())]
    if id_type is not None:
        fields.append((ID, arrow.int64() if id_type == "int64" else arrow.string()))
    fields.append((PREDICTED, arrow.list_(arrow.string())))
    fields += [(probability_column(name), arrow.float32()) for name in label_names]
    return arrow.schema([*fields, (BUNDLE, names)])


def prediction_columns(label_names: Sequence[str], n_rows: int, scored: ScoredRows) -> dict[str, Any]:
    """Return labels and probabilities of a block of rows by column, as Arrow arrays; null where none was scored."""
    arrow: Any = import_extra("pyarrow", "ray")
    labels: list[list[str] | None] = [None] * n_rows
    place: list[int | None] = [None] * n_rows
    for index, (row, probabilities, predicted) in enumerate(
        zip(scored.with_text, scored.y_prob, scored.y_pred, strict=True)
    ):
        labels[row] = list(ranked_labels(label_names, probabilities, predicted))
        place[row] = index
    taken = arrow.array(place, arrow.int64())
    columns = {PREDICTED: arrow.array(labels, arrow.list_(arrow.string()))}
    for column, name in enumerate(label_names):
        columns[probability_column(name)] = arrow.array(scored.y_prob[:, column]).take(taken)
    return columns


def output_table(
    schema: Any, label_names: Sequence[str], rows: Sequence[Row], scored: ScoredRows, *,
    source: str, digest: str, id_column: str | None,
) -> Any:  # fmt: skip
    """Return the rows of a block that were not set aside, with their predictions.

    Parameters
    ----------
    schema : pyarrow.Schema
        Of :func:`output_schema`.
    label_names : sequence of str
    rows : sequence of Row
    scored : ScoredRows
        Of these rows.
    source : str
        Their file.
    digest : str
        Of the bundle's manifest.
    id_column : str or None

    Returns
    -------
    pyarrow.Table
    """
    arrow: Any = import_extra("pyarrow", "ray")
    columns = prediction_columns(label_names, len(rows), scored)
    columns[POSITION] = arrow.array([row.position for row in rows], arrow.int64())
    for name, value in ((SOURCE, source), (BUNDLE, digest)):
        columns[name] = arrow.array([value] * len(rows)).dictionary_encode()
    if id_column is not None:
        ids = [row.record.get(id_column) for row in rows]
        is_text = schema.field(ID).type == arrow.string()
        columns[ID] = arrow.array(list(map(_id_text, ids)) if is_text else ids, schema.field(ID).type)
    table = arrow.Table.from_arrays([columns[name] for name in schema.names], schema=schema)
    kept = [index for index in range(len(rows)) if index not in scored.errors]
    return table if len(kept) == len(rows) else table.take(arrow.array(kept, arrow.int64()))


def quarantine_line(row: Row, error: str, source: str) -> str:
    """Return a row that was set aside as a line of JSON: where it stands, why, and what is in it."""
    content = row.content or json.dumps(row.record, ensure_ascii=False, default=str)
    return json.dumps({SOURCE: source, POSITION: row.position, "error": error, "row": content[:MAX_CONTENT]})


def _id_text(value: object) -> str | None:
    """Return an id as text that Parquet can hold; an object of JSON as JSON."""
    if value is None:
        return None
    text = json.dumps(value) if isinstance(value, (Mapping, list, bool)) else str(value)
    return text.encode("utf-8", "backslashreplace").decode()

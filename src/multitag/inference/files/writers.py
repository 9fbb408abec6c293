"""Records to CSV, TSV, JSONL or Parquet, a chunk at a time."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from multitag.data.readers.records import Record
from multitag.errors import DataError, describe_error
from multitag.extras import import_extra

WRITTEN = {".csv": "csv", ".tsv": "tsv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".parquet": "parquet"}


def output_format(path: Path) -> str:
    """Return the format that the ending of a file to be written stands for.

    Returns
    -------
    {"csv", "tsv", "jsonl", "parquet"}

    Raises
    ------
    DataError
        If the ending stands for none of them.
    """
    kind = WRITTEN.get(path.suffix.lower())
    if kind is None:
        raise DataError(f"{path}: unknown table format {path.suffix!r} to write; expected one of {', '.join(WRITTEN)}")
    return kind


class Writer(Protocol):
    """Takes records chunk by chunk."""

    def start(self, records: list[Record]) -> None:
        """Fix columns and their types by records like those to come; otherwise the first ``write`` does."""

    def write(self, records: list[Record]) -> None:
        """Write records after those already written."""

    def close(self) -> None:
        """Write what is still buffered; the file stays open."""


def build_writer(
    file: BinaryIO,
    kind: str,
    label_separator: str,
    *,
    labels: str,
    probabilities: Sequence[str],
    schema: Any = None,
) -> Writer:
    """Return the writer of a format.

    Parameters
    ----------
    file : BinaryIO
        Open for writing.
    kind : {"csv", "tsv", "jsonl", "parquet"}
    label_separator : str
        Joins lists of text in CSV and TSV cells; a list with a text that contains it is written as JSON.
    labels, probabilities : str and sequence of str
        The columns of predicted labels and probabilities; their types do not depend on what is predicted.
    schema : pyarrow.Schema, optional
        Types of a Parquet input's columns, kept in a Parquet output; those of other columns are inferred.
    """
    if kind == "jsonl":
        return _JsonlWriter(file)
    if kind == "parquet":
        return _ParquetWriter(file, labels, probabilities, schema)
    return _DelimitedWriter(file, "," if kind == "csv" else "\t", label_separator)


def _all_columns(records: list[Record]) -> list[str]:
    return list(dict.fromkeys(key for record in records for key in record))


def _refuse_late(records: list[Record], columns: Iterable[str]) -> None:
    expected = set(columns)
    late = next((key for record in records for key in record if key not in expected), None)
    if late is not None:
        raise DataError(f"column {late!r} first appears late in the input; write .jsonl instead of a table")


class _DelimitedWriter:
    def __init__(self, file: BinaryIO, delimiter: str, label_separator: str) -> None:
        self.text = io.TextIOWrapper(file, encoding="utf-8", newline="", write_through=True)
        self.csv = csv.writer(self.text, delimiter=delimiter, lineterminator="\n")
        self.quoted = csv.writer(self.text, delimiter=delimiter, lineterminator="\n", quoting=csv.QUOTE_ALL)
        self.label_separator = label_separator
        self.columns: list[str] | None = None

    def start(self, records: list[Record]) -> None:
        self.columns = _all_columns(records)
        self._write_row(self.columns)

    def write(self, records: list[Record]) -> None:
        if self.columns is None:
            self.start(records)
        columns = self.columns or []
        _refuse_late(records, columns)
        for record in records:
            self._write_row([self._cell(record.get(column)) for column in columns])

    def _write_row(self, cells: Sequence[object]) -> None:
        # Before Python 3.13 a lone carriage return is not quoted, and read back as the end of a row.
        alone = any(isinstance(cell, str) and "\r" in cell for cell in cells)
        (self.quoted if alone else self.csv).writerow(cells)

    def _cell(self, value: object) -> object:
        if not isinstance(value, (list, dict)):
            return value
        mark = self.label_separator
        if isinstance(value, list) and all(isinstance(item, str) and mark not in item for item in value):
            return mark.join(value)
        return json.dumps(value, ensure_ascii=False, default=str)

    def close(self) -> None:
        self.text.flush()
        self.text.detach()  # the file is closed by who opened it


class _JsonlWriter:
    def __init__(self, file: BinaryIO) -> None:
        self.file = file

    def start(self, records: list[Record]) -> None:
        pass  # every line names its columns

    def write(self, records: list[Record]) -> None:
        for record in records:
            line = json.dumps(record, ensure_ascii=False, default=str)
            # JSON may hold half of a surrogate pair, UTF-8 may not: written back as the escape that it was read from.
            self.file.write(line.encode("utf-8", "backslashreplace") + b"\n")

    def close(self) -> None:
        pass  # nothing is buffered


@contextmanager
def _one_type_each(arrow: Any) -> Iterator[None]:
    try:
        yield
    except (arrow.ArrowException, OverflowError) as error:
        reason = describe_error(error)
        raise DataError(f"a column does not keep one type within the input: {reason}; write .jsonl instead") from error


class _ParquetWriter:
    def __init__(self, file: BinaryIO, labels: str, probabilities: Sequence[str], schema: Any) -> None:
        self.arrow: Any = import_extra("pyarrow", "train")
        self.parquet: Any = import_extra("pyarrow.parquet", "train")
        self.file = file
        self.types: dict[str, Any] = {} if schema is None else {field.name: field.type for field in schema}
        self.types[labels] = self.arrow.list_(self.arrow.string())
        self.types |= dict.fromkeys(probabilities, self.arrow.float32())
        self.writer: Any = None
        self.schema: Any = None

    def start(self, records: list[Record]) -> None:
        with _one_type_each(self.arrow):
            self.schema = self._build_schema(records)
            self.writer = self.parquet.ParquetWriter(self.file, self.schema)

    def write(self, records: list[Record]) -> None:
        if self.writer is None:
            self.start(records)
        with _one_type_each(self.arrow):
            _refuse_late(records, self.schema.names)
            arrays = [self._column(records, field) for field in self.schema]
            self.writer.write_table(self.arrow.Table.from_arrays(arrays, schema=self.schema))

    def _build_schema(self, records: list[Record]) -> Any:
        fields = []
        for name in _all_columns(records):
            kind = self.types.get(name)
            if kind is None:
                kind = self.arrow.array([record.get(name) for record in records]).type
                if self.arrow.types.is_null(kind):  # nothing yet to infer from
                    kind = self.arrow.string()
            fields.append(self.arrow.field(name, kind))
        return self.arrow.schema(fields)

    def _column(self, records: list[Record], field: Any) -> Any:
        values = [record.get(field.name) for record in records]
        if field.name in self.types:
            return self.arrow.array(values, type=field.type)
        # Told a type, Arrow would cut 1.5 to 1 in silence: infer, then cast where nothing can be lost.
        inferred = self.arrow.array(values)
        schemas = [self.arrow.schema([field.with_type(kind)]) for kind in (field.type, inferred.type)]
        both = self.arrow.unify_schemas(schemas, promote_options="permissive").field(0).type
        if both != field.type:
            raise self.arrow.ArrowTypeError(f"{field.name!r} was {field.type}, now {inferred.type}")
        return inferred.cast(field.type)

    def close(self) -> None:
        if self.writer is not None:
            self.writer.close()

"""Records to CSV, TSV, JSONL or Parquet, a chunk at a time."""

from __future__ import annotations

import csv
import io
import json
from typing import Any, BinaryIO, Protocol

from multitag.data.stream import Record
from multitag.errors import DataError
from multitag.extras import import_extra


class Writer(Protocol):
    """Takes records chunk by chunk."""

    def write(self, records: list[Record]) -> None:
        """Write some records, after those before."""

    def close(self) -> None:
        """Write what is held back; the file stays open."""


def build_writer(file: BinaryIO, kind: str, label_separator: str, schema: Any = None) -> Writer:
    """Make the writer of a format.

    Parameters
    ----------
    file : BinaryIO
        Open for writing.
    kind : {"csv", "tsv", "jsonl", "parquet"}
    label_separator : str
        Joins lists of text in CSV and TSV cells.
    schema : pyarrow.Schema, optional
        Types of a Parquet input's columns, kept in a Parquet output; the columns after them are inferred.
    """
    if kind == "jsonl":
        return _JsonlWriter(file)
    if kind == "parquet":
        return _ParquetWriter(file, schema)
    return _DelimitedWriter(file, "," if kind == "csv" else "\t", label_separator)


class _DelimitedWriter:
    def __init__(self, file: BinaryIO, delimiter: str, label_separator: str) -> None:
        self.text = io.TextIOWrapper(file, encoding="utf-8", newline="", write_through=True)
        self.csv = csv.writer(self.text, delimiter=delimiter, lineterminator="\n")
        self.label_separator = label_separator
        self.columns: list[str] | None = None

    def write(self, records: list[Record]) -> None:
        if self.columns is None:
            self.columns = list(dict.fromkeys(key for record in records for key in record))
            self.csv.writerow(self.columns)
        for record in records:
            extra = [key for key in record if key not in self.columns]
            if extra:
                raise DataError(
                    f"column {extra[0]!r} first comes late in the input; write .jsonl instead of a table"
                )
            self.csv.writerow([self._cell(record.get(column)) for column in self.columns])

    def _cell(self, value: object) -> object:
        if isinstance(value, list) and all(isinstance(each, str) for each in value):
            return self.label_separator.join(value)
        return (
            json.dumps(value, ensure_ascii=False, default=str) if isinstance(value, (list, dict)) else value
        )

    def close(self) -> None:
        self.text.flush()
        self.text.detach()  # the file is closed by who opened it


class _JsonlWriter:
    def __init__(self, file: BinaryIO) -> None:
        self.file = file

    def write(self, records: list[Record]) -> None:
        for record in records:
            self.file.write(json.dumps(record, ensure_ascii=False, default=str).encode("utf-8") + b"\n")

    def close(self) -> None:
        pass  # nothing is held back


class _ParquetWriter:
    def __init__(self, file: BinaryIO, schema: Any) -> None:
        self.arrow: Any = import_extra("pyarrow", "train")
        self.parquet: Any = import_extra("pyarrow.parquet", "train")
        self.file, self.input_schema = file, schema
        self.writer: Any = None
        self.schema: Any = None

    def write(self, records: list[Record]) -> None:
        if self.schema is None:
            self.schema = self._build_schema(records)
            self.writer = self.parquet.ParquetWriter(self.file, self.schema)
        try:
            self.writer.write_table(self.arrow.Table.from_pylist(records, schema=self.schema))
        except (self.arrow.ArrowInvalid, self.arrow.ArrowTypeError) as error:
            reason = " ".join(str(error).split())
            raise DataError(
                f"a column changes its type within the input: {reason}; write .jsonl instead"
            ) from error

    def _build_schema(self, records: list[Record]) -> Any:
        inferred = self.arrow.Table.from_pylist(records).schema
        known = {} if self.input_schema is None else {field.name: field for field in self.input_schema}
        fields = []
        for field in inferred:
            if field.name == "predicted_labels":  # a chunk in which nothing is predicted tells no type
                field = field.with_type(self.arrow.list_(self.arrow.string()))
            elif field.name.startswith("probability_") and field.name not in known:
                field = field.with_type(self.arrow.float32())
            elif self.arrow.types.is_null(field.type):
                field = field.with_type(self.arrow.string())
            fields.append(known.get(field.name, field))
        return self.arrow.schema(fields)

    def close(self) -> None:
        if self.writer is not None:
            self.writer.close()

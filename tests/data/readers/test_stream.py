"""Chunks; what the formats are read to, whole, is in test_source.py, and the types of Parquet in test_writers.py."""

from __future__ import annotations

import gc
import json

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from data.rows import rows_of
from multitag.data.readers.source import open_source
from multitag.data.readers.stream import read_chunks
from multitag.errors import DataError

HEADER = ["id", "text"]


def write(path, n_rows: int):
    rows = [{"id": str(number), "text": f"NA, {number}"} for number in range(n_rows)]
    if path.suffix == ".parquet":
        parquet.write_table(pa.table({name: [row[name] for row in rows] for name in HEADER}), path)
    elif path.suffix == ".jsonl":
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    else:
        mark = "\t" if path.suffix == ".tsv" else ","
        lines = [mark.join(HEADER), *(f'{row["id"]}{mark}"{row["text"]}"' for row in rows)]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return rows


@pytest.mark.parametrize("kind", ["csv", "tsv", "jsonl", "parquet"])
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(n_rows=st.integers(1, 12), chunk_rows=st.integers(1, 14))
def test_all_rows_come_once_in_order_in_chunks_that_are_not_too_large(kind, n_rows, chunk_rows, tmp_path):
    path = tmp_path / f"x.{kind}"
    rows = write(path, n_rows)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("multitag.data.readers.stream.CHUNK_ROWS", chunk_rows)
        chunks = list(read_chunks(path))
    assert [record for records, _ in chunks for record in records] == rows
    assert all(0 < len(records) <= chunk_rows for records, _ in chunks)
    shares = [share for _, share in chunks]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert rows == rows_of(open_source(path))


@pytest.mark.parametrize("kind", ["csv", "tsv", "jsonl", "parquet"])
def test_a_reader_that_is_left_early_leaves_no_file_open(kind, tmp_path, monkeypatch):
    monkeypatch.setattr("multitag.data.readers.stream.CHUNK_ROWS", 2)
    write(tmp_path / f"x.{kind}", 9)
    chunks = read_chunks(tmp_path / f"x.{kind}")
    next(chunks)
    chunks.close()
    gc.collect()  # a file that is still open warns here, and warnings are errors


def test_cells_that_a_short_row_lacks_are_empty(tmp_path):
    (tmp_path / "x.csv").write_text("id,text,note\n1\n2,b\n3,c,d\n", encoding="utf-8")
    ((records, _),) = read_chunks(tmp_path / "x.csv")
    assert [[record[name] or "" for name in ("id", "text", "note")] for record in records] == [
        ["1", "", ""], ["2", "b", ""], ["3", "c", "d"],
    ]  # fmt: skip


def test_a_defect_is_told_after_the_rows_before_it(tmp_path, monkeypatch):
    monkeypatch.setattr("multitag.data.readers.stream.CHUNK_ROWS", 2)
    (tmp_path / "x.jsonl").write_text('{"a": 1}\n{"a": 2}\n{"a": 3}\n[4]\n', encoding="utf-8")
    chunks = read_chunks(tmp_path / "x.jsonl")
    assert next(chunks)[0] == [{"a": 1}, {"a": 2}]
    assert next(chunks)[0] == [{"a": 3}]
    with pytest.raises(DataError, match=r"x\.jsonl, row 4: not a JSON object: got list"):
        next(chunks)

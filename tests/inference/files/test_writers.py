from __future__ import annotations

import io
import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from multitag.data.readers.columnar import parquet_schema
from multitag.data.readers.records import ReadOptions
from multitag.data.readers.stream import read_chunks
from multitag.errors import DataError
from multitag.inference.files.writers import build_writer

ADDED = {"labels": "predicted_labels", "probabilities": ["probability_A"]}


def write(kind, *chunks, schema=None, separator=","):
    file = io.BytesIO()
    writer = build_writer(file, kind, separator, **ADDED, schema=schema)
    for chunk in chunks:
        writer.write(chunk)
    writer.close()
    assert not file.closed
    return file.getvalue()


def read(path: Path) -> list[dict[str, object]]:
    return [record for records, _ in read_chunks(path) for record in records]


# Control characters other than tab, line feed and carriage return are in no table that a person made.
CELL = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("\t\n\r\"',;| "), max_size=12)


@pytest.mark.parametrize("kind", ["csv", "tsv"])
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.tuples(CELL, CELL), min_size=1, max_size=4))
@example(rows=[("\t\n", "")])
def test_every_text_cell_comes_back_from_a_delimited_file(kind, rows, tmp_path):
    """Read as quoted: where that is left to be found out, a cell that looks like whole rows is refused, as this one."""
    records = [dict(zip(("a", "b"), row, strict=True)) for row in rows]
    path = tmp_path / f"x.{kind}"
    path.write_bytes(write(kind, records))
    assert [record for read, _ in read_chunks(path, ReadOptions(quoting="double")) for record in read] == records


def test_cells_of_other_kinds_in_a_delimited_file():
    record = {
        "none": None,
        "flag": True,
        "number": 1.5,
        "names": ["x", "y"],
        "ids": [1, 2],
        "map": {"é": None},
    }
    lines = write("csv", [record], separator=";").decode().splitlines()
    assert lines == ["none,flag,number,names,ids,map", ',True,1.5,x;y,"[1, 2]","{""é"": null}"']


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_columns_that_only_later_records_of_a_chunk_have_are_kept(kind, tmp_path):
    path = tmp_path / f"x.{kind}"
    path.write_bytes(write(kind, [{"a": "1"}, {"a": "2", "b": "3"}], [{"b": "4"}]))
    cells = [tuple(record[name] or "" for name in ("a", "b")) for record in read(path)]
    assert cells == [("1", ""), ("2", "3"), ("", "4")]


@pytest.mark.parametrize("kind", ["csv", "tsv", "parquet"])
def test_a_column_that_first_comes_in_a_later_chunk_is_refused_not_dropped(kind):
    with pytest.raises(DataError, match=r"^column 'b' first appears late in the input; write \.jsonl"):
        write(kind, [{"a": "1"}], [{"a": "2", "b": "3"}])


def test_jsonl_keeps_every_value_and_the_order_of_its_keys():
    records = [{"b": 1, "a": [None, {"x": 2.5}], "t": "電影\n"}, {"c": "\ud800 alone", "b": "😀"}]
    lines = write("jsonl", records[:1], records[1:]).decode("utf-8").splitlines()
    assert [json.loads(line) for line in lines] == records
    assert list(json.loads(lines[0])) == ["b", "a", "t"]
    assert "電影" in lines[0]
    assert "\\ud800" in lines[1]


def test_the_types_of_added_parquet_columns_do_not_hang_on_what_is_predicted(tmp_path):
    nothing = {"predicted_labels": None, "probability_A": None}
    path = tmp_path / "x.parquet"
    path.write_bytes(
        write("parquet", [nothing], [{"predicted_labels": ["A"], "probability_A": 0.5}, nothing])
    )
    schema = parquet.read_schema(path)
    assert schema.field("predicted_labels").type == pa.list_(pa.string())
    assert schema.field("probability_A").type == pa.float32()
    assert read(path)[1] == {"predicted_labels": ["A"], "probability_A": 0.5}


def test_a_text_column_may_be_called_like_a_probability(tmp_path):
    path = tmp_path / "x.parquet"
    path.write_bytes(write("parquet", [{"probability_of_rain": "high", "predicted_labels": []}]))
    assert read(path)[0]["probability_of_rain"] == "high"


PARQUET_COLUMNS = {
    "int8": (pa.int8(), [1, None, -3]),
    "uint64": (pa.uint64(), [2**64 - 1, None, 0]),
    "float16": (pa.float16(), [0.5, None, 2.0]),
    "bool": (pa.bool_(), [True, None, False]),
    "decimal": (pa.decimal128(9, 2), [Decimal("1.50"), None, Decimal("-2.25")]),
    "date": (pa.date32(), [date(1999, 12, 31), None, date(2024, 2, 29)]),
    "timestamp_ms": (pa.timestamp("ms", tz="UTC"), [datetime(2024, 1, 2, 3, 4, 5, 6000, UTC), None, None]),
    "timestamp_ns": (pa.timestamp("ns"), [1_704_164_645_123_456_789, None, 0]),
    "duration_ns": (pa.duration("ns"), [1_000_000_001, None, -1]),
    "binary": (pa.binary(), [b"\x00\xff", None, b""]),
    "large_text": (pa.large_string(), ["a", None, "ü"]),
    "category": (pa.dictionary(pa.int8(), pa.string()), ["x", None, "x"]),
    "list": (pa.list_(pa.int16()), [[1, None], None, []]),
    "struct": (
        pa.struct([("x", pa.int32()), ("y", pa.list_(pa.string()))]),
        [{"x": 1, "y": ["a"]}, None, None],
    ),
    "nothing": (pa.null(), [None, None, None]),
    "nothing_yet": (pa.int32(), [None, None, 7]),
}


@pytest.mark.parametrize("name", PARQUET_COLUMNS)
def test_a_parquet_column_keeps_its_type_and_values(name, tmp_path, monkeypatch):
    monkeypatch.setattr("multitag.data.readers.stream.CHUNK_ROWS", 2)  # so that a chunk may hold nothing but nulls
    kind, values = PARQUET_COLUMNS[name]
    source, target = tmp_path / "in.parquet", tmp_path / "out.parquet"
    table = pa.table({"text": ["a", "b", "c"], name: pa.array(values, type=kind)})
    parquet.write_table(table, source)
    chunks = [records for records, _ in read_chunks(source)]
    assert [len(chunk) for chunk in chunks] == [2, 1]
    target.write_bytes(write("parquet", *chunks, schema=parquet_schema(source)))
    assert parquet.read_table(target).equals(parquet.read_table(source))


@pytest.mark.parametrize(
    "chunks",
    [
        [[{"a": 1}, {"a": "x"}]],
        [[{"a": 1}], [{"a": "x"}]],
        [[{"a": 1}], [{"a": 1.5}]],
        [[{"a": None}], [{"a": 1}]],
        [[{"a": 1}], [{"a": 2**70}]],
        [[{"a": [1]}], [{"a": [1.5]}]],
        [[{"a": [1]}], [{"a": {"b": 1}}]],
        [[{"a": {"b": 1}}], [{"a": {"b": 1, "c": 2}}]],
        [[{"a": 1.5}], [{"a": 2**60 + 1}]],
        [[{"a": 1}], [{"a": True}]],
    ],
    ids=str,
)
def test_a_column_that_does_not_keep_one_type_is_refused_in_parquet(chunks):
    with pytest.raises(DataError, match=r"^a column does not keep one type .* write \.jsonl instead$"):
        write("parquet", *chunks)


@pytest.mark.parametrize(
    "values",
    [
        [1, None, 2],
        [1.5, 2],
        [["x"], [], None],
        [[], None, []],
        [{"b": 1, "c": None}, {"b": 2, "c": None}],
        ["x", None],
    ],
    ids=str,
)
def test_a_column_that_keeps_one_type_comes_back_from_parquet(values, tmp_path):
    path = tmp_path / "x.parquet"
    path.write_bytes(write("parquet", *[[{"a": value}] for value in values]))
    assert [record["a"] for record in read(path)] == values


def test_two_columns_of_one_name_in_a_parquet_file_are_refused(tmp_path):
    path = tmp_path / "x.parquet"
    parquet.write_table(pa.Table.from_arrays([pa.array([1]), pa.array([2])], names=["a", "a"]), path)
    with pytest.raises(DataError, match="column 'a' appears more than once"):
        parquet_schema(path)

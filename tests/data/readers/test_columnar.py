"""Parquet, Arrow and data frames: types kept, damage told in one line."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import feather
from pyarrow import parquet as pq

from data.rows import refused, rows_of
from multitag.data.cells import is_missing
from multitag.data.readers.source import open_source
from multitag.errors import DataError

Write = Callable[[str, str | bytes], Path]


@pytest.fixture
def parquet(tmp_path: Path) -> Path:
    frame = pd.DataFrame(
        {"t": ["007", None], "n": pd.array([7, None], dtype="Int64"), "l": [["x", "y"], None]}
    )
    path = tmp_path / "x.parquet"
    frame.set_index("t").to_parquet(path)
    return path


def test_parquet_keeps_types_and_the_index_of_pandas_as_a_column(parquet: Path) -> None:
    first, second = rows_of(open_source(parquet))
    assert first == {"t": "007", "n": 7, "l": ["x", "y"]}
    assert first.keys() == second.keys()
    assert all(map(is_missing, second.values()))


def test_a_damaged_parquet_file_is_refused_or_read(parquet: Path, tmp_path: Path) -> None:
    whole = parquet.read_bytes()
    random = np.random.default_rng(0)
    messages = set()
    for _ in range(200):
        damaged = bytearray(whole)
        damaged[random.integers(len(whole))] ^= 1 << random.integers(8)
        parquet.write_bytes(damaged)
        try:
            open_source(parquet)
        except DataError as error:
            messages.add(str(error))
    assert len(messages) > 5
    assert all(said.startswith(f"{parquet}: not a readable Parquet file: ") for said in messages)
    assert all(len(said.splitlines()) == 1 for said in messages)


def test_a_truncated_parquet_file_is_refused(parquet: Path) -> None:
    parquet.write_bytes(parquet.read_bytes()[:-20])
    assert refused(parquet).startswith(": not a readable Parquet file: ")


ROWS = [{"t": "007", "n": 2**60, "l": ["x"], "o": {"a": 1}}, {"t": None, "n": None, "l": [], "o": None}]


@pytest.fixture
def table() -> pa.Table:
    return pa.Table.from_pylist(ROWS)


def write_stream(table: pa.Table, path: Path) -> None:
    with pa.OSFile(str(path), "wb") as file, pa.ipc.new_stream(file, table.schema) as writer:
        writer.write_table(table)


@pytest.mark.parametrize("compression", ["uncompressed", "lz4", "zstd"])
def test_feather_is_read(table: pa.Table, tmp_path: Path, compression: str) -> None:
    feather.write_feather(table, tmp_path / "x.feather", compression=compression)
    assert rows_of(open_source(tmp_path / "x.feather")) == ROWS


def test_an_arrow_stream_is_read_and_only_the_columns_asked_for(table: pa.Table, tmp_path: Path) -> None:
    write_stream(table, tmp_path / "x.arrow")
    assert rows_of(open_source(tmp_path / "x.arrow")) == ROWS
    assert rows_of(open_source(tmp_path / "x.arrow", columns=["l"])) == [{"l": ["x"]}, {"l": []}]


class Speaks:
    """A data frame of another library, as far as its Arrow interface."""

    def __init__(self, table: pa.Table) -> None:
        self.table = table

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self.table.__arrow_c_stream__(requested_schema)


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string(), pa.string_view()])
def test_a_data_frame_is_read_by_its_arrow_interface(kind: pa.DataType) -> None:
    table = pa.table({"t": pa.array(["NA", " é", None], type=kind), "l": [["A"], ["A", "B"], []]})
    for frame in (table, Speaks(table)):
        source = open_source(frame)
        assert (source.name, source.file_and_row(2)) == ("DataFrame", ("DataFrame", 3))
        assert source.columns["t"] == ["NA", " é", None]
        assert source.columns["l"] == [["A"], ["A", "B"], []]


def test_a_polars_frame_is_read() -> None:
    polars = pytest.importorskip("polars")
    frame = polars.DataFrame({"t": ["NA", None], "l": [["A", "B"], []]})
    assert rows_of(open_source(frame)) == frame.to_dicts()


def test_empty_tables_keep_their_columns(table: pa.Table, tmp_path: Path) -> None:
    empty = table.slice(0, 0)
    pq.write_table(empty, tmp_path / "x.parquet")
    write_stream(empty, tmp_path / "x.arrow")
    for source in (tmp_path / "x.parquet", tmp_path / "x.arrow", empty):
        assert list(open_source(source).columns.names) == list(ROWS[0])


@pytest.mark.slow
@pytest.mark.parametrize("suffix", [".parquet", ".arrow", ".feather"])
def test_rows_that_take_no_bytes_are_refused(suffix: str, tmp_path: Path) -> None:
    """Found by fuzzing: a file of 560 bytes that says that it has 10**10 rows."""
    table, path = pa.table({"text": pa.nulls(10**7)}), tmp_path / f"x{suffix}"
    if suffix == ".parquet":
        pq.write_table(table, path)
    elif suffix == ".feather":
        feather.write_feather(table, path)
    else:
        with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_stream(sink, table.schema) as writer:
            writer.write_table(table)
    with pytest.raises(DataError, match=r"claims \d+ rows in \d+ bytes"):
        open_source(path)


def test_columns_of_one_name_are_refused(tmp_path: Path) -> None:
    twice = pa.table([pa.array(["a"]), pa.array(["b"])], names=["t", "t"])
    write_stream(twice, tmp_path / "x.arrow")
    pq.write_table(twice, tmp_path / "x.parquet")
    for path in (tmp_path / "x.arrow", tmp_path / "x.parquet"):
        assert refused(path) == ": column 't' appears more than once; rename one of them"


def test_old_feather_and_other_things_are_refused(write: Write) -> None:
    assert refused(write("x.feather", b"FEA1" + b"x" * 50)).startswith(": Feather version 1 is not supported; ")
    assert refused(write("x.arrow", "text,labels\n")).startswith(": not a readable Arrow file: ")
    with pytest.raises(DataError, match=r"^expected a path, several paths, or a pandas or polars DataFrame, got int$"):
        open_source(7)


def test_a_damaged_arrow_file_is_refused_or_read(table: pa.Table, tmp_path: Path) -> None:
    path = tmp_path / "x.arrow"
    file = io.BytesIO()
    with pa.ipc.new_file(file, table.schema) as writer:
        writer.write_table(table)
    whole = file.getvalue()
    random = np.random.default_rng(0)
    refusals = 0
    for _ in range(300):
        damaged = bytearray(whole)
        damaged[random.integers(len(whole))] ^= 1 << random.integers(8)
        path.write_bytes(damaged)
        try:
            open_source(path)
        except DataError:
            refusals += 1
    assert refusals > 20

"""Files before they are parsed: found, told apart by ending or content, unzipped, taken from standard input."""

from __future__ import annotations

import gzip
import io
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from data.rows import refused, rows_of
from multitag.data.readers.source import open_source
from multitag.data.readers.table_file import kind_of, table_file
from multitag.errors import DataError

Write = Callable[[str, str | bytes], Path]


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    assert refused(tmp_path / "x.csv").startswith(
        ": no such file; pass a path, or the name of a packaged table"
    )
    (tmp_path / "folder.csv").mkdir()
    assert refused(tmp_path / "folder.csv").startswith(": expected a file, got a folder; name a file, or several, as")
    os.mkfifo(tmp_path / "fifo.csv")
    message = ": expected a file, got something else; to read from a pipe, pass - instead"
    assert refused(tmp_path / "fifo.csv") == message


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_refused(write: Write) -> None:
    path = write("x.csv", "a,b\n1,2\n")
    path.chmod(0)
    assert refused(path) == ": no permission to read this file; change its permissions"


def test_the_ending_tells_the_format(write: Write) -> None:
    kinds = {
        "x.CSV": "delimited", "x.tsv": "delimited", "x.txt": "delimited", "x.jsonl": "jsonl", "x.ndjson": "jsonl",
        "x.json": "json", "x.Parquet": "parquet", "x.arrow": "arrow", "x.feather": "arrow", "x.csv.gz": "delimited",
        "x.JSON.GZ": "json",
    }  # fmt: skip
    for name, kind in kinds.items():
        with table_file(write(name, "a")) as file:
            assert (file.kind, file.gzipped) == (kind, name.lower().endswith(".gz"))
    assert refused(write("x.doc", "a")).startswith(": unknown table format '.doc'; expected one of .csv, .tsv, ")
    assert refused(write("x.gz", "a")).startswith(": unknown table format '.gz'; ")
    assert refused(write("x.parquet.gz", "a")) == ": only text formats can be read from .gz; unzip it first"


def test_a_name_that_cannot_be_one_is_refused() -> None:
    for name in ("a\0b.csv", "x" * 5000 + ".csv"):
        with pytest.raises(DataError, match=r"not the name of a file|no such file"):
            open_source(name)


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda zipped: zipped[:-12], ": damaged or truncated gzip file: "),
        (lambda zipped: zipped[:15] + b"\xff" * 9 + zipped[24:], ": damaged or truncated gzip file: "),
        (lambda zipped: b"a,b\n1,2\n", ": damaged or truncated gzip file: Not a gzipped file"),
    ],
)
def test_a_damaged_gzip_file_is_refused(
    write: Write, damage: Callable[[bytes], bytes], message: str
) -> None:
    zipped = gzip.compress(b"a,b\n" + bytes(range(48, 90)) * 50 + b",2\n")
    assert refused(write("x.csv.gz", damage(zipped))).startswith(message)


def test_a_gzip_bomb_is_refused(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("multitag.data.readers.table_file.ALWAYS_ALLOWED", 2**16)
    assert refused(write("x.csv.gz", gzip.compress(b"a,b\n" + b"1,2\n" * 2**20))) == (
        ": expands to more than 200 times its size; unzip it yourself if you trust it"
    )


def as_parquet(rows: list[dict[str, str]]) -> bytes:
    file = io.BytesIO()
    parquet.write_table(pa.Table.from_pylist(rows), file)
    return file.getvalue()


def as_arrow(rows: list[dict[str, str]]) -> bytes:
    file, table = io.BytesIO(), pa.Table.from_pylist(rows)
    with pa.ipc.new_stream(file, table.schema) as writer:
        writer.write_table(table)
    return file.getvalue()


ROWS = [{"text": "é 1", "labels": "A,B"}, {"text": "2", "labels": "B"}]


@pytest.mark.parametrize(
    "content",
    [
        'text,labels\né 1,"A,B"\n2,B\n'.encode(),
        "text;labels\né 1;A,B\n2;B\n".encode("utf-16"),
        "\n".join(map(json.dumps, ROWS)).encode(),
        json.dumps(ROWS).encode(),
        json.dumps({"data": ROWS}, indent=2).encode(),
        gzip.compress(json.dumps(ROWS).encode()),
        as_parquet(ROWS),
        as_arrow(ROWS),
    ],
    ids=["csv", "utf-16", "jsonl", "json", "object", "gz", "parquet", "arrow"],
)
def test_standard_input_tells_its_format_by_its_content(content: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))
    source = open_source("-")
    assert rows_of(source) == ROWS
    assert (source.name, source.file_and_row(1)) == ("standard input", ("standard input", 2))


def test_standard_input_that_is_empty_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"")))
    with pytest.raises(DataError, match=r"^standard input: it is empty; "):
        open_source("-")
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(DataError, match=r"^standard input: nothing is piped in"):
        open_source("-")


def test_a_long_first_line_is_one_object_of_json_lines() -> None:
    line = json.dumps({"text": "x" * 2**17}).encode()
    assert kind_of(line[: 2**16]) == "jsonl"

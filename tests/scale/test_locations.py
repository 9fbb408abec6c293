from __future__ import annotations

import pytest
from pyarrow import fs

from multitag.errors import ConfigError, DataError
from multitag.scale.locations import Location, list_inputs, open_location


@pytest.fixture(scope="module")
def store():
    """A bucket, in pyarrow's file system in memory."""
    made = fs._MockFileSystem()
    made.create_dir("films/2024/more")
    for name in ("2024/a.parquet", "2024/more/b.csv", "2024/_SUCCESS", "2024/.c.csv", "2024/notes.txt", "d.jsonl"):
        with made.open_output_stream(f"films/{name}") as file:
            file.write(b"x" * len(name))
    return made


@pytest.mark.parametrize(("path", "names"), [
    ("films", ["2024/a.parquet", "2024/more/b.csv", "d.jsonl"]),
    ("films/2024/", ["2024/a.parquet", "2024/more/b.csv"]),
    ("films/d.jsonl", ["d.jsonl"]),
    ("films/*/*.parquet", ["2024/a.parquet"]),
    ("films/**/*.csv", ["2024/more/b.csv"]),
    ("films/*.jsonl", ["d.jsonl"]),
    ("films/20[0-9][0-9]/*.parquet", ["2024/a.parquet"]),
])  # fmt: skip
def test_files_folders_and_patterns(store, path, names):
    listed = list_inputs(Location(store, path, path))
    assert [file.path for file in listed] == [f"films/{name}" for name in names]
    assert [file.size for file in listed] == [len(name) for name in names]


@pytest.mark.parametrize(("path", "message"), [
    ("films/none", "no such file"), ("films/*.csv", "no file to score"), ("films/2024/notes.txt", "ends in .parquet"),
])  # fmt: skip
def test_what_holds_no_table_is_refused(store, path, message):
    with pytest.raises(DataError, match=message):
        list_inputs(Location(store, path, path))


def test_compressed_text_cannot_be_cut(tmp_path):
    (tmp_path / "a.csv.gz").write_bytes(b"x")
    with pytest.raises(DataError, match="unpack it"):
        list_inputs(open_location(tmp_path))


def test_a_path_is_absolute_for_other_processes(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    here = open_location("films/a.csv")
    assert (here.path, here.reopen) == (str(tmp_path / "films" / "a.csv"),) * 2
    assert here.is_local
    assert open_location(f"file://{tmp_path}/a.csv").path == here.path.replace("films/", "")


def test_a_bucket_and_its_options():
    there = open_location("s3://films/2024/*.parquet?region=eu-west-1")
    assert (there.filesystem.type_name, there.path) == ("s3", "films/2024/*.parquet")
    there = open_location("s3://films/2024?region=eu-west-1&endpoint_override=localhost:9")
    assert (there.path, there.filesystem.region, there.is_local) == ("films/2024", "eu-west-1", False)


@pytest.mark.parametrize("written", ["ftp://host/a.csv", "https://host/a.csv", "s3://films/a?no_such_option=1"])
def test_other_schemes_are_refused(written):
    with pytest.raises(ConfigError, match="^" + written.partition("?")[0]):
        open_location(written)

from __future__ import annotations

from contextlib import nullcontext

import pytest
from pyarrow import fs

from multitag.errors import OutputError
from multitag.scale.locations import Location, open_location
from multitag.scale.output import OutputFolder


@pytest.fixture(params=["local", "store"])
def output(request, tmp_path):
    """A folder of this machine, or of a store."""
    store = fs._MockFileSystem()
    where = open_location(tmp_path / "out") if request.param == "local" else Location(store, "out", "mock://out")
    made = OutputFolder(where)
    made.make()
    return made


def names(output):
    return sorted(info.path.partition("out/")[2] for info in output.fs.get_file_info(
        fs.FileSelector(str(output.root), recursive=True)) if info.is_file)  # fmt: skip


def writing(content, *quarantined):
    def write(file):
        file.write(content)
        return quarantined

    return write


def test_a_part_and_what_was_set_aside_of_it(output):
    output.commit_part(0, writing(b"one"))
    output.commit_part(7, writing(b"two", "{}", "{}"))
    assert names(output) == [
        "parts/part-00000000.parquet", "parts/part-00000007.parquet", "quarantine/part-00000007.jsonl"
    ]  # fmt: skip
    assert output.committed() == {0, 7}
    assert [output.count_quarantined(parts) for parts in (set(), {0}, {7})] == [0, 0, 2]


def test_a_part_that_fails_leaves_nothing(output):
    def fail(file):
        file.write(b"half of it")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        output.commit_part(0, fail)
    assert names(output) == []


def test_what_a_killed_job_was_writing_is_removed(output):
    with output.fs.open_output_stream(str(output.root / "parts" / ".part-00000001.parquet.12345678.partial")) as file:
        file.write(b"half")
    output.refuse_strangers()
    assert output.committed() == set()
    output.clear()
    assert names(output) == []


def test_what_no_job_wrote_is_left_alone(output):
    with output.fs.open_output_stream(str(output.root / "thesis.docx")) as file:
        file.write(b"years")
    with pytest.raises(OutputError, match=r"holds 'thesis\.docx'.*name a new folder"):
        output.refuse_strangers()


@pytest.mark.parametrize(("source", "refused"), [
    ("bucket", True), ("bucket/**/*.parquet", True), ("bucket/*/*/*.parquet", True), ("bucket/*.parquet", False),
    ("bucket/films", False), ("bucket/out.csv", False),
])  # fmt: skip
def test_parts_that_would_be_read_as_input_are_refused(source, refused):
    store = fs._MockFileSystem()
    output = OutputFolder(Location(store, "bucket/out", "s3://bucket/out"))
    with pytest.raises(OutputError, match="within the input") if refused else nullcontext():
        output.refuse_input(Location(store, source, source))


def test_a_plan_is_there_or_not(output):
    assert output.read_plan() is None
    output.write_plan(b"{}")
    assert output.read_plan() == b"{}"
    output.refuse_strangers()


def test_one_job_at_a_time(tmp_path):
    first, second = (OutputFolder(open_location(tmp_path)) for _ in range(2))
    with first.lock(), pytest.raises(OutputError, match="another job is writing here"), second.lock():
        pass
    with second.lock():
        pass

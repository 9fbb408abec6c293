"""A disk that is full: one line, an exit code that is not 0, what was there untouched, nothing half under a name."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from multitag.bundle.read import open_bundle
from multitag.training.checkpoints import what_is_wrong

SIZE = 8 << 20
PAGE = 4096
# What can be under its final name in the folder of a run that did not end.
WHOLE_OR_ABSENT = {
    "settings.yaml", "data.json", "split.json", "base_model.json", "checkpoints", "probabilities.parquet",
}  # fmt: skip


@pytest.fixture(scope="module")
def disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A disk of 8 MB."""
    mount = tmp_path_factory.mktemp("disk")
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(mount)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        pytest.skip(f"a small disk cannot be mounted: {done.stderr.strip()}")
    yield mount
    subprocess.run(["umount", str(mount)], check=True)


@pytest.fixture
def leave(disk: Path) -> Iterator[object]:
    """Give a function that fills the disk but for so many bytes."""
    filler = disk / "filler"

    def leave(room: int) -> None:
        filler.write_bytes(b"")
        free = shutil.disk_usage(disk).free
        with filler.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, max(free - room, 1))

    yield leave
    for path in disk.iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()


def snapshot(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and path.name != "filler"
    }


def check_unfinished(out: Path) -> None:
    """Check that a run which could not go on has nothing half under a final name, and nothing hidden."""
    if not out.exists():
        return
    assert {path.name for path in out.iterdir()} <= WHOLE_OR_ABSENT
    for path in out.glob("checkpoints/*"):
        assert re.fullmatch(r"checkpoint-\d+", path.name)
        assert what_is_wrong(path) is None


@pytest.mark.slow
def test_training_on_a_disk_that_fills_again_and_again(train, check_same, disk, leave):
    """There is a little more room each time; --resume gets further each time, and to the same model in the end."""
    out, told, room = disk / "runs" / "films", [], 0
    while True:
        leave(room)
        ended = train(out, "--resume")
        if ended.status == 0:
            break
        told.append(ended.one_line())
        check_unfinished(out)
        room += 128 << 10
    check_same(out)
    assert len(told) > 5
    for what in (r"films: cannot be written", r"checkpoint-\d+: cannot be written", r"bundle|parquet|films"):
        assert any(re.search(what, line) for line in told), told
    assert all("cannot be written: " in line for line in told)
    assert all(line.endswith("continue with --resume") for line in told[2:]), told


@pytest.mark.slow
def test_every_file_of_a_run_that_cannot_be_written_to_its_end(train, whole, check_same, tmp_path):
    """As where a quota or a file system's limit is met; the same run goes on with --resume after each."""
    out = tmp_path / "run"
    checkpoint = sorted(path.name for path in (whole / "checkpoints" / "checkpoint-6").iterdir())
    in_bundle = ("model.onnx", "model.int8.onnx", "parity.json", "thresholds.json", "report.html", "manifest.json")
    started_with = ("data.json", "split.json", "base_model.json", "settings.yaml")
    for name in (*started_with, *checkpoint, "probabilities.parquet", *in_bundle):
        ended = train(out, "--resume", file={"name": name, "size": 100, "number": 1, "kill": False})
        line = ended.one_line()
        assert "cannot be written: " in line, line
        assert "File too large" in line or "(is the disk full?)" in line, line
        check_unfinished(out)
    ended = train(out, "--resume")
    assert ended.status == 0, ended.output
    check_same(out)


@pytest.fixture
def bundle(whole: Path, disk: Path) -> Path:
    return shutil.copytree(whole / "bundle", disk / "bundle")


@pytest.mark.slow
@pytest.mark.parametrize("room", [0, PAGE, 16 * PAGE])
def test_exporting_leaves_the_old_graphs(room, command, films_csv, bundle, disk, leave):
    before = snapshot(disk)
    arguments = ("export", bundle, films_csv)
    leave(room)
    assert "bundle: cannot be written: No space left on device" in command(*arguments).one_line()
    assert snapshot(disk) == before
    open_bundle(bundle).close()
    leave(SIZE)
    assert command(*arguments).status == 0


@pytest.mark.slow
def test_exporting_needs_room_for_temporary_files_too(command, films_csv, whole, disk, leave, tmp_path):
    bundle = shutil.copytree(whole / "bundle", tmp_path / "bundle")
    before = snapshot(tmp_path)
    leave(16 * PAGE)
    ended = command("export", bundle, films_csv, environment={"TMPDIR": str(disk)})
    assert "bundle: cannot be written: No space left on device" in ended.one_line()
    assert snapshot(tmp_path) == before


@pytest.mark.slow
@pytest.mark.parametrize("room", [0, PAGE, 16 * PAGE])
def test_packing_leaves_no_half_zip(room, command, bundle, disk, leave):
    before = snapshot(disk)
    leave(room)
    assert "films.zip: cannot be written: No space left on device" in command(
        "pack", bundle, "--output", disk / "films.zip"
    ).one_line()
    assert snapshot(disk) == before
    leave(SIZE)
    assert command("pack", bundle, "--output", disk / "films.zip").status == 0
    open_bundle(disk / "films.zip").close()


@pytest.mark.slow
@pytest.mark.parametrize("room", [0, PAGE])
@pytest.mark.parametrize("ending", ["csv", "jsonl", "parquet"])
def test_predicting_leaves_the_file_that_was_there(room, ending, command, films_csv, whole, disk, leave):
    output = disk / f"films.{ending}"
    output.write_text("the one before")
    before = snapshot(disk)
    leave(room)
    arguments = ("predict", whole / "bundle", "--input", films_csv, "--output", output)
    assert f"films.{ending}: cannot be written: " in command(*arguments).one_line()
    assert snapshot(disk) == before
    leave(SIZE)
    assert command(*arguments).status == 0
    assert snapshot(disk) != before

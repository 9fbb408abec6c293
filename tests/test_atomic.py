from __future__ import annotations

import os
import shutil
import stat
from pathlib import Path

import pytest

from multitag.atomic import (
    new_file,
    new_folder,
    remove_folder,
    remove_leftovers,
    system_errors_as_output_errors,
)
from multitag.errors import DataError, OutputError


def test_a_new_file_is_there_only_when_it_is_whole(tmp_path):
    with new_file(tmp_path / "x") as file:
        file.write(b"half")
        assert not (tmp_path / "x").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["x"]
    assert (tmp_path / "x").read_bytes() == b"half"


@pytest.mark.parametrize("error", [KeyboardInterrupt(), DataError("row 3"), OSError("disk")])
def test_a_file_that_was_there_stays_until_the_new_one_is_whole(error, tmp_path):
    (tmp_path / "x").write_text("old")
    expected = OutputError if isinstance(error, OSError) else type(error)
    with pytest.raises(expected), new_file(tmp_path / "x", replace=True) as file:
        file.write(b"half")
        raise error
    assert [path.name for path in tmp_path.iterdir()] == ["x"]
    assert (tmp_path / "x").read_text() == "old"
    with new_file(tmp_path / "x", replace=True) as file:
        file.write(b"new")
    assert (tmp_path / "x").read_text() == "new"


def test_a_replaced_link_stays_a_link(tmp_path):
    (tmp_path / "x").write_text("old")
    (tmp_path / "link").symlink_to("x")
    with new_file(tmp_path / "link", replace=True) as file:
        file.write(b"new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "x").read_text() == "new"


@pytest.mark.parametrize("kind", ["folder", "pipe"])
def test_only_a_file_is_replaced(kind, tmp_path):
    os.mkfifo(tmp_path / "x") if kind == "pipe" else (tmp_path / "x").mkdir()
    before = stat.S_IFMT((tmp_path / "x").stat().st_mode)
    with (
        pytest.raises(OutputError, match="x: is a folder or a device; name a file"),
        new_file(tmp_path / "x", replace=True),
    ):
        raise AssertionError("the block must not run")
    assert stat.S_IFMT((tmp_path / "x").stat().st_mode) == before
    assert len(list(tmp_path.iterdir())) == 1


def test_an_error_of_code_is_not_taken_for_one_of_the_disk(tmp_path):
    with pytest.raises(KeyError), new_folder(tmp_path / "x"):
        raise KeyError("a mistake")
    assert not list(tmp_path.iterdir())


def test_a_folder_is_deleted_under_another_name(tmp_path, monkeypatch):
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "file").touch()
    monkeypatch.setattr(shutil, "rmtree", lambda *_, **__: None)  # as if killed before the first file is gone
    remove_folder(tmp_path / "x")
    (left,) = tmp_path.iterdir()
    assert (left / "file").exists()
    assert left.name.startswith(".x.")
    monkeypatch.undo()
    remove_leftovers(tmp_path, ["x"])
    remove_folder(tmp_path / "absent")
    assert list(tmp_path.iterdir()) == []


def test_only_leftovers_of_the_given_names_are_removed(tmp_path):
    kept = [".y.0a1b2c3d.partial", ".x.0a1b2c3d.previous", ".x.partial", "x", ".xx.0a1b2c3d.partial"]
    for name in [*kept, ".x.0a1b2c3d.partial", ".z-7.0a1b2c3d.deleted"]:
        (tmp_path / name).touch()
    remove_leftovers(tmp_path, ["x", "z-*"])
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(kept)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full on this system")
@pytest.mark.parametrize("n_values", [1, 100_000])
def test_what_torch_says_of_a_full_disk_is_one_line(n_values, tmp_path):
    import torch

    (tmp_path / "x").symlink_to("/dev/full")
    with (
        pytest.raises(OutputError, match=r"x: cannot be written: torch could not write a file to its end \(is the di"),
        system_errors_as_output_errors(tmp_path / "x"),
    ):
        torch.save(torch.zeros(n_values), tmp_path / "x")

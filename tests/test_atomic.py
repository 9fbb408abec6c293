from __future__ import annotations

import os
import stat

import pytest

from multitag.atomic import new_file, new_folder
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

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from multitag.training.checkpoints import INCOMPLETE_MARK, NEEDED, newest_checkpoint, what_is_missing


@pytest.fixture(scope="module")
def real(tune, tmp_path_factory) -> Path:
    """Three checkpoints of a real run."""
    folder = tmp_path_factory.mktemp("checkpoints") / "run"
    tune(folder, epochs=3, save_total_limit=3)
    return folder / "checkpoints"


@pytest.fixture
def folder(real: Path, tmp_path: Path) -> Path:
    return shutil.copytree(real, tmp_path / "checkpoints")


def test_the_newest_is_taken_by_number(folder):
    (folder / "checkpoint-8").rename(folder / "checkpoint-100")  # after 12 by number, before it by name
    assert newest_checkpoint(folder) == (folder / "checkpoint-100", [])


def test_other_folders_are_not_checkpoints(folder, tmp_path):
    for name in ("checkpoint-x", "checkpoint-99-old", "runs-99"):
        (folder / name).mkdir()
    assert newest_checkpoint(folder)[0] == folder / "checkpoint-12"
    assert newest_checkpoint(tmp_path / "absent") == (None, [])


@pytest.mark.parametrize("name", NEEDED)
def test_a_checkpoint_without_a_file_is_passed_over_and_said(name, folder):
    (folder / "checkpoint-12" / name).unlink()
    checkpoint, skipped = newest_checkpoint(folder)
    assert checkpoint == folder / "checkpoint-8"
    assert skipped == [f"checkpoint-12 is not whole ({name} is missing or empty); trying the one before"]


@pytest.mark.parametrize("name", NEEDED)
def test_an_empty_or_shortened_file_is_noticed(name, folder):
    path = folder / "checkpoint-12" / name
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    assert what_is_missing(folder / "checkpoint-12") == f"{name} is damaged"
    path.write_bytes(b"")
    assert what_is_missing(folder / "checkpoint-12") == f"{name} is missing or empty"


def test_the_mark_of_an_unfinished_checkpoint_counts(folder):
    for number in (4, 12):
        (folder / f"checkpoint-{number}" / INCOMPLETE_MARK).touch()
    assert newest_checkpoint(folder) == (
        folder / "checkpoint-8",
        ["checkpoint-12 is not whole (its writing did not end); trying the one before"],
    )
    (folder / "checkpoint-8" / INCOMPLETE_MARK).touch()
    checkpoint, skipped = newest_checkpoint(folder)
    assert checkpoint is None
    assert len(skipped) == 3


def test_the_mark_is_the_one_that_transformers_leaves():
    from transformers import trainer_jit_checkpoint

    assert f'"{INCOMPLETE_MARK}"' in Path(trainer_jit_checkpoint.__file__).read_text(encoding="utf-8")

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from multitag.errors import ConfigError, OutputError
from multitag.training.checkpoints import (
    FILE_LIST,
    NEEDED,
    delete_old_checkpoints,
    new_checkpoint,
    newest_checkpoint,
    refuse_other_team,
    what_is_wrong,
)

FILES = (*NEEDED, "rng_state.pth")


@pytest.fixture(scope="module")
def real(tune, make_once) -> Path:
    """Three checkpoints of a real run."""
    return make_once("checkpoints", lambda folder: tune(folder, epochs=3, save_total_limit=3)) / "checkpoints"


@pytest.fixture
def folder(real: Path, tmp_path: Path) -> Path:
    return shutil.copytree(real, tmp_path / "checkpoints", ignore=shutil.ignore_patterns("runs"))  # TensorBoard's


def refuse(folder: Path, reason: str) -> None:
    """Check that checkpoint-12 is passed over for this reason, and that the next one is taken."""
    assert what_is_wrong(folder / "checkpoint-12") == reason
    checkpoint, skipped = newest_checkpoint(folder)
    assert checkpoint == folder / "checkpoint-8"
    assert skipped == [
        f"checkpoint-12 is not whole ({reason}) and is now damaged-checkpoint-12; trying the one before"
    ]


def test_the_newest_is_taken_by_number(folder):
    (folder / "checkpoint-8").rename(folder / "checkpoint-100")  # after 12 by number, before it by name
    assert newest_checkpoint(folder) == (folder / "checkpoint-100", [])


def test_other_folders_are_not_checkpoints(folder, tmp_path):
    for name in ("checkpoint-x", "checkpoint-99-old", "runs-99", ".checkpoint-99.0a1b2c3d.partial"):
        (folder / name).mkdir()
    assert newest_checkpoint(folder)[0] == folder / "checkpoint-12"
    assert newest_checkpoint(tmp_path / "absent") == (None, [])


def test_a_checkpoint_lists_all_its_files_and_holds_no_pickled_settings(folder):
    before = {path.name for path in (folder / "checkpoint-12").iterdir()}
    listed = json.loads((folder / "checkpoint-12" / FILE_LIST).read_bytes())["files"]
    assert set(listed) == {*FILES, "config.json", "tokenizer.json", "tokenizer_config.json"}
    assert before == {*listed, FILE_LIST}
    assert listed["model.safetensors"]["size"] == (folder / "checkpoint-12" / "model.safetensors").stat().st_size


@pytest.mark.parametrize("name", sorted({*FILES, "config.json", FILE_LIST}))
def test_a_checkpoint_without_a_file_is_passed_over_and_said(name, folder):
    (folder / "checkpoint-12" / name).unlink()
    refuse(folder, f"{FILE_LIST}: No such file or directory" if name == FILE_LIST else f"{name} is missing")


@pytest.mark.parametrize("name", sorted({*FILES, "config.json", FILE_LIST}))
def test_one_flipped_bit_anywhere_is_noticed(name, folder):
    path = folder / "checkpoint-12" / name
    whole = path.read_bytes()
    step = 2 if name == FILE_LIST else max(len(whole) // 40, 1)
    places = sorted({*range(0, len(whole), step), len(whole) - 1})
    for place in places:
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1 << place % 8]) + whole[place + 1 :])
        assert what_is_wrong(folder / "checkpoint-12") is not None, f"{name}, byte {place}"
    path.write_bytes(whole)
    assert what_is_wrong(folder / "checkpoint-12") is None


@pytest.mark.parametrize("keep", [0, 0.5, 0.999])
@pytest.mark.parametrize("name", FILES)
def test_a_shortened_file_is_noticed(name, keep, folder):
    path = folder / "checkpoint-12" / name
    os.truncate(path, int(path.stat().st_size * keep))
    refuse(folder, f"{name} is damaged")


def test_a_list_that_is_json_but_another_is_noticed(folder):
    path = folder / "checkpoint-12" / FILE_LIST
    for content in (b"[]", b"{}", b'{"files": []}', b'{"files": {}}', b'{"files": {}, "files": {}}', b"\xff", b"1"):
        path.write_bytes(content)
        assert what_is_wrong(folder / "checkpoint-12") is not None


def test_a_file_that_is_in_no_list_is_noticed(folder):
    (folder / "checkpoint-12" / ".DS_Store").touch()  # nothing reads hidden files
    assert what_is_wrong(folder / "checkpoint-12") is None
    (folder / "checkpoint-12" / "scaler.pt").write_bytes(b"x")
    refuse(folder, f"scaler.pt is not in {FILE_LIST}")


def test_a_file_that_cannot_be_read_is_not_whole(folder):
    path = folder / "checkpoint-12" / "optimizer.pt"
    path.unlink()
    path.mkdir()
    assert what_is_wrong(folder / "checkpoint-12") in ("optimizer.pt is damaged", "optimizer.pt cannot be read")
    checkpoint, _ = newest_checkpoint(folder)
    assert checkpoint == folder / "checkpoint-8"


def test_a_copy_of_another_checkpoint_s_file_is_noticed(folder):
    shutil.copy(folder / "checkpoint-8" / "optimizer.pt", folder / "checkpoint-12" / "optimizer.pt")
    refuse(folder, "optimizer.pt is damaged")


def test_where_none_is_whole_all_are_set_aside(folder):
    for number in (4, 8, 12):
        (folder / f"checkpoint-{number}" / "optimizer.pt").unlink()
    checkpoint, skipped = newest_checkpoint(folder)
    assert checkpoint is None
    assert len(skipped) == 3
    assert sorted(path.name for path in folder.iterdir()) == [f"damaged-checkpoint-{n}" for n in (12, 4, 8)]
    assert newest_checkpoint(folder) == (None, [])


def test_a_checkpoint_needs_the_best_one_that_it_names(tune, tmp_path):
    tune(tmp_path / "run", epochs=3, early_stopping=2, learning_rate=0.05, head_learning_rate=0.05)
    folder = tmp_path / "run" / "checkpoints"
    newest, _ = newest_checkpoint(folder)
    best = Path(json.loads((newest / "trainer_state.json").read_bytes())["best_model_checkpoint"])
    assert best != newest
    assert what_is_wrong(newest) is None
    weights = best / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"?")
    moved = (tmp_path / "run").rename(tmp_path / "moved") / "checkpoints"
    assert what_is_wrong(moved / newest.name) == (
        f"the best one before it, {best.name}, is not: model.safetensors is damaged"
    )


@pytest.mark.parametrize(
    ("keep", "best", "left"),
    [(3, None, [4, 8, 12]), (2, None, [8, 12]), (1, None, [12]), (1, 4, [4, 12]), (2, 4, [4, 12]), (2, 12, [8, 12])],
)
def test_the_oldest_go_first_and_the_best_stays(keep, best, left, folder):
    for number in (12, 8, 4):
        os.utime(folder / f"checkpoint-{number}")  # as if copied in this order
    delete_old_checkpoints(folder, keep, f"/elsewhere/checkpoint-{best}" if best else None)
    assert sorted(int(path.name.removeprefix("checkpoint-")) for path in folder.iterdir()) == left


def test_a_deletion_that_is_cut_off_leaves_no_half_checkpoint(folder, monkeypatch):
    monkeypatch.setattr(shutil, "rmtree", lambda *_, **__: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        delete_old_checkpoints(folder, 2, None)
    names = {path.name for path in folder.iterdir()}
    assert names >= {"checkpoint-8", "checkpoint-12"}
    assert "checkpoint-4" not in names


def test_a_checkpoint_that_cannot_be_written_leaves_the_one_before(folder):
    target = folder / "checkpoint-12"
    for content in (None, b"new"):
        with pytest.raises(OutputError, match="checkpoint-12: cannot be written: No space left"), new_checkpoint(
            target
        ) as staged:
            (staged / target.name).mkdir()
            (staged / target.name / "optimizer.pt").write_bytes(content or b"")
            raise OSError(28, os.strerror(28))
    assert what_is_wrong(target) is None
    assert sorted(path.name for path in folder.iterdir()) == ["checkpoint-12", "checkpoint-4", "checkpoint-8"]


def test_every_file_is_on_the_disk_before_the_checkpoint_has_its_name(folder, monkeypatch):
    order: list[str] = []
    fsync, rename = os.fsync, Path.rename
    monkeypatch.setattr(os, "fsync", lambda fd: (order.append(Path(f"/proc/self/fd/{fd}").readlink().name), fsync(fd)))
    monkeypatch.setattr(Path, "rename", lambda path, to: (order.append(f"to {Path(to).name}"), rename(path, to))[1])
    with new_checkpoint(folder / "checkpoint-16") as staged:
        (staged / "checkpoint-16").mkdir()
        for name in FILES:
            (staged / "checkpoint-16" / name).write_bytes(b"x")
    named = order.index("to checkpoint-16")
    assert {*FILES, FILE_LIST} <= set(order[:named])
    assert order[named + 1 :] == ["checkpoints"]  # the name itself
    assert what_is_wrong(folder / "checkpoint-16") == "trainer_state.json is not the Trainer's"


def test_it_is_resumed_by_as_many_processes_as_wrote_it(folder):
    refuse_other_team(folder / "checkpoint-12", 1)
    with pytest.raises(ConfigError, match="was written by 1 processes, and this run has 2; resume it with 1"):
        refuse_other_team(folder / "checkpoint-12", 2)

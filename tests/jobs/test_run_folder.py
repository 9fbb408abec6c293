"""Starting and resuming over real runs is in test_resume.py."""

from __future__ import annotations

import pytest

from multitag.config import Config
from multitag.errors import ConfigError, OutputError
from multitag.jobs.run_folder import RunFolder

DATA, SPLIT = {"source": "fílms.csv", "left_out": [[1, "empty"]]}, {"train": [1, 2], "validation": [], "test": [3]}


def test_what_is_written_is_what_resuming_asks_for(tmp_path):
    folder = RunFolder(tmp_path / "new" / "run")
    folder.check(resume=False)
    folder.start(Config(), DATA, SPLIT)
    folder.check(resume=True)
    folder.check_same(Config(), DATA, SPLIT)
    assert sorted(path.name for path in folder.root.iterdir()) == ["data.json", "settings.yaml", "split.json"]


@pytest.mark.parametrize(
    ("config", "data", "split", "message"),
    [
        (Config().override(epochs=2), DATA, SPLIT, r"training\.epochs was None, now 2\.0"),
        (Config().override(trainer_args={"optim": "sgd"}), DATA, SPLIT, r"training\.trainer_args"),
        (Config(), DATA | {"source": "other.csv"}, SPLIT, r"other rows: they differ from those in data\.json"),
        (Config(), DATA, SPLIT | {"test": [4]}, r"other rows: they differ from those in split\.json"),
    ],
    ids=["setting", "trainer args", "data", "split"],
)
def test_anything_else_is_refused_by_name(config, data, split, message, tmp_path):
    folder = RunFolder(tmp_path / "run")
    folder.start(Config(), DATA, SPLIT)
    with pytest.raises(ConfigError, match=message) as caught:
        folder.check_same(config, data, split)
    assert "\n" not in str(caught.value)


def test_a_trainer_arg_that_is_gone_is_named(tmp_path):
    folder = RunFolder(tmp_path / "run")
    folder.start(Config().override(trainer_args={"optim": "sgd"}), DATA, SPLIT)
    with pytest.raises(ConfigError, match=r"other settings: training\.trainer_args"):
        folder.check_same(Config(), DATA, SPLIT)


@pytest.mark.parametrize("make", ["mkdir", "touch"])
def test_whatever_has_the_name_already_is_left_alone(make, tmp_path):
    getattr(tmp_path / "run", make)()
    with pytest.raises(OutputError, match="already exists"):
        RunFolder(tmp_path / "run").check(resume=False)


def test_a_place_that_cannot_be_written_is_one_line(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="cannot be written: Not a directory"):
        RunFolder(tmp_path / "file" / "run").start(Config(), DATA, SPLIT)


@pytest.mark.parametrize("name", ["data.json", "split.json"])
def test_what_cannot_be_compared_is_not_resumed(name, tmp_path):
    folder = RunFolder(tmp_path / "run")
    folder.start(Config(), DATA, SPLIT)
    for damage in (lambda path: path.write_bytes(path.read_bytes()[:-3]), lambda path: path.unlink()):
        damage(folder.root / name)
        with pytest.raises(OutputError, match=rf"{name}: missing or damaged; start again in another --out"):
            folder.check_same(Config(), DATA, SPLIT)


def test_a_claimed_folder_that_nothing_began_in_is_gone_again(tmp_path):
    folder = RunFolder(tmp_path / "new" / "run")
    with pytest.raises(ConfigError), folder.claimed(resume=False):
        assert folder.root.is_dir()
        raise ConfigError("a mistake")
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_run_left_is_cleared_away(tmp_path):
    folder = RunFolder(tmp_path / "run")
    folder.start(Config(), DATA, SPLIT)
    for name in (".model.0a1b2c3d.partial", ".bundle.0a1b2c3d.partial", "checkpoints/.checkpoint-4.0a1b2c3d.deleted"):
        (folder.root / name).mkdir(parents=True)
        (folder.root / name / "half").touch()
    with folder.claimed(resume=True):
        names = {path.name for path in folder.root.iterdir()}
    assert names == {"settings.yaml", "data.json", "split.json", "checkpoints", ".lock", ".lock-holder"}
    assert list(folder.checkpoints.iterdir()) == []


def test_a_run_that_was_killed_before_it_began_may_be_started_or_resumed(tmp_path):
    for resume in (False, True):
        folder = RunFolder(tmp_path / f"run-{resume}")
        folder.root.mkdir()
        for name in (".lock", "data.json", ".split.json.0a1b2c3d.partial"):
            (folder.root / name).write_text("half")
        folder.check(resume)
        with folder.claimed(resume):
            folder.start(Config(), DATA, SPLIT)
        assert sorted(path.name for path in folder.root.iterdir()) == ["data.json", "settings.yaml", "split.json"]


def test_what_goes_wrong_in_a_run_that_began_says_how_to_go_on(tmp_path):
    folder = RunFolder(tmp_path / "run")
    with (
        pytest.raises(OutputError, match=r"^the disk is full; once that is fixed, continue with --resume$"),
        folder.claimed(resume=False),
    ):
        folder.start(Config(), DATA, SPLIT)
        raise OutputError("the disk is full")


def test_opening_starts_a_run_and_finds_it_again(tmp_path):
    folder, base = RunFolder(tmp_path / "run"), {"name": "minilm"}
    assert folder.open(Config(), DATA, SPLIT, base) is False
    assert folder.base_model == base
    assert folder.open(Config(), DATA, SPLIT, {"name": "another"}) is True
    assert folder.base_model == base
    with pytest.raises(ConfigError, match=r"training\.epochs was None, now 2\.0"):
        folder.open(Config().override(epochs=2), DATA, SPLIT, base)
    (folder.root / "base_model.json").write_text("[]")
    with pytest.raises(OutputError, match=r"base_model\.json: missing or damaged; start again in another --out"):
        _ = folder.base_model


def test_a_run_of_an_older_multitag_is_resumed(tmp_path):
    folder, now = RunFolder(tmp_path / "run"), Config().with_learning_rates(1e-4, 1e-3)
    folder.start(Config(), DATA, SPLIT)  # folds left the rates open there
    folder.check_same(now, DATA | {"trained_on": ["ab"]}, SPLIT)
    with pytest.raises(ConfigError, match=r"other rows: they differ from those in data\.json"):
        folder.check_same(now, DATA | {"more": 1}, SPLIT)

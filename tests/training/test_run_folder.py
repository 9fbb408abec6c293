"""Starting and resuming over real runs is in test_resume.py."""

from __future__ import annotations

import pytest

from multitag.config import Config
from multitag.errors import ConfigError, OutputError
from multitag.training.run_folder import RunFolder

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
        (Config().override(epochs=2), DATA, SPLIT, r"training\.epochs was 5\.0, now 2\.0"),
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

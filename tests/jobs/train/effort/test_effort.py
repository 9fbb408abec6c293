from __future__ import annotations

import pytest

from multitag.config import Config
from multitag.errors import OutputError
from multitag.jobs.train.effort.effort import AS_ASKED, Effort
from multitag.jobs.train.effort.speed import Speed

EFFORT = Effort({"folds": 3, "epochs": 2.4}, ("R-Drop", "5 folds (3 are left)"), Speed(2.0, 0.01, 0.002, 0.002), 1.7)


def test_it_is_read_as_it_was_written(tmp_path):
    EFFORT.save(tmp_path / "effort.json")
    assert Effort.load(tmp_path / "effort.json") == EFFORT


@pytest.mark.parametrize("content", [b"", b"[]", b'{"changes": {"folds": "many"}, "given_up": [], "speed": {}}'])
def test_what_is_damaged_is_refused_by_name(content, tmp_path):
    path = tmp_path / "effort.json"
    path.write_bytes(content)
    with pytest.raises(OutputError, match=r"effort\.json: missing or damaged"):
        Effort.load(path)


def test_a_training_may_take_a_little_more_than_was_estimated():
    settings = EFFORT.settings(Config())
    assert (settings.split.folds, settings.training.epochs) == (3, 2.4)
    assert EFFORT.seconds_allowed(settings, 1000) == pytest.approx(1.7 * (2 + 0.01 * 2.4 * 1000))
    assert AS_ASKED.seconds_allowed(settings, 1000) is None


def test_only_what_is_given_up_is_said():
    assert EFFORT.notes(10.0) == ["to fit into 10 minutes the run gave up: R-Drop; 5 folds (3 are left)"]
    assert AS_ASKED.notes(10.0) == []

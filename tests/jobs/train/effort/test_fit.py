"""Runs that have a time: what they give up is in what they leave, and a resumed one goes on with the same."""

from __future__ import annotations

import json
import shutil
import time

import pytest

from multitag.config import Config
from multitag.errors import ConfigError
from multitag.jobs.train.effort import fit
from multitag.jobs.train.effort.speed import FASTEST, Speed, measure_speed
from multitag.stages import stage

pytestmark = pytest.mark.slow

SLOW_TO_TRAIN = Speed(start=1e6, row=1.0, encode=1e-4, teach=1e-4)


@pytest.fixture
def speed(monkeypatch):
    """Give a function that says how fast the machine is."""
    return lambda speed: monkeypatch.setattr(fit, "measure_speed", lambda *_: speed)


def test_what_is_given_up_is_in_the_report_and_the_same_when_resumed(speed, train_tiny, tmp_path):
    asked = {"folds": 2, "recipe": "auto", "minutes": 60.0}
    speed(SLOW_TO_TRAIN)
    run = train_tiny(tmp_path / "run", **asked)
    note = "to fit into 60 minutes the run gave up: fine-tuning (a linear head on the frozen model is left)"
    assert note in run.metrics.notes
    assert note in run.report.read_text(encoding="utf-8")
    manifest = json.loads((run.bundle / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["settings"]["model"]["recipe"] == "linear"
    assert manifest["settings"]["training"]["minutes"] == 60.0
    shutil.rmtree(run.bundle)  # as if it had been killed
    speed(None)  # nothing is measured again
    again = train_tiny(run.folder, resume=True, **asked)
    assert again.metrics.notes == run.metrics.notes
    shutil.rmtree(run.bundle)
    with pytest.raises(ConfigError, match=r"minutes was 60\.0, now 90\.0"):
        train_tiny(run.folder, resume=True, **{**asked, "minutes": 90.0})


def test_what_cannot_fit_is_said_and_leaves_nothing(speed, train_tiny, tmp_path):
    speed(SLOW_TO_TRAIN)
    told = r"^minutes: (anything|a linear head) on these rows does not fit into 0\.01 minutes .* took .*; allow .*more"
    with pytest.raises(ConfigError, match=told):
        train_tiny(tmp_path / "run", recipe="auto", minutes=0.01)
    assert not (tmp_path / "run").exists()


def test_a_trial_is_one_line_and_has_a_share_of_the_time(train_tiny, tmp_path, monkeypatch, caplog):
    given = []

    def measure(task, base, settings, seconds):
        given.append(seconds)
        with stage("training"):
            time.sleep(1.1)
        return SLOW_TO_TRAIN

    monkeypatch.setattr(fit, "measure_speed", measure)
    with caplog.at_level("INFO", logger="multitag.stages"):
        train_tiny(tmp_path / "run", recipe="auto", minutes=60.0)
    assert given == [360.0]
    assert [line[:8] for line in caplog.messages if line.startswith(("trial", "training"))] == ["trial: 1"]


def test_a_trial_times_every_part(table, settings, tiny_distilbert):
    from multitag.data.task import Task
    from multitag.model.base import resolve_base_model
    from multitag.training.fine_tune import resolve_settings

    config, base = Config().override(**settings), resolve_base_model(str(tiny_distilbert))
    task = Task.prepare(table, config)
    measured = measure_speed(task, base, resolve_settings(task, base, config), seconds=60.0)
    assert min(measured.start, measured.encode, measured.teach) >= FASTEST
    assert measured.row >= FASTEST


def test_trainings_may_take_the_time_that_nothing_else_needs():
    assert fit._slack(100.0, others=50.0, left=260.0) == pytest.approx(2.0)
    assert fit._slack(100.0, others=50.0, left=120.0) == 1.2  # what was planned is planned
    assert fit._slack(0.0, others=50.0, left=260.0) == 1.2

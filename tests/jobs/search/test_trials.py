"""Trials without trainings: what is pruned, what diverges, what ends them."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from multitag.config import Config
from multitag.errors import ConfigError, OutputError
from multitag.evaluation.held_out import HeldOut
from multitag.jobs.search.clock import Clock
from multitag.jobs.search.space import Dimension, Space
from multitag.jobs.search.study import finished_trials, importances, open_study
from multitag.jobs.search.trials import Trials
from multitag.training.trainer.fit import DIVERGED

SPACE = Space(
    Config().override(epochs=1, r_drop=0.0, teacher=0.0),
    (Dimension("head_dropout", 0.5, 0.0, 0.7), Dimension("epochs", 1, 1, 4)),
)
Y = np.array([[1, 0], [0, 1], [1, 1], [0, 0]], dtype=np.int8)
PART = SimpleNamespace(rows=lambda side: np.arange(10))


class Fits:
    """The more dropout, the better; a training with less than 0.1 diverges."""

    def __init__(self, clock):
        self.clock, self.fitted = clock, 0

    def fit(self, settings, part, name):
        self.fitted += 1
        dropout = settings.training.head_dropout
        if dropout < 0.1:
            raise ConfigError(DIVERGED)
        self.clock.learn(settings, 10, 1.0)
        self.clock.started -= 1.0  # that second has passed
        noise = np.random.default_rng(0).random(Y.shape)
        raw = (dropout * Y + (1 - dropout) * noise).astype(np.float32)
        rows = np.arange(4)
        return HeldOut(("A", "B"), rows, ("t",) * 4, ("test",) * 4, rows, Y, raw, raw, Y.astype(np.uint8), rows), None

    def recall(self, settings, part, name):
        pass


def run(study, wanted, minutes=None):
    clock = Clock(minutes)
    fits = Fits(clock)
    return Trials(study, SPACE, [PART, PART], fits, clock, 20).run(wanted), fits


def test_the_defaults_come_first_bad_trials_are_pruned_and_it_goes_on(tmp_path):
    with open_study(tmp_path / "study.db", 0) as study:
        assert run(study, 40)[0] == "40 trials were asked for"
        told = [trial for _, trial in finished_trials(study)]
        assert told[0].values == SPACE.default_values()
        assert [trial.number for trial in told] == list(range(1, 41))
        assert all(len(trial.folds) == {"complete": 2, "pruned": 1, "failed": 0}[trial.state] for trial in told)
        assert {trial.state for trial in told} == {"complete", "pruned", "failed"}
        shares = importances(study, 0)
        assert next(iter(shares)) == "head_dropout"
        assert sum(shares.values()) == pytest.approx(1)
    with open_study(tmp_path / "study.db", 0) as study:
        assert run(study, 41)[0] == "41 trials were asked for"
        assert [trial for _, trial in finished_trials(study)][:40] == told


def test_a_trial_that_was_stopped_is_tried_again(tmp_path):
    with open_study(tmp_path / "study.db", 0) as study:
        study.enqueue_trial({"head_dropout": 0.25, "epochs": 2})
        SPACE.dimensions[0].suggest(trial := study.ask())
        SPACE.dimensions[1].suggest(trial)
    with open_study(tmp_path / "study.db", 0) as study:
        assert finished_trials(study) == []
        run(study, 1)
        ((_, again),) = finished_trials(study)
        assert again.values == {"head_dropout": 0.25, "epochs": 2}


def test_time_ends_it_and_too_little_for_the_defaults_is_told(tmp_path):
    with open_study(tmp_path / "study.db", 0) as study:
        with pytest.raises(ConfigError, match=r"minutes: 0\.05 are too few even for the defaults, .* --resume goes on"):
            run(study, None, minutes=0.05)  # 3 s: a second a fold, two for the outer rows
        why, _ = run(study, 30, minutes=0.25)
        assert why.startswith("the time was over after")


def test_a_damaged_study_is_told(tmp_path):
    (tmp_path / "study.db").write_bytes(b"no database at all" * 100)
    with pytest.raises(OutputError, match=r"study\.db: damaged, or cannot be written"), open_study(
        tmp_path / "study.db", 0
    ):
        pass

"""What is searched, and from which defaults."""

from __future__ import annotations

import pytest

from multitag.config import Config
from multitag.data.task import Task
from multitag.errors import DataError
from multitag.jobs.search.outer import divide
from multitag.jobs.search.space import SEARCHED, find_space
from multitag.model.base import resolve_base_model
from multitag.training.fine_tune import resolve_settings
from multitag.training.teacher import teacher_weight

OPEN = {"max_length": 48, "seed": 0, "folds": 2, "test_size": 24}


@pytest.fixture
def make(table, tiny_distilbert):
    def space(*given, **changed):
        config = Config().override(base_model=str(tiny_distilbert), **{**OPEN, **changed})
        task = Task.prepare(table, config.override(folds=None, validation_size=0))
        (part, *_) = parts = divide(task, config)
        seen = {row for each in parts for side in ("train", "test") for row in each.rows(side)}
        assert seen == set(task.rows("train"))  # no trial sees a row of the outer side
        return find_space(part, resolve_base_model(config.model.base_model), config, given), part, config

    return space


def test_defaults_are_those_of_a_training_with_folds(make):
    space, part, config = make(r_drop=None)
    base = resolve_base_model(config.model.base_model)
    trained = resolve_settings(part, base, config)
    assert space.settings(space.default_values()) == space.defaults
    for name in ("learning_rate", "head_learning_rate", "epochs", "r_drop", "loss"):
        assert getattr(space.defaults.training, name) == getattr(trained.training, name)
    assert space.defaults.training.teacher == teacher_weight(trained, *part.y_true("train").shape)
    assert space.defaults.training.head_dropout == 0.5
    assert space.defaults.training.r_drop == 1.0


def test_every_default_is_within_its_range(make):
    space, *_ = make()
    assert {dimension.name for dimension in space.dimensions} == set(SEARCHED) - {"max_length"}  # which was given
    for dimension in space.dimensions:
        assert dimension.default in dimension.choices or dimension.low <= dimension.default <= dimension.high


def test_what_is_given_or_changed_is_held(make):
    space, *_ = make("epochs", r_drop=0.5)
    names = {dimension.name for dimension in space.dimensions}
    assert not names & {"epochs", "r_drop"}
    assert space.defaults.training.r_drop == 0.5


def test_a_teacher_goes_with_one_loss_only(make):
    space, *_ = make()
    values = {**space.default_values(), "teacher": 0.4}
    assert space.settings({**values, "loss": "focal"}).training.teacher == 0.0
    assert space.settings(values).training.teacher == 0.4
    for changed in ({"teacher": 0.4}, {"loss": "focal"}):
        held, *_ = make(*changed, **changed)
        assert not {dimension.name for dimension in held.dimensions} & {"teacher", "loss"}


def test_too_few_rows_to_hold_out_are_refused(make):
    with pytest.raises(DataError, match="set a larger --test-size"):
        make(test_size=5)

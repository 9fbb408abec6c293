from __future__ import annotations

import pytest

from multitag.config import Config
from multitag.training.defaults import BATCH_SIZE, BATCH_SIZE_OF_MANY, EPOCHS, EPOCHS_OF_MANY, R_DROP, settle_by_rows


@pytest.mark.parametrize(
    ("settings", "rows", "expected"),
    [
        ({}, 1000, 0.0), ({"folds": 5}, 1000, R_DROP), ({"folds": 5}, 100_000, 0.0),
        ({"folds": 5, "loss": "focal"}, 1000, 0.0), ({"r_drop": 2.0}, 100_000, 2.0),
        ({"folds": 5, "r_drop": 0.0}, 1000, 0.0),
    ],
)  # fmt: skip
def test_left_open_r_drop_goes_with_folds_on_small_data(settings, rows, expected):
    assert settle_by_rows(Config().override(**settings), rows).training.r_drop == expected


@pytest.mark.parametrize(
    ("settings", "rows", "expected"),
    [({}, 9_999, EPOCHS), ({}, 10_000, EPOCHS_OF_MANY), ({"epochs": 0.5}, 10_000, 0.5), ({"epochs": 9}, 100, 9.0)],
)
def test_left_open_there_are_fewer_epochs_of_many_rows(settings, rows, expected):
    assert settle_by_rows(Config().override(**settings), rows).training.epochs == expected


@pytest.mark.parametrize(
    ("settings", "rows", "expected"),
    [({}, 9_999, BATCH_SIZE), ({}, 10_000, BATCH_SIZE_OF_MANY), ({"batch_size": 7}, 10_000, 7)],
)
def test_left_open_batches_are_larger_of_many_rows(settings, rows, expected):
    assert settle_by_rows(Config().override(**settings), rows).training.batch_size == expected


@pytest.mark.parametrize(
    ("settings", "watched", "expected"),
    [
        ({}, 20, True), ({}, 19, False), ({"epochs": 2}, 100, False), ({"epochs": "auto"}, 100, True),
        ({"epochs": 2, "best_epoch": True}, 100, True), ({"best_epoch": False}, 100, False),
        ({"trainer_args": {"eval_strategy": "no"}}, 100, False),
    ],
)  # fmt: skip
def test_the_best_epoch_is_kept_where_epochs_are_open_and_can_be_told_apart(settings, watched, expected):
    assert settle_by_rows(Config().override(**settings), 1000, watched).training.best_epoch is expected

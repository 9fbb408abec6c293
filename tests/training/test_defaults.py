from __future__ import annotations

import pytest

from multitag.config import Config
from multitag.training.defaults import EPOCHS, EPOCHS_OF_MANY, R_DROP, settle_by_rows


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

from __future__ import annotations

import numpy as np
import pytest

from multitag.config import Config
from multitag.errors import ConfigError
from multitag.labels import LabelSet
from multitag.model.base import resolve_base_model
from multitag.model.build import load_tokenizer
from multitag.training.teacher import WEIGHT, teach, teacher_weight


@pytest.mark.parametrize(
    ("settings", "rows", "labels", "expected"),
    [
        ({}, 1000, 20, 0.0), ({"folds": 5}, 1000, 20, WEIGHT), ({"folds": 5, "loss": "focal"}, 1000, 20, 0.0),
        ({"folds": 5}, 49, 20, 0.0), ({"folds": 5}, 100_000, 20, 0.0), ({"teacher": 0.2}, 100_000, 20, 0.2),
        ({"folds": 5, "teacher": 0.0}, 1000, 20, 0.0),
    ],
)  # fmt: skip
def test_it_teaches_where_it_is_asked_for_or_where_folds_measure_small_data(settings, rows, labels, expected):
    assert teacher_weight(Config().override(**settings), rows, labels) == expected


def test_labels_are_mixed_with_what_a_model_says_that_has_not_seen_the_row(table, tiny_distilbert):
    label_set = LabelSet.from_rows(table.labels)
    y, texts = label_set.encode(table.labels, np.uint8), list(table.texts)
    base = resolve_base_model(str(tiny_distilbert))
    tokenizer, config = load_tokenizer(base, 48), Config().override(max_length=48, precision="fp32")
    soft = teach(base, tokenizer, texts, y, config, 0.4)
    assert soft.dtype == np.float32
    assert ((soft >= 0.6 * y) & (soft <= 0.6 * y + 0.4)).all()
    np.testing.assert_array_equal(soft, teach(base, tokenizer, texts, y, config, 0.4))
    turned = y.copy()
    turned[0] = 1 - turned[0]
    again = teach(base, tokenizer, texts, turned, config, 0.4)
    taught, taught_again = soft[0] - 0.6 * y[0], again[0] - 0.6 * turned[0]
    # Its own labels have no say in what it is taught, but for the folds, which are drawn by labels.
    assert np.abs(taught - taught_again).max() < 0.2


@pytest.mark.parametrize("settings", [{"teacher": 1.0}, {"teacher": -0.1}, {"teacher": 0.4, "loss": "focal"}])
def test_a_weight_that_cannot_be_is_refused(settings):
    with pytest.raises(ConfigError, match=r"teacher: (expected 0 to below 1|goes with the loss bce)"):
        Config().override(**settings)

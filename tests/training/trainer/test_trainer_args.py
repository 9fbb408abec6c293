from __future__ import annotations

import pytest

from multitag.errors import ConfigError
from multitag.training.trainer.trainer_args import parse_trainer_args


@pytest.mark.parametrize(
    ("pair", "value"),
    [
        ("x=2", 2), ("x=1e-3", 1e-3), ("x=true", True), ("x=False", False), ("x=None", None),
        ("x=cosine", "cosine"), ('x={"num_cycles": 2}', {"num_cycles": 2}), ("x=[1, 2]", [1, 2]),
        ("x=a=b", "a=b"), ("x=", ""), ('x="2"', "2"), (" x =2", 2),
    ],
)  # fmt: skip
def test_values_are_json_where_they_can_be_else_text(pair, value):
    assert parse_trainer_args([pair]) == {"x": value}


def test_the_last_of_a_name_wins():
    assert parse_trainer_args(["x=1", "y=2", "x=3"]) == {"x": 3, "y": 2}


@pytest.mark.parametrize("pair", ["x", "", "=2", " =2"])
def test_a_pair_without_name_or_equals_sign_is_refused(pair):
    with pytest.raises(ConfigError, match=f"^--trainer-arg '{pair}': expected name=value, such as save_total_limit=2$"):
        parse_trainer_args([pair])

from __future__ import annotations

import pytest

from multitag.config import Config
from multitag.config.guarantee import GuaranteeGoal, parse_guarantee
from multitag.errors import ConfigError


@pytest.mark.parametrize(
    ("text", "goal"),
    [("recall=0.9", ("recall", 0.9)), ("precision=.75", ("precision", 0.75)), (" recall = 9e-1 ", ("recall", 0.9))],
)
def test_kind_and_level_are_read(text, goal):
    assert parse_guarantee(text) == GuaranteeGoal(*goal)
    assert Config().override(guarantee=text).evaluation.guarantee == text


@pytest.mark.parametrize(
    "text", ["", "recall", "recall=", "recall=0", "recall=1", "recall=1.5", "recall=nan", "recall=-1", "f1=0.9", "=0.9",
             "recall=0.9=0.9", "recall:0.9", "Recall=0.9"],
)  # fmt: skip
def test_anything_else_is_refused_with_the_way_to_write_it(text):
    with pytest.raises(ConfigError, match=r"guarantee: expected recall=LEVEL or precision=LEVEL .* recall=0\.9"):
        parse_guarantee(text)
    with pytest.raises(ConfigError, match=r"^guarantee: expected recall=LEVEL"):
        Config().override(guarantee=text)

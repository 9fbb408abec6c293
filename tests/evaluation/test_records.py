"""Records survive JSON, and whatever is wrong in what is read is said with its place."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Annotated

import pytest

from multitag.errors import BundleError
from multitag.evaluation.records import OMIT_NONE, Count, Record, Share, Within, in_json


@dataclass(frozen=True)
class Part(Record):
    share: Share | None
    pair: tuple[int, float] = (1, 0.5)


@dataclass(frozen=True)
class Whole(Record):
    name: str
    count: Count
    parts: dict[str, Part]
    rows: tuple[str, ...] = field(default=(), metadata=in_json("lines"))
    more: Part | None = field(default=None, metadata=OMIT_NONE)
    level: Annotated[float, Within(-1, 1)] | None = None


VALUES = {
    "name": "A", "count": 3, "parts": {"x": {"share": 0.5, "pair": [2, 1.5]}}, "lines": ["a", "b"],
    "more": {"share": None, "pair": [1, 0.5]}, "level": 1,
}  # fmt: skip


def test_what_is_written_is_read_back():
    whole = Whole.from_dict(VALUES)
    assert whole == Whole("A", 3, {"x": Part(0.5, (2, 1.5))}, ("a", "b"), Part(None), 1.0)
    assert whole.to_dict() == VALUES
    assert Whole.from_dict(json.loads(json.dumps(whole.to_dict()))) == whole


def test_fields_with_a_default_may_be_missing_and_some_are_left_out_where_they_are_none():
    whole = Whole.from_dict({"name": "A", "count": 0, "parts": {}})
    assert whole.to_dict() == {"name": "A", "count": 0, "parts": {}, "lines": [], "level": None}


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"name": 1}, "name: expected text, got 1"),
        ({"count": True}, "count: expected a whole number, got True"),
        ({"count": 1.0}, "count: expected a whole number, got 1.0"),
        ({"count": -1}, "count: expected a number from 0 on, got -1"),
        ({"parts": []}, "parts: expected keys and values, got []"),
        ({"parts": {"x": 1}}, "parts.x: expected keys and values, got 1"),
        ({"parts": {"x": {"share": 1.1}}}, "parts.x.share: expected a number from 0 to 1, got 1.1"),
        ({"parts": {"x": {"share": float("nan")}}}, "parts.x.share: expected a number, got nan"),
        ({"parts": {"x": {"share": "a" * 200}}}, f"parts.x.share: expected a number, got '{'a' * 12}...{'a' * 13}'"),
        ({"parts": {"x": {}}}, "parts.x: key 'share' is missing"),
        ({"more": {"share": 0, "pair": [1]}}, "more.pair: expected a list of 2, got [1]"),
        ({"more": {"share": 0, "pair": [1, "a"]}}, "more.pair[1]: expected a number, got 'a'"),
        ({"lines": "ab"}, "lines: expected a list, got 'ab'"),
        ({"lines": ["a", None]}, "lines[1]: expected text, got None"),
        ({"rows": []}, "key 'rows' is unknown"),
        ({"level": 10**400}, "level: expected a number, got 100000000000000000...0000000000000000000"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(changed, message):
    with pytest.raises(BundleError) as raised:
        Whole.from_dict({**VALUES, **changed})
    assert str(raised.value) == message


def test_rounding_is_no_error():
    assert Part.from_dict({"share": 1.0000000000000002}).share == pytest.approx(1)

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multitag.bundle.strict_json import MAX_DEPTH, dump_json, parse_json, parse_json_object
from multitag.errors import BundleError

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner),
    max_leaves=20,
)


@given(JSON)
def test_what_is_written_is_read_and_written_the_same(value):
    data = dump_json(value)
    assert parse_json(data, "x.json") == value
    assert dump_json(parse_json(data, "x.json")) == data


def test_equal_values_have_one_spelling():
    assert (
        dump_json({"b": 1, "a": "é"})
        == dump_json({"a": "é", "b": 1})
        == '{\n  "a": "é",\n  "b": 1\n}\n'.encode()
    )


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_numbers_that_are_no_json_are_not_written(number):
    with pytest.raises(ValueError, match="not JSON compliant"):
        dump_json({"macro_f1": number})


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b'{"a": NaN}', "NaN"),
        (b"[Infinity]", "Infinity"),
        (b"[-Infinity]", "-Infinity"),
        (b"[1e999]", "out of range"),
        (b'{"a": 1, "a": 2}', "'a' comes twice"),
        (b'["\\ud800"]', "surrogates"),
        (b'["\\uDC00 x"]', "surrogates"),
        (b"\xff\xfe", "utf-8"),
        (b"", "Expecting value"),
        (b"{} {}", "Extra data"),
        (b"1" * 5000, "digits"),
        (b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1), "deep"),
        (b"[" * 100_000, "nested more than 50 deep"),
    ],
)
def test_what_readers_could_take_in_two_ways_is_refused(data, reason):
    with pytest.raises(BundleError, match=rf"^x\.json: not valid JSON: .*{reason}.*") as caught:
        parse_json(data, "x.json")
    assert "\n" not in str(caught.value)


def test_escaped_emoji_are_text():
    assert parse_json(b'"\\ud83d\\ude00"', "x.json") == "\N{GRINNING FACE}"


def test_an_object_is_asked_for():
    with pytest.raises(BundleError, match=r"^x\.json: expected a JSON object, got list$"):
        parse_json_object(b"[]", "x.json")

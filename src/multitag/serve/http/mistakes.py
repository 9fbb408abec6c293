"""What does not fit a request's schema, in one line and in multitag's words."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from multitag.errors import printable

EXPECTED = {
    "texts": "a list of at least one text, or pair of texts",
    "threshold": "a number from 0 to 1, or an object of labels and such numbers",
    "top_k": "a whole number from 1 on",
    "labels_only": "true or false",
    "text": "a text",
    "label": "the name of a label",
    "max_words": "a whole number from 1 on",
    "inputs": 'a text, a pair or a batch (a flat list of two is a pair; a batch is [["one"], ["two"]])',
    "truncate": "true or false",
    "raw_scores": "true or false",
    "truncation_direction": "Right",
}
NO_OBJECT = "body: expected a JSON object with Content-Type: application/json"


def first_mistake(errors: Sequence[Mapping[str, Any]]) -> str:
    """Say where the first mistake is, and what was expected there; a text is not quoted.

    Parameters
    ----------
    errors : sequence of mapping
        As pydantic has them; a value that may be of several types is there once for each.

    Examples
    --------
    >>> first_mistake([{"loc": ("body", "top_k"), "type": "greater_than_equal", "input": 0}])
    'top_k: expected a whole number from 1 on, got 0'
    >>> first_mistake([{"loc": ("body", "texts", 1, "str"), "type": "string_type", "input": 5}])
    'texts.1: expected a text or a pair of texts, got 5'
    """
    first = errors[0]
    place = [part for part in first["loc"] if part != "body"]
    if not place:
        return NO_OBJECT
    name = printable(str(place[0]))[:100]
    if first["type"] == "extra_forbidden":
        return f"{name}: unknown key; /docs shows those that are taken"
    if name not in EXPECTED:
        return f"{name}: {first['msg']}"
    if first["type"] == "missing":
        return f"{name}: missing; expected {EXPECTED[name]}"
    if name == "texts" and len(place) > 1:
        return f"texts.{place[1]}: expected a text or a pair of texts, got {_kind(first['input'])}"
    for error in errors:
        if name == "threshold" and "dict" in str(error["loc"][-2]):  # of a label
            label = printable(str(error["loc"][-1]))[:100]
            return f"threshold.{label}: expected a number from 0 to 1, got {_kind(error['input'])}"
    return f"{name}: expected {EXPECTED[name]}, got {_kind(first['input'])}"


def _kind(value: object) -> str:
    """Describe a value of JSON without quoting a text."""
    if value is None or isinstance(value, (bool, int, float)):
        return json.dumps(value)[:30]
    if isinstance(value, list):
        return f"a list of {len(value)}" if value else "an empty list"
    return "a text" if isinstance(value, str) else "an object"

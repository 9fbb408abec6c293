from __future__ import annotations

import json
from dataclasses import replace

import pytest

from multitag.errors import BundleError
from multitag.evaluation.guarantees.guarantee import Guarantee

RECALL = Guarantee(
    kind="recall", level=0.9, confidence=None, cut=0.125, promise="on average 0.9 are given",
    conditions=("of rows with a label",), fitted_on="test, 800 rows", n_rows=790, realised=0.91,
    labels_per_row=4.25, empty_rows=0.01,
)  # fmt: skip


def test_reads_what_it_wrote():
    for guarantee in (RECALL, replace(RECALL, kind="precision", confidence=0.9)):
        assert Guarantee.from_dict(json.loads(json.dumps(guarantee.to_dict()))) == guarantee


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"kind": "f1"}, "kind: expected recall or precision, got 'f1'"),
        ({"kind": ["recall"]}, "kind: expected"),
        ({"level": 1.5}, "level: expected a number from 0 to 1, got 1.5"),
        ({"level": None}, "level: expected a number"),
        ({"confidence": "0.9"}, "confidence: expected a number"),
        ({"cut": True}, "cut: expected a number"),
        ({"cut": 10**400}, "cut: expected a number"),
        ({"realised": -0.1}, "realised: expected"),
        ({"labels_per_row": -1}, "labels_per_row: expected a number from 0"),
        ({"labels_per_row": [1]}, "labels_per_row: expected a number from 0"),
        ({"n_rows": 0}, "n_rows: expected a whole number from 1, got 0"),
        ({"n_rows": 1.0}, "n_rows: expected a whole number"),
        ({"promise": 1}, "promise, conditions, fitted_on: expected sentences"),
        ({"conditions": "one"}, "promise, conditions, fitted_on: expected sentences"),
        ({"conditions": [1]}, "promise, conditions, fitted_on: expected sentences"),
        ({"conditions": [["nested"]]}, "promise, conditions, fitted_on: expected sentences"),
        ({"extra": 1}, "key 'extra' is unknown"),
    ],
)
def test_what_no_guarantee_says_is_refused(changes, told):
    with pytest.raises(BundleError) as caught:
        Guarantee.from_dict({**RECALL.to_dict(), **changes})
    assert str(caught.value).startswith(f"guarantee: {told}")


def test_a_missing_key_is_named():
    values = RECALL.to_dict()
    del values["cut"]
    with pytest.raises(BundleError, match="guarantee: key 'cut' is missing"):
        Guarantee.from_dict(values)

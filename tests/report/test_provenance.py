from __future__ import annotations

import pytest

from multitag.errors import BundleError
from multitag.report.provenance import Provenance
from multitag.report.sections.facts import data_facts

PARTS = ("base_model", "data", "split")


def test_what_is_shown_is_read_and_the_rest_passed_over(facts):
    parts = {name: facts[name] for name in PARTS}
    provenance = Provenance.from_manifest(**parts | {"data": parts["data"] | {"rare_labels": {"policy": "keep"}}})
    assert provenance.data.left_out == () and provenance.split.folds is None and provenance.base_model.origin is None
    assert provenance == Provenance.from_manifest(**parts)


@pytest.mark.parametrize(
    ("part", "key", "value", "message"),
    [
        ("base_model", "name", None, "base_model.name: expected text, got None"),
        ("data", "left_out", [["a", "b"]], "data.left_out[0][0]: expected a whole number, got 'a'"),
        ("split", "train", -1, "split.train: expected a number from 0 on, got -1"),
    ],
)
def test_what_cannot_be_shown_is_said(part, key, value, message, facts):
    parts = {name: facts[name] for name in PARTS}
    with pytest.raises(BundleError) as raised:
        Provenance.from_manifest(**parts | {part: parts[part] | {key: value}})
    assert str(raised.value) == message


def test_agreement_of_annotators_is_shown_the_least_first(facts):
    parts = {name: facts[name] for name in PARTS}
    agreement = {"War": 0.75, "Drama": 0.25, "Comedy": None}
    provenance = Provenance.from_manifest(**parts | {"data": parts["data"] | {"label_agreement": agreement}})
    shown = dict(data_facts(provenance.data, provenance.split))
    assert shown["Agreement of annotators (Krippendorff's alpha)"] == "Drama 0.25, War 0.75"
    plain = Provenance.from_manifest(**parts)
    assert not [name for name, _ in data_facts(plain.data, plain.split) if name.startswith("Agreement")]

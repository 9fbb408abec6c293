from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import multitag
from multitag.errors import DataError
from multitag.jobs.labelled_rows import encode_labels, is_trained_on
from multitag.labels import UNKNOWN


def with_facts(bundle, **facts):
    """The bundle as if its manifest had these facts about its data."""
    return replace(bundle, manifest=replace(bundle.manifest, data={**bundle.manifest.data, **facts}))


@pytest.fixture
def bundle(classifier):
    return classifier.bundle


@pytest.fixture
def merged(bundle):
    """A bundle whose training merged a rare label into another."""
    rare = {"min_support": 5, "policy": "merge:Drama", "labels": {"Film-Noir": 2}}
    return with_facts(bundle, rare_labels=rare)


def test_rare_labels_are_merged_as_in_training(merged, table):
    rows = replace(table, labels=(("Film-Noir",), ("Drama", "War")), texts=("a", "b"), rows=(1, 2))
    expected = merged.label_set.encode([["Drama"], ["Drama", "War"]])
    np.testing.assert_array_equal(encode_labels(merged, rows), expected)
    np.testing.assert_array_equal(encode_labels(merged, rows, skip_unknown=True), expected)


def test_labels_that_the_bundle_does_not_have_are_refused_or_ignored(merged, table):
    rows = replace(table, labels=(("Film-Noir", "Opera"),), texts=("a",), rows=(1,))
    with pytest.raises(DataError, match=r"^sample, column 'Genre': 1 unknown label.s.: 'Opera'"):
        encode_labels(merged, rows)
    assert encode_labels(merged, rows, skip_unknown=True).tolist() == merged.label_set.encode([["Drama"]]).tolist()


def test_labels_that_nobody_judged_are_unknown(merged, table):
    unknown = (("Film-Noir", "War", "Opera"), ("Comedy",))
    rows = replace(table, labels=(("Comedy",), ("Drama", "War")), unknown=unknown, texts=("a", "b"), rows=(1, 2))
    for skip in (False, True):
        y = encode_labels(merged, rows, skip_unknown=skip)
        id2label = merged.label_set.id2label
        assert {id2label[index] for index in np.flatnonzero(y[0] == UNKNOWN)} == {"Drama", "War"}
        assert {id2label[index] for index in np.flatnonzero(y[1] == UNKNOWN)} == {"Comedy"}
        assert {id2label[index] for index in np.flatnonzero(y[1] == 1)} == {"Drama", "War"}


def test_the_table_of_the_training_is_recognised(bundle, table):
    other = multitag.read_table("sample")
    assert is_trained_on(bundle.manifest.data, table)
    assert not is_trained_on(bundle.manifest.data, other)
    several = {"fingerprint": "ab" * 32, "trained_on": ["cd" * 32, other.fingerprint()]}
    assert is_trained_on(several, other)
    assert not is_trained_on(several, table)

"""Each oddity of labels is named, with all its labels for a program and a few for a person; sound labels are not."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multitag.data.audit.finding import Finding
from multitag.data.audit.labels import find_in_labels, fold_label


def found(labels: list[tuple[str, ...]], min_support: int = 1, **names: list[str]) -> dict[str, Finding]:
    return {each.kind: each for each in find_in_labels(labels, min_support, **names)}


def test_sound_labels_have_no_findings() -> None:
    assert found([("A", "B"), ("A",), ("B", "C"), ("C", "A"), ("B",)]) == {}
    assert found([]) == {}
    assert found([("A", "B")]) == {}


def test_names_that_are_nearly_one() -> None:
    names = ["Sci-Fi", "Sci Fi", "sci_fi", "Comédie", "Comedie", "Com\u00e9die ", "War", "War II"]
    finding = found([(name,) for name in names])["near_identical_labels"]
    assert finding.labels == (("Comedie", "Com\u00e9die", "Com\u00e9die "), ("Sci Fi", "Sci-Fi", "sci_fi"))
    assert finding.message == (
        "labels that differ only in case, spaces, hyphens or accents: "
        "'Comedie' = 'Com\u00e9die' = 'Com\u00e9die ' and 'Sci Fi' = 'Sci-Fi' = 'sci_fi'"
    )


@pytest.mark.parametrize(("one", "other"), [("C", "C++"), ("कुल", "कल"), ("18+", "18"), ("A", "Ä B")])
def test_names_that_are_different(one: str, other: str) -> None:
    assert fold_label(one) != fold_label(other)


@given(st.text())
def test_folding_does_not_see_case_composition_or_spaces(name: str) -> None:
    assert fold_label(f" {name.upper().lower()} ") == fold_label(name.upper())
    assert fold_label(unicodedata.normalize("NFD", name)) == fold_label(name)


def test_labels_that_are_always_together() -> None:
    finding = found([("A", "B", "C"), ("A", "B"), ("C",), ("D", "E")])["labels_always_together"]
    assert finding.labels == (("A", "B"),)  # D and E are together once, which says nothing
    assert finding.message == "labels that always occur together, so that one says as much as all: 'A' = 'B'"


def test_labels_on_all_rows_and_on_none() -> None:
    findings = found([("A", "B"), ("A", "B", "C"), ("B", "A")], names=["A", "B", "C", "D"])
    assert findings["labels_on_every_row"].labels == (("A",), ("B",))
    assert findings["labels_on_every_row"].message == (
        "'A' and 'B' are on every row: no row shows what a text without them is like"
    )
    assert findings["labels_on_no_row"] == Finding(
        "labels_on_no_row", "'D' is on no row: there is nothing to learn it from", labels=(("D",),)
    )


def test_labels_on_few_rows() -> None:
    labels = [("A", "B")] * 4 + [("A", "C")] + [("A",)] * 2 + [()] * 3
    finding = found(labels, min_support=5)["rare_labels"]
    assert finding.labels == (("C",), ("B",))
    assert finding.message == (
        "2 labels are on fewer than 5 rows, too few to learn or measure well: 'C' (1) and 'B' (4)"
    )
    assert "rare_labels" not in found(labels)


def test_a_label_twice_on_a_row_counts_once() -> None:
    assert found([("A", "A"), ("B",), ("B",)], min_support=2)["rare_labels"].labels == (("A",),)

"""Texts that come again, or nearly, are named by their rows, and those with different labels once more."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from multitag.data.audit.finding import Finding
from multitag.data.audit.texts import find_in_texts
from multitag.data.duplicates import groups as groups_module
from multitag.data.duplicates.equal import members
from multitag.data.duplicates.groups import DuplicateGroups

A = "A retired hitman is pulled back in for one last job in the city of his childhood."
ALMOST_A = A.replace("retired", "tired")


def found(texts: list[str], labels: list[tuple[str, ...]], near: bool = True) -> dict[str, Finding]:
    rows = [10 * (index + 1) for index in range(len(texts))]
    return {each.kind: each for each in find_in_texts(texts, labels, rows, DuplicateGroups.find(texts, near=near))}


def test_texts_that_come_again() -> None:
    findings = found([A, "x", A.upper(), "X ", A, "y"], [("K",), ("K",), ("L",), ("K",), ("K",), ("K",)])
    assert findings["duplicated_texts"] == Finding(
        "duplicated_texts",
        "3 rows repeat the text of an earlier row, ignoring case and spaces: rows 10 = 30 = 50 and 20 = 40",
        rows=((10, 30, 50), (20, 40)),
    )
    assert findings["conflicting_labels"] == Finding(
        "conflicting_labels", "1 text has different labels on different rows: rows 10 = 30 = 50", rows=((10, 30, 50),)
    )
    assert findings.keys() == {"duplicated_texts", "conflicting_labels"}


def test_texts_that_nearly_come_again() -> None:
    findings = found([A, "x", ALMOST_A], [("K", "L"), ("K",), ("L", "K")])
    assert findings == {
        "near_duplicates": Finding(
            "near_duplicates", "2 rows are in 1 group of near-duplicate texts: rows 10 ~ 30", rows=((10, 30),)
        )
    }
    findings = found([A, "x", ALMOST_A], [("K",), ("K",), ("L",)])
    assert findings["near_conflicting_labels"].rows == ((10, 30),)
    assert found([A, "x", ALMOST_A], [("K",), ("K",), ("L",)], near=False) == {}


def test_what_was_not_looked_for_is_said(monkeypatch) -> None:
    monkeypatch.setattr(groups_module, "MOST_CHARACTERS", 10)
    finding = found([A, "x"], [("K",), ("L",)])["near_duplicates_not_looked_for"]
    assert finding.message.startswith(
        "near-duplicate texts were not looked for, as there are more than 40 million characters: "
    )


def test_leaks_are_told_with_their_shares() -> None:
    findings = found([f"Kind K: text number {i}" for i in range(6)] + ["other"] * 2, [("K",)] * 6 + [("L",)] * 2)
    assert findings["suspected_leakage"].labels == (("K",),)
    assert findings["suspected_leakage"].message == (
        "labels whose names are in their texts, which may give the answer away: "
        "'K' in 100% of its texts and 0.0% of others"
    )


def test_no_rows() -> None:
    assert found([], []) == {}


@given(st.lists(st.integers(0, 5)))
def test_members_are_the_rows_of_each_repeated_number(numbers: list[int]) -> None:
    expected = [[i for i, other in enumerate(numbers) if other == number] for number in dict.fromkeys(numbers)]
    groups = members(np.array(numbers, dtype=np.int64))
    assert [each.tolist() for each in groups] == [each for each in expected if len(each) > 1]

"""Rows that are alike, grouped for the split and counted across it."""

from __future__ import annotations

import numpy as np
import pytest

from multitag.data.duplicates import groups as groups_module
from multitag.data.duplicates.equal import group_texts
from multitag.data.duplicates.groups import DuplicateGroups

A = "A retired hitman is pulled back in for one last job in the city of his childhood."
ALMOST_A = A.replace("retired", "tired")


def rows(*first: str) -> list[str]:
    """Put some texts before as many others as make a group of three no large one."""
    return [*first, *(f"{number * 7919} other things happen {number * 104729} times" for number in range(30))]


def test_rows_with_equal_and_nearly_equal_texts_are_one_group() -> None:
    texts = rows(A, "Something else.", ALMOST_A, A.upper())
    groups = DuplicateGroups.find(texts).groups()
    assert groups[:4].tolist() == [0, 1, 0, 0]
    assert groups[4:].tolist() == list(range(2, 32))


def test_without_near_duplicates_only_equal_texts_are_together() -> None:
    texts = rows(A, ALMOST_A, A)
    assert DuplicateGroups.find(texts, near=False).groups().tolist() == group_texts(texts).tolist()


def test_a_form_that_most_rows_follow_is_not_one_group() -> None:
    form = [f"Dear customer, your order {i} has been shipped and will arrive within three days." for i in range(90)]
    texts = [*form, form[0], *rows(A, ALMOST_A)]
    alike = DuplicateGroups.find(texts)
    assert alike.near is not None
    assert len(set(alike.near.groups[:90].tolist())) == 1
    groups = alike.groups()
    assert groups[:91].tolist() == [*range(90), 0]
    assert groups[91] == groups[92] == 90
    assert groups.max() + 1 == len(set(groups.tolist()))


@pytest.mark.parametrize("others", [3, 17, 18])
def test_a_pair_is_together_in_a_small_table_too(others: int) -> None:
    texts = [A, *rows()[:others], ALMOST_A]
    groups = DuplicateGroups.find(texts).groups()
    assert groups[0] == groups[-1] == 0
    assert len(set(groups.tolist())) == 1 + others


def test_rows_across_the_sides_are_counted() -> None:
    alike = DuplicateGroups.find([A, "Something else.", ALMOST_A, A.upper(), "Nothing at all."])
    indices = np.arange(5)
    assert alike.count_overlap(indices[:1], indices[1:]) == 2
    assert alike.count_overlap(indices[2:3], indices[[0, 1, 4]]) == 1
    assert alike.count_overlap(indices[[1, 4]], indices[[0, 2, 3]]) == 0
    assert alike.count_overlap(indices, indices[:0]) == 0
    assert DuplicateGroups.find([A, ALMOST_A, A], near=False).count_overlap(indices[:1], indices[1:3]) == 1


def test_too_many_characters_are_not_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(groups_module, "MOST_CHARACTERS", len(A) + len(ALMOST_A))
    assert DuplicateGroups.find([A, ALMOST_A, A]).near is not None
    assert DuplicateGroups.find([A, ALMOST_A, "x"]).near is None


def test_no_rows() -> None:
    alike = DuplicateGroups.find([])
    assert alike.groups().tolist() == []
    assert alike.count_overlap(np.arange(0), np.arange(0)) == 0


def test_groups_among_some_rows_are_those_that_their_texts_alone_have() -> None:
    texts = rows(A, "Something else.", ALMOST_A, A.upper(), "SOMETHING  else.", f"{ALMOST_A} He is late.")
    whole = DuplicateGroups.find(texts)
    assert whole.near is not None
    assert len(whole.near.pairs) == 3
    random = np.random.default_rng(0)
    for _ in range(20):
        chosen = random.permutation(len(texts))[: random.integers(2, len(texts))]
        found = DuplicateGroups.find([texts[index] for index in chosen])
        among = whole.of_rows(chosen)
        assert among.near is not None
        assert found.near is not None
        for name in ("equal", "near.pairs", "near.similarity", "near.groups"):
            one, other = among, found
            for part in name.split("."):
                one, other = getattr(one, part), getattr(other, part)
            np.testing.assert_array_equal(one, other)
        assert among.groups().tolist() == found.groups().tolist()
    assert DuplicateGroups.find(texts, near=False).of_rows(np.array([3, 1, 0])).equal.tolist() == [0, 1, 0]

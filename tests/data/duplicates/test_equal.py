"""Texts are the same when case and spaces do not count, and only then."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multitag.data.duplicates.equal import fold_text, group_texts


@pytest.mark.parametrize("text", ["a storm at sea", "A  Storm\tat sea", "\n a storm\u00a0AT SEA "])
def test_case_and_spaces_do_not_count(text: str) -> None:
    assert fold_text(text) == "a storm at sea"


@pytest.mark.parametrize("text", ["a storm at sea.", "a stormat sea", "á storm at sea"])
def test_letters_and_marks_count(text: str) -> None:
    assert fold_text(text) != "a storm at sea"


@given(st.lists(st.sampled_from(["a", "A", " a", "b", "B\n", "c d", "c  d", "cd"])))
def test_groups_are_numbered_by_first_appearance(texts: list[str]) -> None:
    groups = group_texts(texts).tolist()
    folded = [fold_text(text) for text in texts]
    assert groups == [list(dict.fromkeys(folded)).index(text) for text in folded]

"""What is found is what comparing every pair of shingle sets finds."""

from __future__ import annotations

import csv
import random
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from multitag.data.duplicates.equal import fold_text
from multitag.data.duplicates.near import HEAD, SHINGLE, SIMILAR, NearDuplicates, find_near_duplicates

Pairs = dict[tuple[int, int], float]


def every_pair(texts: list[str]) -> Pairs:
    folded = [fold_text(text)[:HEAD].ljust(SHINGLE, "\0") for text in texts]
    sets = [{text[i : i + SHINGLE] for i in range(len(text) - SHINGLE + 1)} for text in folded]
    similar = {
        (i, j): len(sets[i] & sets[j]) / len(sets[i] | sets[j]) for i, j in combinations(range(len(sets)), 2)
    }
    return {pair: value for pair, value in similar.items() if value >= SIMILAR}


def found(texts: list[str]) -> Pairs:
    near = find_near_duplicates(texts)
    assert near.n_texts == len(texts)
    return {(i, j): value for (i, j), value in zip(near.pairs.tolist(), near.similarity.tolist(), strict=True)}


def edited(text: str, words: list[str], random: random.Random) -> str:
    parts = text.split()
    for _ in range(random.randint(0, 4)):
        place = random.randrange(len(parts))
        parts[place : place + random.randint(0, 1)] = random.choices(words, k=random.randint(0, 1))
        parts = parts or ["word"]
    return " ".join(parts)


def test_an_edited_text_is_found_and_another_is_not(texts: list[str]) -> None:
    assert found([texts[0], texts[1], texts[0].replace(" a ", " one ")]).keys() == {(0, 2)}
    assert found([texts[0], texts[0].upper()]) == {(0, 1): 1.0}
    assert found(texts) == {}


@pytest.mark.slow
def test_recall_and_precision_on_edited_texts(texts: list[str]) -> None:
    draw = random.Random(0)
    words = sorted({word for text in texts for word in text.split()})
    many = [edited(draw.choice(texts[:150]), words, draw) for _ in range(600)]
    expected = every_pair(many)
    assert len(expected) > 300
    got = found(many)
    assert got.items() <= expected.items()
    assert len(got) >= 0.99 * len(expected)


@settings(max_examples=50)
@given(st.lists(st.text(alphabet=st.characters(exclude_categories=[]), max_size=20), max_size=12))
def test_no_text_breaks_it_and_no_pair_is_made_up(texts: list[str]) -> None:
    expected = every_pair(texts)
    for pair, value in found(texts).items():
        assert value == pytest.approx(expected[pair])


@pytest.mark.parametrize("texts", [[], [""], ["", "a", "ab", "\0", "🙂"], ["x" * 10 * HEAD, "y" * 10 * HEAD]])
def test_hardly_any_text(texts: list[str]) -> None:
    found(texts)


def test_only_the_beginning_of_a_long_text_counts() -> None:
    letters = [chr(97 + i % 26) + str(i) for i in range(2 * HEAD)]
    long = " ".join(letters)
    assert found([long, long[: HEAD + 1] + "something else altogether"]) == {(0, 1): 1.0}


def test_a_crowd_that_looks_alike_hangs_together() -> None:
    crowd = [f"Dear customer, your order {i} has been shipped and will arrive within three days." for i in range(500)]
    near = find_near_duplicates(crowd)
    assert (near.groups == 0).all()
    assert len(near.pairs) < 500 * 32


def test_groups_are_numbered_by_first_appearance() -> None:
    near = NearDuplicates(7, np.array([[5, 6], [1, 4], [2, 4]]), np.ones(3))
    assert near.groups.tolist() == [0, 1, 1, 2, 1, 3, 3]
    assert NearDuplicates(0, np.zeros((0, 2), np.int64), np.zeros(0)).groups.tolist() == []


def test_netflix_has_one_film_in_several_languages(shared_data: Path) -> None:
    with (shared_data / "netflix_titles.csv").open(encoding="utf-8", newline="") as file:
        texts = sorted({row["description"] for row in csv.DictReader(file)})
    near = find_near_duplicates(texts)
    pairs = [(texts[i], texts[j]) for i, j in near.pairs.tolist()]
    assert any("Tamil version" in one + other and "Hindi version" in one + other for one, other in pairs)
    assert 10 < len(pairs) < 60


def test_the_order_of_texts_does_not_matter(texts: list[str]) -> None:
    many = [*texts[:50], *(f"{text} And more." for text in texts[:50])]
    one, two = found(many), found(many[::-1])
    last = len(many) - 1
    assert {tuple(sorted((last - i, last - j))): value for (i, j), value in two.items()} == one
    assert len(one) >= 45

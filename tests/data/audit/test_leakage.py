"""A label's name in its own texts is suspected where it is far more often there than elsewhere, and only there."""

from __future__ import annotations

import pytest

from multitag.data.audit.leakage import Leak, find_leaks

PLOTS = ["A storm at sea.", "A final is lost.", "Two friends drive north.", "A warship sinks."]


def test_a_name_before_each_text_is_found() -> None:
    labels = [("War",), ("Sport", "Drama"), ("Sport",), ("War",)] * 5
    texts = [f"[{names[0].upper()}] {plot}" for names, plot in zip(labels, PLOTS * 5, strict=True)]
    assert find_leaks(texts, labels) == [Leak("Sport", 1.0, 0.0), Leak("War", 1.0, 0.0)]
    assert find_leaks(PLOTS * 5, labels) == []


@pytest.mark.parametrize(
    ("name", "text", "there"),
    [
        ("Sci-Fi & Fantasy", "tagged sci fi, fantasy today", True),
        ("Sci-Fi & Fantasy", "fantasy, not sci-fi", False),
        ("War", "WAR!", True),
        ("War", "wars and warships", False),
        ("Straße", "an der STRASSE", True),
        ("+++", "+++", False),
    ],
)
def test_a_name_is_its_words_one_after_the_other(name: str, text: str, there: bool) -> None:
    leaks = find_leaks([text] * 5 + ["nothing"] * 5, [(name,)] * 5 + [("Other",)] * 5)
    assert leaks == ([Leak(name, 1.0, 0.0)] if there else [])


def test_few_rows_and_words_of_the_subject_are_no_leak() -> None:
    assert find_leaks(["war"] * 4 + ["x"] * 9, [("War",)] * 4 + [("B",)] * 9) == []
    assert find_leaks(["war"] * 20 + ["x"] * 80, [("War",)] * 5 + [("B",)] * 95) == []
    assert find_leaks([], []) == []


def test_a_label_on_every_row_is_compared_with_no_others() -> None:
    assert find_leaks(["all of it"] * 6, [("All",)] * 6) == [Leak("All", 1.0, 0.0)]


def test_imdb_and_netflix_do_not_leak(shared_data) -> None:
    import csv

    for file, text, labels in (
        ("IMDB-Movie-Data.csv", "Description", "Genre"),
        ("netflix_titles.csv", "description", "listed_in"),
    ):
        with (shared_data / file).open(encoding="utf-8", newline="") as lines:
            rows = list(csv.DictReader(lines))
        assert find_leaks([row[text] for row in rows], [row[labels].split(",") for row in rows]) == []

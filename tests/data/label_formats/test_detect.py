"""How a column of labels is written is found by its cells, and left as plain as can be where it is not sure."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pandas as pd
import pytest

from multitag.data.label_formats.cells.formats import CellFormat, FastText, Separated, Single
from multitag.data.label_formats.cells.lists import Brackets, JsonList, Lists, PythonList
from multitag.data.label_formats.cells.objects import NotLabelsError
from multitag.data.label_formats.cells.separators import find_separator
from multitag.data.label_formats.detect import find_form, find_objects_in
from multitag.data.read import read_table

GENRES = ["Drama", "War", "Comedy", "Crime", "Horror", "Music"]
PAIRS = [f"{one} {other}" for one in GENRES for other in GENRES if one != other]


@pytest.mark.parametrize(
    ("cells", "form"),
    [
        (["Drama,War", "Comedy"], Separated(",")),
        (["Drama;War", "Comedy;Crime", "Sci-Fi, hard"], Separated(";")),
        (["Drama|War", "Comedy", "Drama|Crime, true"], Separated("|")),
        (["Drama", "War"], Separated(",", seen=False)),
        (["Drama,War", "Drama;War"], Separated(",")),
        ([None, 7, ["a;b"], "a;b", float("nan")], Separated(";")),
        ([], Separated(",", seen=False)),
        ([None, ""], Separated(",", seen=False)),
        ([["a"], ["b;c"], None], Lists()),
        ([7, 8], Lists()),
        (['["Sci-Fi, hard", "War"]', '["War"]', "[]"], JsonList()),
        (["[]", "[]"], JsonList()),
        (['[{"id": 1, "name": "War, civil"}]'], JsonList()),
        (['{"id": 1, "name": "War"}'], JsonList()),
        (["['Sci-Fi, hard', 'War']", "[]"], PythonList()),
        (["[{'id': 1, 'name': \"It's\"}]"], PythonList()),
        (["__label__a __label__b", "__label__c"], FastText()),
        (["__label__a some text, and more", "__label__c text"], FastText()),
        (["[Drama, War]", "[War, Crime]"], Brackets()),
        (["Drama, War", '["Crime"]', "Crime, War"], Separated(",")),
        (["Drama; War", '["Crime, true"]', "Crime; War"], Separated(";")),
    ],
    ids=repr,
)
def test_the_form_is_what_most_cells_hold(cells: list[object], form: CellFormat) -> None:
    assert find_form(cells) == form


@pytest.mark.parametrize(
    ("cells", "separate"),
    [
        ([*GENRES, *PAIRS], True),
        (["#war #drama", "#war", "#drama #crime"], True),
        (["3 17", "4", "17 4"], True),
        (["Science Fiction", "Romantic Comedy", "War", "Science Fiction"] * 10, False),
        ([f"{size} {colour}" for size in ("Big", "Small", "Tiny") for colour in ("Red", "Blue", "Green")] * 3, False),
        ([f"Group {group} Level {level}" for group in "ABCDEF" for level in range(9)], False),
        (["Drama War", "War"], False),
        ([*GENRES, *PAIRS, "Drama,War"], False),  # a comma is the plainer mark
    ],
    ids=["few words", "hashtags", "numbers", "names", "two words", "levels", "two cells", "comma"],
)
def test_spaces_separate_only_where_that_is_unmistakable(cells: list[str], separate: bool) -> None:
    assert (find_form(cells) == Separated(" ")) is separate


def test_a_column_of_sentences_is_no_column_of_labels(shared_data: Path) -> None:
    with (shared_data / "IMDB-Movie-Data.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    with pytest.raises(NotLabelsError, match=r"^holds sentences, not labels, such as 'A group of intergalactic"):
        find_form([row["Description"] for row in rows])
    for column in ("Genre", "Director", "Actors", "Year"):  # names that come once each are names all the same
        find_form([row[column] for row in rows])


def test_a_sentence_that_strayed_in_is_left_out_and_does_not_choose_the_separator() -> None:
    stray = "He went home, and slept for a whole week, until the phone rang; then, at last, he rose."
    plain = ["Drama", "War", "Crime"] * 10
    assert find_form([*plain, stray]) == Separated(",", frozenset({stray}), seen=False)
    cells = ["Drama; War", "War", "Crime; Drama"] * 10
    assert find_form([*cells, stray]) == Separated(";", frozenset({stray}))
    frame = pd.DataFrame({"t": [f"text {row}" for row in range(31)], "l": [*cells, stray]})
    table = read_table(frame, "t", "l")
    assert len(table) == 30
    (left_out,) = table.left_out
    assert (left_out.row, left_out.kind) == (31, "with labels that cannot be read")
    assert left_out.reason.startswith("a sentence, not labels: 'He went home, ")
    given = read_table(frame, "t", "l", label_separator=";")
    assert len(given) == 31


def test_a_comma_that_always_stands_in_the_same_names_is_part_of_them() -> None:
    sections = ["World, Politics", "Arts, Culture & Heritage", "Crime"] * 4
    assert find_form(sections) == Single()
    assert find_form([*sections, "Crime, Politics"]) == Separated(",")
    assert find_form([*sections, "World"]) == Separated(",")
    assert find_form(sections[:9]) == Separated(",")  # too few to tell


def test_long_names_that_come_again_are_names() -> None:
    title = "Systems or methods specially adapted for administrative or commercial or financial or managerial purposes"
    assert find_form([f"{title};Ink", "Ink", f"Paper;{title}"] * 5) == Separated(";")


@pytest.mark.parametrize("cells", [["0", "1"], [1.0, 0.0], [True], ["yes", "No"], ["TRUE", "false"]], ids=repr)
def test_0_and_1_name_no_label_unless_they_are_ids(cells: list[object]) -> None:
    with pytest.raises(NotLabelsError, match="name them all with --label-columns"):
        find_form(cells)
    find_form(cells, ids=True)


@pytest.mark.parametrize(
    ("objects", "key"),
    [
        ([{"id": 28, "name": "War"}], "name"),
        ([{"id": "28", "name": "War"}], "name"),
        ([{"iso": "US", "name": "America"}], "name"),
        ([{"n": 3, "theme": "War"}, {"theme": "Crime"}], "theme"),
        ([{"one": "a", "two": "b"}], None),
        ([{"one": "a", "tag": "b"}], "tag"),
        ([{"id": 1}], None),
        (["War"], None),
        ([], None),
    ],
    ids=repr,
)
def test_the_key_is_the_only_one_with_text_or_a_usual_one(objects: list[object], key: str | None) -> None:
    assert find_objects_in([json.dumps(objects), "[broken", None], JsonList()).key == key
    assert find_objects_in([objects], Lists()).key == key


def test_no_separator_is_none() -> None:
    assert find_separator(["a b", "c"]) is None

"""The labels of one cell, however they are written, or why there are none."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from multitag.data.cells import CellError
from multitag.data.label_formats.cells.formats import (
    CellFormat,
    FastText,
    Separated,
    Single,
    read_labels,
    text_without_labels,
)
from multitag.data.label_formats.cells.lists import Brackets, JsonList, Lists, PythonList
from multitag.data.label_formats.cells.objects import Objects

NBSP = "\u00a0"
COMMA = Separated(",")
FORMS = [COMMA, Separated(" "), Separated(" / "), Single(), Lists(), JsonList(), PythonList(), Brackets(), FastText()]
names = st.text(st.characters(exclude_categories=["Cs"]), min_size=1).map(str.strip).filter(bool)


@pytest.mark.parametrize(
    ("cell", "labels"),
    [
        (None, ()),
        (NBSP, ()),
        (float("nan"), ()),
        ("Drama, War ,Drama", ("Drama", "War")),
        (f"Drama,{NBSP}Action{NBSP}", ("Drama", "Action")),
        (",Drama,,", ("Drama",)),
        (",,", ()),
        ("NA,null", ("NA", "null")),
        ('["Sci-Fi, hard", "War"]', ("Sci-Fi, hard", "War")),
        (' [ "War" ]', ("War",)),
        ("[]", ()),
        ('[null, "War", ""]', ("War",)),
        ("[7, 7.5]", ("7", "7.5")),
        (["War", " Drama ", "War"], ("War", "Drama")),
        (("War",), ("War",)),
        ({"War", "Drama"}, ("Drama", "War")),
        (np.array(["War", "Drama"], dtype=object), ("War", "Drama")),
        ([pd.NA, None, float("nan"), "War"], ("War",)),
        ([], ()),
        (7, ("7",)),
        (True, ("True",)),
    ],
    ids=lambda value: repr(sorted(value) if isinstance(value, set) else value),  # the same in each worker
)
def test_labels_with_commas_or_in_lists(cell: object, labels: tuple[str, ...]) -> None:
    assert read_labels(cell, COMMA).names == labels


@pytest.mark.parametrize(
    ("form", "cell", "labels"),
    [
        (Separated(";"), "Drama; War", ("Drama", "War")),
        (Separated("|"), f"Drama|{NBSP}Sci-Fi, hard", ("Drama", "Sci-Fi, hard")),
        (Separated(" "), f" Drama  War{NBSP}Crime\t", ("Drama", "War", "Crime")),
        (Separated(NBSP), "Drama War", ("Drama", "War")),
        (Separated(" - "), f"Sci-Fi{NBSP}-  War -", ("Sci-Fi", "War")),
        (Separated(", "), "Drama,  War,", ("Drama", "War")),
        (Single(), " Arts, Culture ", ("Arts, Culture",)),
        (Single(), "[x]", ("[x]",)),
        (JsonList(), '["Drama", "War"]', ("Drama", "War")),
        (PythonList(), "['Drama', \"It's\"]", ("Drama", "It's")),
        (PythonList(), "('Drama',)", ("Drama",)),
        (PythonList(), "{'War', 'Drama'}", ("Drama", "War")),
        (PythonList(), "['Drama', None, 7]", ("Drama", "7")),
        (FastText(), "__label__war __label__sci-fi A storm. __label__late", ("war", "sci-fi", "late")),
        (FastText(), "no__label__inside a word", ()),
        (FastText(), "__label__ empty", ()),
        (Lists(), "Sci-Fi, hard", ("Sci-Fi, hard",)),
    ],
    ids=repr,
)
def test_labels_in_every_form(form: CellFormat, cell: str, labels: tuple[str, ...]) -> None:
    assert read_labels(cell, form).names == labels
    assert form.describe()


@pytest.mark.parametrize("form", [JsonList(), PythonList()])
def test_objects_are_named_by_their_key(form: CellFormat) -> None:
    text = '[{"id": 28, "name": "Action"}, {"id": 12, "name": "Sci-Fi, hard"}]'
    assert read_labels(text, form, Objects("name")).names == ("Action", "Sci-Fi, hard")
    assert read_labels(text, form, Objects("id")).names == ("28", "12")
    assert read_labels('{"name": "Action"}', form, Objects("name")).names == ("Action",)
    assert read_labels([{"name": "Action"}], form, Objects("name")).names == ("Action",)
    assert read_labels({"name": "Action"}, form, Objects("name")).names == ("Action",)


@settings(max_examples=50)
@given(st.lists(names, unique=True))
def test_a_list_gives_back_its_names(listed: list[str]) -> None:
    assert read_labels(json.dumps(listed), COMMA).names == tuple(listed)
    assert read_labels(json.dumps(listed), JsonList()).names == tuple(listed)
    assert read_labels(repr(listed), PythonList()).names == tuple(listed)
    assert read_labels(listed, Lists()).names == tuple(listed)


@settings(max_examples=50)
@given(st.lists(names.filter(lambda name: "|" not in name and not name.startswith("[")), unique=True))
def test_text_with_separators_gives_back_its_names(listed: list[str]) -> None:
    assert read_labels(" | ".join(listed), Separated("|")).names == tuple(listed)


@settings(max_examples=100)
@given(
    st.one_of(
        st.text(),
        st.text("[](){}'\",:|_label-19 \\\n"),
        st.lists(st.one_of(st.none(), st.text(), st.integers(), st.floats(), st.dictionaries(st.text(), st.text()))),
    ),
    st.sampled_from(FORMS),
    st.sampled_from([None, "name", "a"]),
)
def test_labels_are_clean_or_refused_in_a_line(cell: object, form: CellFormat, key: str | None) -> None:
    try:
        labels = read_labels(cell, form, Objects(key)).names
    except CellError as error:
        assert len(str(error).splitlines()) == 1
    else:
        assert all(name == name.strip() and name for name in labels)
        assert len(set(labels)) == len(labels)


@pytest.mark.parametrize(
    ("form", "cell", "message"),
    [
        (COMMA, "[Drama, War]", "starts like a JSON list but is not one"),
        (COMMA, "[" * 100_000, "starts like a JSON list but is not one"),
        (COMMA, "[" + "9" * 5000 + "]", "starts like a JSON list but is not one"),
        (COMMA, '[{"id": 28, "name": "Action"}]', "with --label-key"),
        (COMMA, '[["Drama"]]', "expected label names as text, got list"),
        (COMMA, {"name": "Action"}, "with --label-key"),
        (COMMA, b"Action", "expected label names as text, got bytes"),
        (COMMA, [np.array(["Drama"])], "expected label names as text, got ndarray"),
        (COMMA, [b"Action"], "expected label names as text, got bytes"),
        (COMMA, '["\\ud800"]', "half of a surrogate pair"),
        (COMMA, ["Dra\udc00ma"], "half of a surrogate pair"),
        (Separated(",", frozenset({"It was late, and dark."})), "It was late, and dark.", "a sentence, not labels"),
        (JsonList(), "Drama", "expected a JSON list"),
        (JsonList(), "7", "expected a JSON list"),
        (PythonList(), "Drama", "expected a Python list"),
        (PythonList(), "'Drama'", "expected a list"),
        (PythonList(), "[" * 300, "expected a Python list"),
        (PythonList(), "-" * 19_000 + "1", "expected a Python list"),
        (PythonList(), "[" + "'a', " * 5000 + "]", "a Python list of 25002 characters"),
        (PythonList(), "__import__('os').system('touch canary')", "expected a Python list"),
        (PythonList(), "['\ud800']", "expected a Python list"),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_what_holds_no_labels_is_refused(form: CellFormat, cell: object, message: str) -> None:
    with pytest.raises(CellError) as caught:
        read_labels(cell, form)
    said = str(caught.value)
    assert message in said
    assert len(said) < 250
    assert said.isprintable()


def test_a_key_that_an_object_lacks_is_refused_with_those_it_has() -> None:
    with pytest.raises(CellError, match="expected an object with the key 'tag', got the keys 'id', 'name'"):
        read_labels('[{"id": 1, "name": "War"}]', JsonList(), Objects("tag"))


def test_a_fasttext_line_keeps_its_words() -> None:
    assert text_without_labels("__label__a  __label__b It's  7 o'clock.") == "It's  7 o'clock."
    assert text_without_labels("no__label__a here") == "no__label__a here"

"""One cell of labels or text: what it holds, or an error that says where."""

from __future__ import annotations

import datetime
import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from multitag.data.cells import find_separator, is_missing, parse_labels, parse_text
from multitag.errors import DataError

NBSP = "\u00a0"
names = st.text(st.characters(exclude_categories=["Cs"]), min_size=1).map(str.strip).filter(bool)


@pytest.mark.parametrize(
    "cell", [None, float("nan"), np.float32("nan"), pd.NA, pd.NaT, "", "   ", NBSP, "\n\t"], ids=repr
)
def test_nothing_is_missing(cell: object) -> None:
    assert is_missing(cell)
    assert parse_labels(cell, ",", "x.csv, row 1") == ()


@pytest.mark.parametrize(
    "cell", ["NA", "null", "None", "nan", "0", 0, 0.0, False, [], [None], {}, b""], ids=repr
)
def test_something_is_not_missing(cell: object) -> None:
    assert not is_missing(cell)


@pytest.mark.parametrize(
    ("cells", "separator"),
    [
        (["Drama,War", "Comedy"], ","),
        (["Drama;War", "Comedy;Crime", "Sci-Fi, hard"], ";"),
        (["Drama|War", "Comedy", "Drama|Crime, true"], "|"),
        (["Drama", "War"], ","),
        (["Drama,War", "Drama;War"], ","),
        ([None, 7, ["a;b"], float("nan")], ","),
        ([], ","),
    ],
)
def test_the_separator_is_what_most_cells_hold(cells: list[object], separator: str) -> None:
    assert find_separator(cells) == separator


@pytest.mark.parametrize(
    ("cell", "labels"),
    [
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
        (np.array(["War", "Drama"], dtype=object), ("War", "Drama")),
        ([pd.NA, None, float("nan"), "War"], ("War",)),
        ([], ()),
        (7, ("7",)),
        (True, ("True",)),
    ],
    ids=repr,
)
def test_labels_of_a_cell(cell: object, labels: tuple[str, ...]) -> None:
    assert parse_labels(cell, ",", "x.csv, row 1") == labels


@settings(deadline=None, max_examples=50)
@given(st.lists(names, unique=True))
def test_a_json_list_gives_back_its_names(listed: list[str]) -> None:
    assert parse_labels(json.dumps(listed), ",", "x.csv, row 1") == tuple(listed)


@settings(deadline=None, max_examples=50)
@given(st.lists(names.filter(lambda name: "|" not in name and not name.startswith("[")), unique=True))
def test_text_with_separators_gives_back_its_names(listed: list[str]) -> None:
    assert parse_labels(" | ".join(listed), "|", "x.csv, row 1") == tuple(listed)


@settings(deadline=None, max_examples=50)
@given(st.one_of(st.text(), st.lists(st.one_of(st.none(), st.text(), st.integers(), st.floats()))))
def test_labels_are_clean_or_refused_by_place(cell: object) -> None:
    try:
        labels = parse_labels(cell, ",", "x.csv, row 3, column 'g'")
    except DataError as error:
        assert str(error).startswith("x.csv, row 3, column 'g': ")
        assert len(str(error).splitlines()) == 1
    else:
        assert all(name == name.strip() and name for name in labels)
        assert len(set(labels)) == len(labels)


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        ("[Drama, War]", "starts like a JSON list but is none"),
        ("['Drama', 'War']", "starts like a JSON list but is none"),
        ("[" * 100_000, "starts like a JSON list but is none"),
        ("[" + "9" * 5000 + "]", "starts like a JSON list but is none"),
        ('[{"id": 28, "name": "Action"}]', "expected label names as text, got dict"),
        ('[["Drama"]]', "expected label names as text, got list"),
        ({"name": "Action"}, "expected label names as text, got dict"),
        (b"Action", "expected label names as text, got bytes"),
        ([np.array(["Drama"])], "expected label names as text, got ndarray"),
        ([b"Action"], "expected label names as text, got bytes"),
        ('["\\ud800"]', "half of a surrogate pair"),
        (["Dra\udc00ma"], "half of a surrogate pair"),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_what_holds_no_labels_is_refused(cell: object, message: str) -> None:
    with pytest.raises(DataError) as caught:
        parse_labels(cell, ",", "x.csv, row 3, column 'g'")
    said = str(caught.value)
    assert said.startswith("x.csv, row 3, column 'g': ")
    assert message in said
    assert len(said) < 250
    assert said.isprintable()


@pytest.mark.parametrize(
    ("cell", "text"),
    [("  a\nb ", "  a\nb "), (7, "7"), (datetime.date(2020, 1, 2), "2020-01-02"), (True, "True")],
)
def test_text_stays_as_it_stands(cell: object, text: str) -> None:
    assert parse_text(cell, "x.csv, row 1") == text


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        (["a", "b"], "expected text, got list"),
        ({"a": 1}, "expected text, got dict"),
        (b"a", "expected text, got bytes"),
        (np.array(["a"]), "expected text, got ndarray"),
        ("storm \ud83d at sea", r"'\ud83d' is half of a surrogate pair"),
    ],
    ids=repr,
)
def test_what_is_no_text_is_refused(cell: object, message: str) -> None:
    with pytest.raises(DataError) as caught:
        parse_text(cell, "x.csv, row 1, column 't'")
    assert str(caught.value).startswith(f"x.csv, row 1, column 't': {message}")
    assert str(caught.value).isprintable()

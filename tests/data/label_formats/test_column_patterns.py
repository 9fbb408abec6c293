from __future__ import annotations

import pytest

from multitag.data.label_formats.column_patterns import check_column, expand_columns
from multitag.errors import DataError

THERE = ["text", "SDG1", "SDG2", "SDG10", "a,b", "a..b", "*", "other"]


@pytest.mark.parametrize(
    ("written", "columns"),
    [
        (["SDG1"], ("SDG1",)),
        (["SDG1..SDG10"], ("SDG1", "SDG2", "SDG10")),
        (["SDG1 .. SDG2"], ("SDG1", "SDG2")),
        (["SDG*"], ("SDG1", "SDG2", "SDG10")),
        (["SDG2, other"], ("SDG2", "other")),
        (["SDG1..SDG2,other", "SDG2"], ("SDG1", "SDG2", "other")),
        (["a,b"], ("a,b",)),
        (["a..b"], ("a..b",)),
        (["*"], ("*",)),
    ],
    ids=repr,
)
def test_columns_named_in_short(written: list[str], columns: tuple[str, ...]) -> None:
    assert expand_columns(written, THERE, "x.csv") == columns


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("SDG3", "x.csv: no column 'SDG3'; the columns are 'text', 'SDG1', "),
        ("SDG1..SDG17", "x.csv: no column 'SDG17'; the columns are "),
        ("other..SDG1", "x.csv: 'other..SDG1' runs backwards: 'other' stands after 'SDG1'; swap them"),
        ("tag*", "x.csv: no column matches 'tag*'; the columns are "),
        ("SDG1,nope", "x.csv: no column 'nope'; the columns are "),
    ],
)
def test_what_fits_no_column_is_refused(written: str, message: str) -> None:
    with pytest.raises(DataError) as caught:
        expand_columns([written], THERE, "x.csv")
    assert str(caught.value).startswith(message)


def test_a_column_must_be_there_once() -> None:
    assert check_column(THERE, "text", "x.csv", "text") == "text"
    message = r"^x.csv: column 'a' appears more than once; rename one; the columns are 'a', 'a'$"
    with pytest.raises(DataError, match=message):
        check_column(["a", "a"], "a", "x.csv", "text")
    with pytest.raises(DataError, match=r"did you mean 'other'\?$"):
        check_column(THERE, "Other", "x.csv", "labels")

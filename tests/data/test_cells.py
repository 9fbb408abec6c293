"""One cell of text: what it holds, or why it holds none."""

from __future__ import annotations

import datetime
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from multitag.data.cells import CellError, is_missing, read_text, shorten

NBSP = "\u00a0"


NANS = [float("nan"), np.float32("nan"), np.datetime64("NaT"), Decimal("nan"), pd.NaT]


@pytest.mark.parametrize("cell", [None, *NANS, pd.NA, "", "   ", NBSP, "\n\t"], ids=repr)
def test_nothing_is_missing(cell: object) -> None:
    assert is_missing(cell)


@pytest.mark.parametrize(
    "cell", ["NA", "null", "None", "nan", "0", 0, 0.0, False, [], [None], {}, b""], ids=repr
)
def test_something_is_not_missing(cell: object) -> None:
    assert not is_missing(cell)


@pytest.mark.parametrize(
    ("cell", "text"),
    [("  a\nb\x00 ", "  a\nb\x00 "), (7, "7"), (datetime.date(2020, 1, 2), "2020-01-02"), (True, "True")],
)
def test_text_stays_as_it_stands(cell: object, text: str) -> None:
    assert read_text(cell) == text


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
    with pytest.raises(CellError) as caught:
        read_text(cell)
    assert str(caught.value).startswith(message)


def test_long_values_are_cut_for_messages() -> None:
    assert shorten("a" * 40) == "a" * 40
    assert shorten("a" * 41) == "a" * 37 + "..."

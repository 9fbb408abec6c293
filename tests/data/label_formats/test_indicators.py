from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from multitag.data.cells import CellError
from multitag.data.label_formats.cells.objects import NotLabelsError
from multitag.data.label_formats.indicator_columns import IndicatorColumns, find_indicators
from multitag.data.label_formats.indicators import Indicator, are_switches, is_indicator
from multitag.data.row_labels import RowLabels


@pytest.mark.parametrize(
    "cell", [1, 1.0, "1", " 1.0 ", True, np.True_, np.int64(1), "true", "TRUE", "t", "Yes", "y", "x", "X"], ids=repr
)
def test_yes(cell: object) -> None:
    assert Indicator().read(cell) == 1


@pytest.mark.parametrize(
    "cell", [0, 0.0, "0", False, np.False_, "False", "f", "no", "N", "", " ", None, float("nan")], ids=repr
)
def test_no(cell: object) -> None:
    assert Indicator().read(cell) == 0


@pytest.mark.parametrize("cell", [2, 0.5, "maybe", [1], "10", b"1"], ids=repr)
def test_anything_else_is_refused(cell: object) -> None:
    with pytest.raises(CellError, match="expected 0 or 1, true or false, yes or no, got "):
        Indicator().read(cell)
    assert not is_indicator(cell)


@pytest.mark.parametrize("cell", ["x", "t", "Y", "n", "", None, "Drama", [1]], ids=repr)
def test_a_letter_alone_may_be_a_label(cell: object) -> None:
    assert not is_indicator(cell)


@pytest.mark.parametrize("cell", ["✓", "✔️", "on", "oui", "1,0"], ids=repr)
def test_yes_in_other_words(cell: object) -> None:
    assert Indicator().read(cell) == 1


@pytest.mark.parametrize("cell", ["?", "unknown", "-", "-1"], ids=repr)
def test_what_nobody_knows_is_no_answer(cell: object) -> None:
    assert Indicator(blank_is_no=True).read(cell) is None


def test_a_decimal_comma() -> None:
    assert Indicator(soft=True).read("0,25") == 0.25
    with pytest.raises(CellError, match="probabilities are read with --soft"):
        Indicator().read("0,25")


@pytest.mark.parametrize("cells", ["01?", "TF", ["on", "off"], ["yes", "no", "unknown"], "x-", ["0", "NA"]], ids=repr)
def test_the_words_of_one_column_that_name_nothing(cells: Sequence[str]) -> None:
    assert are_switches(list(cells))


@pytest.mark.parametrize("cells", ["xyt", "AB", ["yes", "no", "maybe"], "x", "??", ["1", "2"], []], ids=repr)
def test_the_words_of_one_column_that_may_be_names(cells: Sequence[str]) -> None:
    assert not are_switches(list(cells))


def find(**columns: Sequence[str]) -> IndicatorColumns:
    return find_indicators(tuple(columns), columns.__getitem__, soft=False)


def test_a_dash_is_a_no_beside_x_alone() -> None:
    assert find(a=["x", "-"], b=["x", ""]).read(["-", "x"]) == RowLabels(("b",), judged=True)
    assert find(a=["x", "-"], b=["1", "0"]).read(["-", "1"]) == RowLabels(("b",), judged=True)
    assert find(a=["1", "-"], b=["1", "0"]).read(["-", "1"]) == RowLabels(("b",), ("a",), judged=True)


def test_x_beside_a_tick_may_be_a_no() -> None:
    with pytest.raises(NotLabelsError, match=r"holds ✓ and x in column 'b', where x may say yes or no"):
        find(a=["✓", ""], b=["✓", "x"])

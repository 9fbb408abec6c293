from __future__ import annotations

import numpy as np
import pytest

from multitag.data.cells import CellError
from multitag.data.label_formats.indicators import Indicator, is_indicator


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

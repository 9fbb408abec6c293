from __future__ import annotations

import pytest

from multitag.data.cells import RowError
from multitag.data.texts import TextColumns, join_text


@pytest.mark.parametrize(
    ("cells", "joined", "pair"),
    [
        ((" a", "b "), " a\n\nb ", (" a", "b ")),
        (("a", None), "a", ("a", "")),
        (("  ", "b"), "b", ("", "b")),
        ((None, ""), None, None),
    ],
)
def test_two_columns_are_joined_or_a_pair(cells, joined, pair):
    assert TextColumns(("t", "u")).read(cells) == joined
    assert TextColumns(("t", "u"), pair=True).read(cells) == pair
    assert joined is None or join_text(pair) == joined


def test_a_cell_that_is_no_text_is_named_by_its_column():
    with pytest.raises(RowError, match="expected text, got list") as caught:
        TextColumns(("t", "u")).read(("a", ["b"]))
    assert caught.value.column == "u"


def test_a_bundle_says_where_texts_stand():
    old = {"text_column": "Plot"}
    assert TextColumns.of_bundle(old) == TextColumns(("Plot",))
    pair = {"text_column": "a + b", "text_columns": ["a", "b"], "text_pair": True}
    assert TextColumns.of_bundle(pair) == TextColumns(("a", "b"), pair=True)
    assert TextColumns.of_bundle(pair, ["x", "y"]) == TextColumns(("x", "y"), pair=True)
    assert TextColumns.of_bundle(pair, ["x"]) == TextColumns(("x",))
    lines = {"text_columns": ["line"], "text_column": "line", "label_shape": "fasttext", "label_columns": ["line"]}
    assert TextColumns.of_bundle(lines).read(["__label__a A text."]) == "A text."

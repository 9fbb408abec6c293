"""A column keeps its cells as they came: those that repeat once, many long ones on disk."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from multitag.data.stored import column as module
from multitag.data.stored.cells import StoredCells
from multitag.data.stored.column import Column

CELLS = st.lists(st.text(max_size=3) | st.lists(st.integers(0, 1) | st.booleans() | st.text("a")) | st.integers(0, 2))


@given(st.lists(CELLS), st.integers(0, 3))
def test_cells_are_as_they_came(chunks, n_before):
    column = Column(n_before)
    for chunk in chunks:
        column.extend(chunk)
    came = [*[None] * n_before, *(cell for chunk in chunks for cell in chunk)]
    assert [*map(repr, column.cells)] == [*map(repr, came)]


def test_equal_texts_and_lists_are_one_object_as_far_as_types_go():
    column = Column()
    column.extend([["War", 1], "".join(["W", "ar"]), [1], [True], ["War", 1], "".join(["W", "ar"])])
    assert column.cells[4] is column.cells[0]
    assert column.cells[5] is column.cells[1]
    assert column.cells[3][0] is True


def test_many_characters_go_to_disk_and_repeated_ones_do_not_count(monkeypatch):
    monkeypatch.setattr(module, "STORED_FROM", 1000)
    labels, texts = Column(), Column()
    for number in range(40):
        labels.extend(["Drama,War"] * 10)
        texts.extend([f"{number} {'x' * 50}"])
    assert isinstance(labels.cells, list)
    assert isinstance(texts.cells, StoredCells)
    assert [cell.split()[0] for cell in texts.cells] == [*map(str, range(40))]

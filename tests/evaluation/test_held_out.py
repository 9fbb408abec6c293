from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from multitag.errors import DataError
from multitag.evaluation.held_out import HeldOut

NAMES = ("Drama", "row", "true_x", "a,b;c")


@pytest.fixture
def held_out():
    random = np.random.default_rng(0)
    y_raw = random.random((5, 4)).astype(np.float32)
    return HeldOut(
        NAMES, np.array([3, 1, 9, 4, 7]), ("one", "two", "drei 🎬", "", "five\nlines"),
        ("validation", "validation", "test", "test", "test"), np.full(5, -1), (y_raw > 0.4).astype(np.int8),
        y_raw, y_raw**2, (y_raw > 0.5).astype(np.uint8),
    )  # fmt: skip


def same(one, other):
    for name in ("rows", "fold", "y_true", "y_raw", "y_prob", "y_pred"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
        assert getattr(one, name).dtype == getattr(other, name).dtype
    return (one.label_names, one.texts, one.side) == (other.label_names, other.texts, other.side)


def test_what_is_saved_is_read_back(held_out, tmp_path):
    held_out.save(tmp_path / "probabilities.parquet")
    assert same(HeldOut.load(tmp_path / "probabilities.parquet"), held_out)
    frame = pd.read_parquet(tmp_path / "probabilities.parquet")
    assert list(frame.columns[:5]) == ["row", "side", "fold", "text", "true_Drama"]
    assert frame["predicted_true_x"].dtype == bool


def test_rows_keep_their_place_in_the_table_and_files_without_it_are_read(held_out, tmp_path):
    assert HeldOut.load(_saved(held_out, tmp_path)).index is None
    placed = replace(held_out, index=np.array([2, 0, 8, 3, 6]))
    again = HeldOut.load(_saved(placed, tmp_path))
    assert same(again, placed)
    assert again.index.dtype == np.int64
    assert again.index.tolist() == [2, 0, 8, 3, 6]
    assert again.of_side("test").index.tolist() == [8, 3, 6]
    assert again.joined(again.of_side("test")).index.tolist() == [2, 0, 8, 3, 6, 8, 3, 6]
    assert again.joined(held_out).index is None


def _saved(held_out, folder):
    held_out.save(folder / "probabilities.parquet")
    return folder / "probabilities.parquet"


def test_sides_are_taken_and_joined(held_out):
    test = held_out.of_side("test")
    assert (len(test), test.rows.tolist(), test.texts) == (3, [9, 4, 7], held_out.texts[2:])
    assert same(held_out.of_side("validation").joined(test), held_out)
    assert same(held_out.headline(), test)
    assert len(held_out.of_side("out_of_fold")) == 0
    turned = held_out.taken(np.arange(5)[::-1], side="out_of_fold", fold=np.array([0, 1, 0, 1, 0]))
    assert turned.texts[0] == "five\nlines"
    assert turned.fold.tolist() == [0, 1, 0, 1, 0]
    assert len(held_out.joined(turned).headline()) == 5


def test_what_is_no_file_of_probabilities_is_refused(held_out, tmp_path):
    with pytest.raises(DataError, match=r"missing; give the folder of a finished run"):
        HeldOut.load(tmp_path / "probabilities.parquet")
    (tmp_path / "text.parquet").write_text("no parquet")
    with pytest.raises(DataError, match=r"not a file of probabilities: "):
        HeldOut.load(tmp_path / "text.parquet")
    pd.DataFrame({"row": [1], "probability_x": [0.5]}).to_parquet(tmp_path / "old.parquet")
    with pytest.raises(DataError, match=r"not the columns that multitag train writes"):
        HeldOut.load(tmp_path / "old.parquet")

from __future__ import annotations

import numpy as np
import pytest

from multitag.data.texts import TextColumns
from multitag.inference.options import PredictOptions
from multitag.scale.formats.part import Row
from multitag.scale.rows import BadRowsError, score_rows

COLUMNS, OPTIONS = TextColumns(("text",)), PredictOptions()


class Fragile:
    """Predicts the length of a text, and fails at a batch in which one is poison, as no real model does on demand."""

    label_names = ("long",)

    def __init__(self):
        self.batches = 0

    def predict_arrays(self, texts, options):
        self.batches += 1
        if any("poison" in text for text in texts):
            raise RuntimeError("no such token")
        lengths = np.array([[len(text)] for text in texts], np.float32)
        return lengths, (lengths > 1).astype(np.int64)


def rows(texts):
    return [Row(10 * index, {"text": text}) for index, text in enumerate(texts)]


@pytest.mark.parametrize("poisoned", [[], [0], [999], [3, 4], [0, 500, 999]])
def test_rows_that_break_a_batch_are_found_and_all_others_scored(poisoned):
    texts = [f"poison {n}" if n in poisoned else "x" * (n % 7 + 1) for n in range(1000)]
    fragile = Fragile()
    scored = score_rows(fragile, rows(texts), COLUMNS, OPTIONS, 5)
    assert scored.errors == dict.fromkeys(poisoned, "no such token")
    assert sorted(scored.with_text) == [n for n in range(1000) if n not in poisoned]
    assert [int(y[0]) for y in scored.y_prob] == [len(texts[n]) for n in scored.with_text]
    assert fragile.batches <= 1 + 20 * len(poisoned)  # two of each size around each


def test_cells_that_are_no_text_are_set_aside_and_missing_ones_are_not():
    scored = score_rows(Fragile(), rows(["a", None, "", ["list"], "\ud800", "bb"]), COLUMNS, OPTIONS, 5)
    assert scored.with_text == [0, 5]
    assert sorted(scored.errors) == [3, 4]
    assert "half of a surrogate pair" in scored.errors[4]


def test_a_row_that_could_not_be_read_keeps_its_reason():
    scored = score_rows(Fragile(), [Row(0, {}, "not JSON")], COLUMNS, OPTIONS, 1)
    assert (scored.errors, scored.with_text, scored.y_prob.shape) == ({0: "not JSON"}, [], (0, 1))


def test_a_model_that_fails_at_every_row_is_given_up_soon():
    fragile = Fragile()
    with pytest.raises(BadRowsError, match="at 20: no such token"):
        score_rows(fragile, rows(["poison"] * 1000), COLUMNS, OPTIONS, 2)
    assert fragile.batches < 20

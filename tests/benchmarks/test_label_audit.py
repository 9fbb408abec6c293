import json

import numpy as np
import pytest
from benchmarks.label_audit import RECORD, as_table, draw_turned, measure, turn_labels

import multitag
from multitag.evaluation.held_out import HeldOut
from multitag.labels import LabelSet


def test_exactly_a_twentieth_of_the_labels_is_turned():
    table = multitag.read_table("sample")
    label_set = LabelSet.from_rows(table.labels)
    turned = draw_turned(len(table), len(label_set), 0)
    assert turned.sum() == 800
    assert (turned == draw_turned(len(table), len(label_set), 0)).all()
    assert (turned != draw_turned(len(table), len(label_set), 1)).any()
    noisy = turn_labels(table, turned)
    assert (noisy.texts, noisy.rows) == (table.texts, table.rows)
    assert ((label_set.encode(noisy.labels) != label_set.encode(table.labels)) == turned).all()


@pytest.fixture
def results():
    """Two labels, each turned on 20 of 400 rows; one model finds all of the first and none of the second."""
    rng = np.random.default_rng(0)
    true = rng.random((400, 2)) < 0.5
    turned = np.zeros((400, 2), dtype=bool)
    turned[:20] = True
    y_prob = np.where(true, 0.875, 0.125).astype(np.float32)
    y_prob[:, 1] = np.where((true ^ turned)[:, 1], 0.875, 0.125)
    y_true = (true ^ turned).astype(np.uint8)
    held_out = HeldOut(
        ("a", "b"), np.arange(400), ("x",) * 400, ("test",) * 400, np.full(400, -1), y_true, y_prob, y_prob, y_true
    )
    return measure(held_out, turned, resamples=100)


def test_figures_by_hand(results):
    every = results["orders"]["all"]
    assert (every["pairs"], every["turned"], every["random"]) == (800, 40, 0.05)
    # The first 20 are turned; of the other 780, equally sure, 20 are.
    assert every["average_precision"] == pytest.approx(0.5 * 1 + 0.5 * 40 / 800)
    low, high = every["interval"]
    assert low < every["average_precision"] < high
    assert (results["first_20"], results["listed"], results["listed_turned"]) == (1, 20, 1)
    assert results["turned_listed"] == 0.5
    kinds = [results["orders"][name] for name in ("wrong", "missing")]
    assert [sum(each[name] for each in kinds) for name in ("pairs", "turned")] == [800, 40]


def test_the_table_shows_them(results):
    shown = RECORD.fill("before\n<!-- label-audit -->\nold\n<!-- /label-audit -->\nafter\n", as_table(results))
    assert shown == f"before\n<!-- label-audit -->\n{as_table(results)}<!-- /label-audit -->\nafter\n"
    assert "| 40 all | 800 | 0.525 [" in shown
    assert "Of the first 20 in order 100% were turned" in shown


@pytest.mark.skipif(not RECORD.results.is_file(), reason="not measured yet: python -m benchmarks.label_audit")
def test_docs_show_what_was_measured():
    page = RECORD.page.read_text(encoding="utf-8")
    assert RECORD.fill(page, as_table(json.loads(RECORD.results.read_text(encoding="utf-8")))) == page

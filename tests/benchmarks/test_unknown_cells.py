from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from benchmarks import unknown_cells
from multitag.config import Config
from multitag.data.task import Task
from multitag.labels import UNKNOWN


def test_both_ways_hide_the_same_cells():
    y = np.ones((400, 5), dtype=np.int8)
    masked, no = (unknown_cells.hide(y, way) for way in unknown_cells.WAYS)
    assert ((masked == UNKNOWN) == (no == 0)).all()
    assert (masked == UNKNOWN).mean() == pytest.approx(unknown_cells.HIDDEN, abs=0.03)
    assert masked.dtype == np.int8


@pytest.mark.slow
def test_both_ways_are_trained_and_measured_on_the_same_rows(table, tiny_distilbert, tmp_path, monkeypatch):
    monkeypatch.setattr(unknown_cells, "RESAMPLES", 100)
    settings = {**unknown_cells.SETTINGS, **unknown_cells.QUICK, "base_model": str(tiny_distilbert)}
    config = Config().override(**settings)
    task = Task.prepare(table, config)
    runs = {}
    for way in unknown_cells.WAYS:
        hidden = replace(task, y=unknown_cells.hide(task.y, way))
        runs[way] = unknown_cells.out_of_fold(tmp_path / way, hidden, config)
        again = unknown_cells.out_of_fold(tmp_path / way, hidden, config)  # from the file
        np.testing.assert_array_equal(again.y_raw, runs[way].y_raw)
    assert (runs["masked"].y_true == UNKNOWN).any()
    assert runs["masked"].rows.tolist() == runs["no"].rows.tolist() == list(table.rows)
    assert runs["masked"].y_raw.mean() > runs["no"].y_raw.mean()  # hidden labels are no evidence against them
    results = unknown_cells.measure(runs, task.y)
    assert results["rows"] == 60
    shown = unknown_cells.as_table(results)
    assert "| left out (`--unknown mask`) |" in shown
    value, low, high = results["difference"]["micro_f1"]
    assert f"{value:+.3f} [{low:+.3f}, {high:+.3f}]" in shown.splitlines()[-1]
    with pytest.raises(AssertionError):  # a folder of other labels
        unknown_cells.out_of_fold(tmp_path / "no", replace(task, y=unknown_cells.hide(task.y, "masked")), config)


def test_the_page_has_the_place():
    record = unknown_cells.RECORD
    assert record.place.search(record.page.read_text(encoding="utf-8"))

from __future__ import annotations

from dataclasses import replace

import pytest

import multitag
from multitag.evaluation.calibration.fit import calibrate_apart
from multitag.evaluation.guarantees.fit import fit_guarantee
from multitag.evaluation.held_out import HeldOut
from multitag.report.guarantee import word_guarantee

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("without_plots")]


@pytest.mark.parametrize("refit", [False, True])
def test_a_guarantee_on_validation_rows_is_of_rows_calibrated_apart(refit, settings, tiny_distilbert, tmp_path):
    whole = multitag.read_table("sample")
    table = replace(
        whole, texts=whole.texts[:280], labels=whole.labels[:280], rows=whole.rows[:280], n_rows_source=280
    )
    changed = {
        "base_model": str(tiny_distilbert), "validation_size": 200, "test_size": 0, "baselines": False,
        "calibration": "platt", "guarantee": "recall=0.8", "refit": refit,
    }  # fmt: skip
    run = multitag.train(table, out=tmp_path / "run", **{**settings, **changed})
    rows = HeldOut.load(run.folder / "probabilities.parquet")
    apart = calibrate_apart(rows.y_true, rows.y_raw, "platt")
    cut = fit_guarantee("recall", 0.8, rows.y_true, apart, fitted_on=f"validation, {len(rows)} rows")
    expected = word_guarantee(cut, refitted=refit)
    assert len(rows) >= 200
    assert run.metrics.guarantee == expected
    with multitag.load(run.bundle, policy="guarantee") as classifier:
        assert classifier.guarantee == expected

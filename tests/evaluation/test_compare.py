from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from evaluation.noisy_runs import compared, make_run
from multitag.errors import DataError
from multitag.evaluation.compare import MIN_ROWS
from multitag.evaluation.intervals.bootstrap import paired_differences
from multitag.evaluation.metrics.compute import compute_metrics

REMEDY = "only runs on the same rows can be compared: the same table, split and seed"


def test_figures_and_differences_are_those_of_the_rows():
    first, second = make_run(0.8), make_run(1.6, seed=1)
    found = compared(first, second)
    assert (found.side, found.n_rows) == ("test", 200)
    for values, run in zip(found.values, (first, second), strict=True):
        assert values == compute_metrics(run.y_true, run.y_prob, run.y_pred, run.label_names, np.full(3, 0.5)).values
    assert found.differences == paired_differences(
        first.y_true, (first.y_prob, first.y_pred), (second.y_prob, second.y_pred), resamples=300, seed=0
    )
    written = found.to_dict()
    assert list(written) == ["runs", "side", "n_rows", "values", "difference"]
    assert json.loads(json.dumps(written, allow_nan=False)) == written


def test_the_order_of_the_rows_does_not_matter():
    first, second = make_run(1), make_run(1, seed=1)
    mixed = second.taken(np.random.default_rng(0).permutation(len(second)))
    assert compared(first, mixed) == compared(first, second)


def test_out_of_fold_rows_are_compared_before_test_rows():
    first, second = make_run(1), make_run(1, seed=1)
    sides = ("out_of_fold",) * 150 + ("validation",) * 50
    found = compared(replace(first, side=sides), replace(second, side=sides))
    assert (found.side, found.n_rows) == ("out_of_fold", 150)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (
            lambda run: run.taken(np.arange(10, 200)),
            "measured on other rows: 10 of 200 in runs/a only, such as row 1",
        ),
        (
            lambda run: replace(run, rows=run.rows + np.where(np.arange(200) < 3, 1000, 0)),
            "measured on other rows: 3 of 200 in runs/a only, such as row 1, 3 of 200 in runs/b only, such as row 1001",
        ),
        (lambda run: replace(run, texts=(*run.texts[:7], "another", *run.texts[8:])), "another text in row 15"),
        (
            lambda run: replace(run, label_names=("Crime", "Drama", "Western")),
            "other labels: 'War' in runs/a only, 'Western' in runs/b only",
        ),
        (
            lambda run: replace(run, label_names=("Crime", "War", "Drama")),
            "other labels: the same in another order",
        ),
        (lambda run: replace(run, side=("validation",) * 200), "measured on test rows and on validation rows"),
        (lambda run: run.of_side("out_of_fold"), "measured on test rows and on no rows"),
    ],
)
def test_other_rows_are_refused(change, told):
    with pytest.raises(DataError) as refused:
        compared(make_run(1), change(make_run(1, seed=1)))
    assert str(refused.value) == f"runs/a and runs/b: {told}; {REMEDY}"


def test_other_true_labels_are_refused_by_name():
    run, y_true = make_run(1), make_run(1).y_true.copy()
    y_true[4, 1] ^= 1
    has = "runs/a" if run.y_true[4, 1] else "runs/b"
    with pytest.raises(DataError, match=rf"row 9 has the label 'Drama' in {has} only; {REMEDY}"):
        compared(run, replace(run, y_true=y_true))


def test_a_handful_of_rows_is_refused():
    run = make_run(1).taken(np.arange(MIN_ROWS - 1))
    with pytest.raises(DataError, match="measured on 19 rows; a comparison takes at least 20"):
        compared(run, run)

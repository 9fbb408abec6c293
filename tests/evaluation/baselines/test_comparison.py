"""A model beside simpler ones: the figures against those of the parts they are made of, and the sentence."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from multitag.evaluation.baselines.comparison import judge_baselines
from multitag.evaluation.baselines.models import Baseline
from multitag.evaluation.calibration.calibration import Calibration
from multitag.evaluation.decision_rules import DecisionRules, apply_nested
from multitag.evaluation.held_out import HeldOut
from multitag.evaluation.intervals.bootstrap import paired_differences
from multitag.evaluation.metrics.compute import compute_metrics
from multitag.evaluation.thresholds.thresholds import Thresholds
from multitag.evaluation.thresholds.tune import tune_thresholds
from multitag.report.verdict import baselines_verdict

NAMES = ("Action", "Drama", "War")
RESAMPLES = 200


def fit(y_true, y_raw):
    """Fit as a run does: a fixed threshold where there is nothing to tune on."""
    if len(y_true):
        thresholds = tune_thresholds(y_true, y_raw, fixed=0.3, tuned_on="rows")
    else:
        thresholds = Thresholds.fixed_only(0.3, len(NAMES))
    return DecisionRules(Calibration.identity(len(NAMES)), thresholds)


def scores(y_true, noise, seed):
    logits = 3.0 * y_true - 1.5 + noise * np.random.default_rng(seed).normal(size=y_true.shape)
    return (1 / (1 + np.exp(-logits))).astype(np.float32)


def held(sides, noise=0.5):
    """Rows of some sides, and what a model of some quality predicted for them."""
    side = tuple(name for name, rows in sides.items() for _ in range(rows))
    y_true = (np.random.default_rng(0).random((len(side), len(NAMES))) < 0.35).astype(np.uint8)
    y_raw = scores(y_true, noise, 1)
    fold = np.arange(len(side)) % 4 if "out_of_fold" in sides else np.full(len(side), -1)
    texts = tuple(map(str, range(len(side))))
    empty = HeldOut(NAMES, np.arange(len(side)), texts, side, fold, y_true, y_raw, y_raw, y_true)
    if "out_of_fold" in sides:
        y_prob, y_pred = apply_nested(y_true, y_raw, fold, fit)
    else:
        validation = empty.of_side("validation")
        y_prob, y_pred = fit(validation.y_true, validation.y_raw).apply(y_raw)
    return replace(empty, y_prob=y_prob, y_pred=y_pred)


def judge(held_out, noises, resamples=RESAMPLES):
    """Judge models of some qualities; the table has rows before and after those that were held out."""
    n_rows = len(held_out) + 20
    places = np.random.default_rng(2).permutation(n_rows)[: len(held_out)]
    baselines = []
    for name, noise in noises.items():
        y_raw = np.full((n_rows, len(NAMES)), np.nan, dtype=np.float32)
        y_raw[places] = scores(held_out.y_true, noise, 3)
        baselines.append(Baseline(name, y_raw, 1.5))
    return judge_baselines(baselines, held_out, places, fit, resamples=resamples, seed=5)


def told(found, model_name="fine-tuned tiny"):
    return baselines_verdict(found.models, model_name)


@pytest.mark.parametrize(
    "sides", [{"validation": 60, "test": 120}, {"test": 120}, {"validation": 60}, {"out_of_fold": 160}], ids=str
)
def test_a_baseline_as_good_as_the_model_gets_the_models_figures(sides):
    held_out = held(sides)
    n_rows = len(held_out)
    same = Baseline("the same", held_out.y_raw, 1.0)
    found = judge_baselines([same], held_out, np.arange(n_rows), fit, resamples=RESAMPLES, seed=0)
    measured = held_out.headline()
    values = compute_metrics(measured.y_true, measured.y_prob, measured.y_pred, NAMES, np.zeros(3)).values
    (model,) = found.models
    assert found.side == measured.side[0]
    assert model.values == values
    assert all(each == (0.0, 0.0, 0.0) for each in model.difference.values())
    assert told(found, "it") == (
        "it is not distinguishable from the same: macro-F1 differs by 0.00 [0.00, 0.00]; the simpler model would do"
    )


def test_figures_and_paired_intervals_are_of_the_measured_rows_at_thresholds_of_its_own():
    held_out = held({"validation": 60, "test": 120})
    found = judge(held_out, {"worse": 2.5})
    (model,) = found.models
    assert (model.name, model.seconds) == ("worse", 1.5)
    y_raw = scores(held_out.y_true, 2.5, 3)
    y_prob, y_pred = fit(held_out.y_true[:60], y_raw[:60]).apply(y_raw[60:])
    test = held_out.of_side("test")
    assert model.values == compute_metrics(test.y_true, y_prob, y_pred, NAMES, np.zeros(3)).values
    expected = paired_differences(
        test.y_true, (test.y_prob, test.y_pred), (y_prob, y_pred), resamples=RESAMPLES, seed=5
    )
    assert model.difference == expected
    low, high = model.intervals["macro_f1"]
    assert low < model.values["macro_f1"] < high


def test_the_best_of_them_decides():
    held_out = held({"out_of_fold": 160})
    found = judge(held_out, {"worst": 5.0, "worse": 2.5})
    value, low, high = found.models[1].difference["macro_f1"]
    assert low > 0
    assert told(found) == (
        f"fine-tuned tiny beats worse (the best of 2 simpler models) by {value:.2f} macro-F1 [{low:.2f}, {high:.2f}]"
    )


def test_a_better_baseline_is_said_to_be_better():
    found = judge(held({"out_of_fold": 160}, noise=4.0), {"better": 0.5})
    value, low, high = found.models[0].difference["macro_f1"]
    assert high < 0
    assert told(found) == (
        f"better beats fine-tuned tiny by {-value:.2f} macro-F1 [{-high:.2f}, {-low:.2f}]: take the simpler model"
    )


def test_without_resamples_there_are_no_intervals():
    found = judge(held({"out_of_fold": 160}), {"worse": 2.5}, resamples=0)
    (model,) = found.models
    assert (model.intervals, model.difference) == ({}, {})
    value = f"{model.values['macro_f1']:.2f}"
    assert told(found) == f"worse has macro-F1 {value}; without intervals more cannot be said"


def test_figures_that_are_undefined_say_nothing():
    held_out = held({"test": 30})
    nothing = np.zeros_like(held_out.y_true)
    held_out = replace(held_out, y_true=nothing, y_pred=nothing)
    found = judge_baselines(
        [Baseline("none", np.zeros((30, 3), np.float32), 0.1)], held_out, np.arange(30), fit,
        resamples=RESAMPLES, seed=0,
    )  # fmt: skip
    assert told(found) == "macro-F1 is undefined on these rows: nothing can be said of simpler models"

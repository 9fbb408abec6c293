from __future__ import annotations

import json

import numpy as np
import pytest

from multitag.errors import ConfigError, DataError
from multitag.evaluation.intervals import resamples
from multitag.evaluation.intervals.resamples import draw_weights
from multitag.evaluation.metrics.compute import compute_metrics
from multitag.evaluation.metrics.decisions import count_decisions
from multitag.evaluation.thresholds.costs import Costs
from multitag.evaluation.thresholds.objectives import FBeta
from multitag.evaluation.thresholds.retune import retune_thresholds
from multitag.evaluation.thresholds.thresholds import Thresholds, apply_thresholds
from multitag.evaluation.thresholds.tune import tune_thresholds

PRESENT = Thresholds("global", 0.25, 0.1, None, 3, "f1", "validation, 30 rows")


@pytest.fixture(scope="module")
def scored():
    """Rows whose probabilities say something."""
    draw = np.random.default_rng(0)
    true = (draw.random((200, 3)) < [0.5, 0.2, 0.1]).astype(int)
    return true, 1 / (1 + np.exp(-(2 * true - 2 + draw.normal(size=true.shape))))


def retune(true, prob, **options):
    return retune_thresholds(true, prob, PRESENT, tuned_on="films.csv, 200 rows", seed=0, resamples=200, **options)


def test_thresholds_are_tuned_on_all_rows(scored):
    retuned = retune(*scored, objective="micro-f1")
    assert retuned.thresholds == tune_thresholds(
        *scored, fixed=0.25, tuned_on="films.csv, 200 rows", objective="micro-f1"
    )
    assert retuned.n_rows == 200


def test_the_figure_of_the_objective_is_first_and_those_before_are_of_the_present_thresholds(scored):
    true, prob = scored
    retuned = retune(true, prob, objective="cost=5:1")
    assert list(retuned.before) == list(retuned.after)
    assert list(retuned.before)[:3] == ["cost_per_row", "macro_f1", "micro_f1"]
    pred = apply_thresholds(prob, 0.1)
    assert retuned.before["cost_per_row"] == pytest.approx((5 * (pred > true) + (pred < true)).sum() / 200)
    assert retuned.before["hamming_loss"] == pytest.approx((pred != true).mean())
    assert retuned.after["cost_per_row"] < retuned.before["cost_per_row"]
    low, high = retuned.difference["cost_per_row"]
    assert low < retuned.after["cost_per_row"] - retuned.before["cost_per_row"] < high < 0


def test_figures_after_are_of_rows_that_had_no_say():
    # Noise: on the rows that they were tuned on thresholds reach an F1 that is not there.
    draw = np.random.default_rng(1)
    true, prob = (draw.random((60, 3)) < 0.1).astype(int), draw.random((60, 3))
    retuned = retune(true, prob)
    pred = apply_thresholds(prob, retuned.thresholds.values())
    same_rows = FBeta(1).value(count_decisions(true, pred))[0]
    assert retuned.after["macro_f1"] < same_rows


def test_thresholds_that_were_tuned_on_the_same_rows_are_measured_as_the_new_ones_are():
    draw = np.random.default_rng(1)
    true, prob = (draw.random((60, 3)) < 0.1).astype(int), draw.random((60, 3))  # noise, as above
    present = tune_thresholds(true, prob, fixed=0.25, tuned_on="validation, 60 rows")
    options = {"tuned_on": "validation, 60 rows", "seed": 0, "resamples": 200}
    fair = retune_thresholds(true, prob, present, same_rows=True, **options)
    assert fair.thresholds == present
    assert fair.fair
    assert fair.before == fair.after
    assert not any(fair.difference.values())  # no resample moves it
    unfair = retune_thresholds(true, prob, present, **options)
    assert unfair.before["macro_f1"] > fair.before["macro_f1"]


def test_costs_that_are_not_known_are_told(scored):
    true, prob = scored
    costs = Costs.same(5.0, 1.0, 3)
    present = tune_thresholds(true, prob, fixed=0.25, tuned_on="rows", objective="cost", costs=costs)
    options = {"tuned_on": "rows", "seed": 0, "resamples": 200, "same_rows": True}
    assert not retune_thresholds(true, prob, present, **options).fair
    known = retune_thresholds(true, prob, present, objective="cost", costs=costs, **options)
    assert known.fair
    assert known.before == known.after


def test_the_same_seed_gives_the_same_figures(scored):
    assert retune(*scored) == retune(*scored)


def test_what_cannot_be_tuned_on_is_refused(scored):
    true, prob = scored
    with pytest.raises(DataError, match=r"^films\.csv, 200 rows: thresholds tuned on so few rows .* at least 20"):
        retune(true[:19], prob[:19])
    with pytest.raises(DataError, match="no row has a label of the model"):
        retune(np.zeros_like(true), prob)
    with pytest.raises(ConfigError, match="objective: expected one of"):
        retune(true, prob, objective="best")


def test_metrics_json_keeps_the_keys_that_it_has_had(scored):
    written = retune(*scored, objective="f0.5").to_dict()
    assert list(written) == ["objective", "tuned_on", "rows", "before", "after", "difference"]
    titles = ["Macro F0.5", "Macro F1", "Micro F1", "Micro precision", "Micro recall", "Hamming loss"]
    for part in ("before", "after", "difference"):
        assert list(written[part]) == titles
    assert next(iter(retune(*scored, objective="cost=5:1").to_dict()["after"])) == "Cost a row"
    assert json.loads(json.dumps(written, allow_nan=False)) == written


def test_figures_are_those_of_the_other_commands(scored):
    true, prob = scored
    retuned = retune(true, prob)
    pred = apply_thresholds(prob, 0.1)
    values = compute_metrics(true, prob, pred, ["a", "b", "c"], np.full(3, 0.1)).values
    for name in ("macro_f1", "micro_f1", "hamming_loss"):
        assert retuned.before[name] == pytest.approx(values[name], abs=1e-12)


def test_fewer_resamples_are_drawn_of_many_rows_and_labels(scored, monkeypatch):
    drawn = []

    def counted(n_rows, many, seed, at_once):
        drawn.append(many)
        return draw_weights(n_rows, many, seed, at_once)

    monkeypatch.setattr(resamples, "draw_weights", counted)
    retune(*scored)
    monkeypatch.setattr(resamples, "MAX_WORK", 600 * 150)  # of 200 rows and 3 labels
    monkeypatch.setattr(resamples, "LEAST_RESAMPLES", 120)
    retune(*scored)
    assert drawn == [200, 150]


def test_too_few_resamples_are_refused(scored):
    with pytest.raises(ConfigError, match="resamples: expected at least 100, got 99"):
        retune_thresholds(*scored, PRESENT, tuned_on="films.csv, 200 rows", seed=0, resamples=99)

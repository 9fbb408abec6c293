from __future__ import annotations

import numpy as np
import pytest

from multitag.errors import ConfigError, DataError
from multitag.evaluation.thresholds.retune import retune_thresholds
from multitag.evaluation.thresholds.thresholds import Thresholds, apply_thresholds, tune_thresholds

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
    assert list(retuned.before)[:3] == ["Cost a row", "Macro F1", "Micro F1"]
    pred = apply_thresholds(prob, 0.1)
    assert retuned.before["Cost a row"] == pytest.approx((5 * (pred > true) + (pred < true)).sum() / 200)
    assert retuned.before["Hamming loss"] == pytest.approx((pred != true).mean())
    assert retuned.after["Cost a row"] < retuned.before["Cost a row"]
    low, high = retuned.difference["Cost a row"]
    assert low < retuned.after["Cost a row"] - retuned.before["Cost a row"] < high < 0


def test_figures_after_are_of_rows_that_had_no_say():
    # Noise: on the rows that they were tuned on thresholds reach an F1 that is not there.
    draw = np.random.default_rng(1)
    true, prob = (draw.random((60, 3)) < 0.1).astype(int), draw.random((60, 3))
    retuned = retune(true, prob, objective="hamming")
    same_rows = (apply_thresholds(prob, retuned.thresholds.values()) != true).mean()
    assert retuned.after["Hamming loss"] > same_rows


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

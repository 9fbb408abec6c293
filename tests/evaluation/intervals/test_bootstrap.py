from __future__ import annotations

import numpy as np
import pytest

from multitag.errors import ConfigError, DataError
from multitag.evaluation.intervals.bootstrap import (
    MIN_SUPPORT,
    _ends,
    bootstrap_intervals,
    interval_of,
    paired_differences,
)
from multitag.evaluation.metrics.compute import compute_metrics


def make_rows(n_rows=200, n_labels=4, seed=0):
    rng = np.random.default_rng(seed)
    y_true = (rng.random((n_rows, n_labels)) < np.linspace(0.1, 0.5, n_labels)).astype(int)
    y_prob = 1 / (1 + np.exp(-(2 * y_true - 1.5 + rng.normal(size=y_true.shape))))
    return y_true, y_prob, (y_prob >= 0.4).astype(int)


def around(value, error):
    """The 95% interval of what is distributed normally."""
    return value - 1.96 * error, value + 1.96 * error


def test_the_seed_decides_the_resamples():
    rows = make_rows()
    first, again, other = (
        bootstrap_intervals(rows[0], rows[1], [rows[2]], resamples=100, seed=seed) for seed in (1, 1, 2)
    )
    assert first == again
    assert first != other


def test_the_interval_of_a_share_is_that_of_the_normal_approximation():
    y_true, y_prob, y_pred = make_rows(n_rows=1000, n_labels=2)
    (intervals,) = bootstrap_intervals(y_true, y_prob, [y_pred], resamples=4000, seed=0)
    share = float((y_true == y_pred).all(axis=1).mean())
    error = np.sqrt(share * (1 - share) / 1000)
    assert intervals.overall["subset_accuracy"] == pytest.approx(around(share, error), abs=0.003)
    found = y_pred[y_true[:, 1] == 1, 1]
    share = float(found.mean())
    error = np.sqrt(share * (1 - share) / len(found))
    assert intervals.per_label[1]["recall"] == pytest.approx(around(share, error), abs=0.004)


def test_the_interval_of_roc_auc_is_that_of_delong():
    y_true, y_prob, y_pred = make_rows(n_rows=600, n_labels=2)
    (intervals,) = bootstrap_intervals(y_true, y_prob, [y_pred], resamples=4000, seed=0)
    positive, negative = y_prob[y_true[:, 0] == 1, 0], y_prob[y_true[:, 0] == 0, 0]
    above = (positive[:, None] > negative[None]).astype(float)  # DeLong, DeLong and Clarke-Pearson (1988)
    error = np.sqrt(above.mean(axis=1).var(ddof=1) / len(positive) + above.mean(axis=0).var(ddof=1) / len(negative))
    assert intervals.per_label[0]["roc_auc"] == pytest.approx(around(above.mean(), error), abs=0.006)


def test_every_figure_has_an_interval_around_it():
    y_true, y_prob, y_pred = make_rows()
    measured = compute_metrics(y_true, y_prob, y_pred, list("abcd"), np.full(4, 0.4))
    (intervals,) = bootstrap_intervals(y_true, y_prob, [y_pred], resamples=500, seed=0)
    assert intervals.overall.keys() == measured.values.keys()
    for name, (low, high) in intervals.overall.items():
        assert 0 <= low < measured.values[name] < high <= 1
    for of_label, label in zip(intervals.per_label, measured.per_label, strict=True):
        for name, (low, high) in of_label.items():
            assert 0 <= low < getattr(label, name) < high <= 1


def test_each_kind_of_prediction_gets_its_own_of_the_same_resamples():
    y_true, y_prob, y_pred = make_rows()
    low = (y_prob >= 0.1).astype(int)
    both = bootstrap_intervals(y_true, y_prob, [y_pred, low], resamples=100, seed=5)
    assert both == [
        *bootstrap_intervals(y_true, y_prob, [y_pred], resamples=100, seed=5),
        *bootstrap_intervals(y_true, y_prob, [low], resamples=100, seed=5),
    ]
    assert both[0].overall["macro_roc_auc"] == both[1].overall["macro_roc_auc"]
    assert both[0].overall["macro_f1"] != both[1].overall["macro_f1"]


def test_labels_on_few_rows_have_no_interval():
    y_true, y_prob, y_pred = make_rows(n_labels=5)
    for label, support in enumerate((0, MIN_SUPPORT - 1, MIN_SUPPORT, len(y_true) - 1)):
        y_true[:, label] = np.arange(len(y_true)) < support
    (intervals,) = bootstrap_intervals(y_true, y_prob, [y_pred], resamples=100, seed=0)
    given = [{name for name, ends in of_label.items() if ends} for of_label in intervals.per_label]
    every = {"precision", "recall", "f1", "roc_auc", "average_precision"}
    assert given == [set(), set(), every, every - {"roc_auc"}, every]


def test_what_no_resample_moves_has_no_interval():
    y_true, _, _ = make_rows()
    (intervals,) = bootstrap_intervals(y_true, y_true, [y_true], resamples=100, seed=0)
    assert set(intervals.overall.values()) == {None}
    assert interval_of(np.full(100, 0.3), 0.3) is None
    assert interval_of(np.array([np.nan, np.nan]), np.nan) is None
    assert interval_of(np.array([0.0, np.nan, 1.0]), 0.5) == pytest.approx((0.025, 0.975))


def test_the_ends_are_the_percentiles_of_what_is_defined():
    draws = np.random.default_rng(0).random((150, 4))
    draws[::3, 1], draws[1:, 2], draws[:, 3] = np.nan, np.nan, 0.25
    for label, (low, high) in enumerate(_ends(draws).T):
        assert (low, high) == pytest.approx(np.nanquantile(draws[:, label], [0.025, 0.975]), abs=1e-12)
        assert _ends(draws[:, label]).tolist() == [low, high]
    assert np.isnan(_ends(np.full(3, np.nan))).all()


def test_differences_are_of_the_same_resamples():
    y_true, y_prob, y_pred = make_rows()
    a, b = (y_prob, y_pred), (y_prob / 2, (y_prob >= 0.7).astype(int))
    names = list("abcd")
    first, second = (compute_metrics(y_true, *each, names, np.full(4, 0.4)).values for each in (a, b))
    found = paired_differences(y_true, a, b, resamples=1000, seed=0)
    assert found.keys() == first.keys()
    for name, (value, low, high) in found.items():
        assert value == first[name] - second[name]  # to the last bit: points and resamples have one implementation
        assert low <= value <= high
    assert found["macro_roc_auc"] == (0.0, 0.0, 0.0)  # half the probability ranks alike
    (of_a,), (of_b,) = (bootstrap_intervals(y_true, each[0], [each[1]], resamples=1000, seed=0) for each in (a, b))
    ends = [high - low for low, high in (of_a.overall["hamming_loss"], of_b.overall["hamming_loss"])]
    _, low, high = found["hamming_loss"]
    assert high - low < np.hypot(*ends)  # what independent rows would give
    mirrored = paired_differences(y_true, b, a, resamples=1000, seed=0)
    for name, (value, low, high) in mirrored.items():
        assert (-value, -high, -low) == pytest.approx(found[name])


@pytest.mark.slow
def test_the_difference_of_two_shares_is_that_of_their_rows():
    y_true, y_prob, y_pred = make_rows(n_rows=1000)
    other = (y_prob >= 0.6).astype(int)
    found = paired_differences(y_true, (y_prob, y_pred), (y_prob, other), resamples=4000, seed=0)
    of_rows = (y_true != y_pred).mean(axis=1) - (y_true != other).mean(axis=1)
    error = of_rows.std() / np.sqrt(1000)
    mean = of_rows.mean()
    assert found["hamming_loss"] == pytest.approx((mean, *around(mean, error)), abs=0.001)


def test_what_is_undefined_for_either_has_no_difference():
    y_true = np.zeros((30, 2), dtype=int)
    y_prob = np.random.default_rng(0).random((30, 2))
    silent, loud = (y_prob, np.zeros((30, 2))), (y_prob, np.ones((30, 2)))
    found = paired_differences(y_true, silent, loud, resamples=100, seed=0)
    assert set(found) == {"hamming_loss", "subset_accuracy", "label_ranking_average_precision"}
    assert found["hamming_loss"] == (-1.0, -1.0, -1.0)


def test_bad_arguments_are_refused():
    y_true, y_prob, y_pred = make_rows()
    good = (y_prob, y_pred)
    with pytest.raises(DataError, match=r"y_true \(200, 4\), y_prob \(199, 4\), y_pred \(200, 4\)"):
        paired_differences(y_true, good, (y_prob[1:], y_pred), resamples=100, seed=0)
    with pytest.raises(DataError, match="0 rows"):
        bootstrap_intervals(y_true[:0], y_prob[:0], [y_pred[:0]], resamples=100, seed=0)
    with pytest.raises(ConfigError, match="resamples: expected at least 100, got 99"):
        paired_differences(y_true, good, good, resamples=99, seed=0)


def make_rare_rows(n_rows=200, n_rare=300, seed=0):
    """A few labels on many rows and hundreds on a single one, which the model never predicts rightly."""
    rng = np.random.default_rng(seed)
    y_true = np.zeros((n_rows, n_rare + 3), dtype=int)
    y_true[:, :3] = rng.random((n_rows, 3)) < 0.4
    y_true[rng.integers(n_rows, size=n_rare), np.arange(3, n_rare + 3)] = 1
    y_prob = np.where(y_true[:, :3] == 1, 0.7, 0.2) + 0.3 * rng.random((n_rows, 3))
    y_prob = np.hstack([y_prob, 0.2 * rng.random((n_rows, n_rare))])
    return y_true, y_prob, (y_prob >= 0.5).astype(int)


def test_an_interval_that_does_not_hold_its_figure_is_not_given():
    y_true, y_prob, y_pred = make_rare_rows()
    values = compute_metrics(y_true, y_prob, y_pred, [str(label) for label in range(y_true.shape[1])],
                             np.full(y_true.shape[1], 0.5)).values  # fmt: skip
    (intervals,) = bootstrap_intervals(y_true, y_prob, [y_pred], resamples=200, seed=0)
    assert intervals.overall["macro_f1"] is None
    assert intervals.overall["micro_f1"] is not None
    for name, ends in intervals.overall.items():
        assert ends is None or ends[0] <= values[name] <= ends[1]
    assert interval_of(np.linspace(0.029, 0.040, 100), 0.024) is None
    assert interval_of(np.linspace(0.029, 0.040, 100), 0.029 + 1e-3) is not None


def test_a_difference_outside_of_its_interval_is_not_given():
    y_true, y_prob, y_pred = make_rare_rows()
    nothing = np.zeros_like(y_pred)
    differences = paired_differences(y_true, (y_prob, y_pred), (y_prob, nothing), resamples=200, seed=0)
    assert "macro_f1" not in differences
    assert all(low - 1e-9 <= value <= high + 1e-9 for value, low, high in differences.values())

from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from multitag.evaluation.baselines.regression import fit_regressions

SETTINGS = {"C": 2.0}
N_ROWS, DIM = 60, 5


@pytest.fixture
def features():
    return np.random.default_rng(0).normal(size=(N_ROWS, DIM)).astype(np.float32)


@pytest.fixture
def y(features):
    noise = np.random.default_rng(1).normal(size=(N_ROWS, 2))
    return (features[:, :2] + noise > 0.3).astype(np.int8)


def test_they_are_scikit_learns_label_by_label(features, y):
    fitted = fit_regressions(features, y, SETTINGS)
    for label in range(2):
        alone = LogisticRegression(**SETTINGS).fit(features, y[:, label])
        np.testing.assert_allclose(fitted.predict(features)[:, label], alone.predict_proba(features)[:, 1], atol=1e-4)


def test_a_soft_label_is_as_many_rows_of_each_kind(features, y):
    soft = np.where(y, 0.75, 0.25)
    fourfold = np.repeat(features, 4, axis=0)
    of_four = np.concatenate([[[1], [1], [1], [0]] if has else [[1], [0], [0], [0]] for has in y[:, 0]])
    weighed = fit_regressions(features, soft[:, :1], {"C": 4.0, "tol": 1e-8})
    counted = fit_regressions(fourfold, of_four, {"C": 1.0, "tol": 1e-8})
    np.testing.assert_allclose(weighed.weight, counted.weight, atol=1e-4)
    np.testing.assert_allclose(weighed.bias, counted.bias, atol=1e-4)


def test_what_nobody_judged_is_left_out(features, y):
    hidden = np.arange(N_ROWS) < 20
    masked = np.where(hidden[:, None] & [True, False], -1, y)
    fitted = fit_regressions(features, masked, SETTINGS)
    np.testing.assert_allclose(fitted.weight[0], fit_regressions(features[20:], y[20:], SETTINGS).weight[0])
    np.testing.assert_allclose(fitted.weight[1], fit_regressions(features, y, SETTINGS).weight[1])
    shares = np.where(masked < 0, np.nan, masked).astype(np.float32)
    np.testing.assert_allclose(fit_regressions(features, shares, SETTINGS).weight, fitted.weight)


def test_a_label_of_all_rows_of_none_and_of_no_judgement(features):
    y = np.tile(np.array([1, 0, -1], dtype=np.int8), (N_ROWS, 1))
    fitted = fit_regressions(features, y, SETTINGS)
    assert (fitted.weight == 0).all()
    assert fitted.predict(features)[0].tolist() == [1.0, 0.0, 0.5]
    undecided = fit_regressions(features, np.full((N_ROWS, 1), 0.5), SETTINGS)
    np.testing.assert_allclose(undecided.predict(features), 0.5, atol=1e-6)


def test_at_the_time_given_it_gives_up(features, y):
    assert fit_regressions(features, y, SETTINGS, clock=0.0) is None

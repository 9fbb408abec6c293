"""The prior of labels' names: what it is without rows, how rows take over, and when names mean nothing."""

from __future__ import annotations

import numpy as np
import pytest

from multitag.evaluation.baselines.regression import fit_regressions
from multitag.labels import UNKNOWN
from multitag.model.build import log_odds
from multitag.training.name_prior import SLOPE, NamePrior, fit_slope

N_ROWS, N_LABELS, DIM = 60, 4, 12
C = 2.0


def of_length_1(values):
    return values / np.linalg.norm(values, axis=1, keepdims=True)


@pytest.fixture(scope="module")
def names():
    return of_length_1(np.random.default_rng(0).normal(size=(N_LABELS, DIM)))


@pytest.fixture(scope="module")
def prior(names):
    return NamePrior.of_names(names)


@pytest.fixture(scope="module")
def rows(names):
    """Texts near the names of their labels."""
    rng = np.random.default_rng(1)
    y = (rng.random((N_ROWS, N_LABELS)) < 0.4).astype(np.int8)
    return of_length_1(y @ names + rng.normal(scale=0.3, size=(N_ROWS, DIM))), y


def test_without_rows_the_nearest_label_is_the_most_probable(prior, names):
    y_prob = prior.alone().predict(names)
    assert (y_prob.argmax(axis=1) == np.arange(N_LABELS)).all()
    far = prior.alone().predict(np.zeros((1, DIM)))
    np.testing.assert_allclose(far, 0.1, atol=1e-6)


def test_names_that_say_nothing_leave_the_regression_as_it_is(rows):
    x, y = rows
    head = NamePrior(np.zeros((N_LABELS, DIM))).fit(x, y, C)
    plain = fit_regressions(x, y, {"C": C, "solver": "lbfgs", "tol": 1e-8})
    np.testing.assert_allclose(head.weight, plain.weight, atol=0.02)
    np.testing.assert_allclose(head.bias, plain.bias, atol=0.02)


def test_the_gradient_is_zero_where_it_was_fitted(prior, rows):
    x, y = rows
    head = prior.fit(x, y, C)
    error = head.predict(x) - y
    np.testing.assert_allclose(error.sum(axis=0), 0, atol=0.05)


def test_on_few_rows_names_rank_new_texts_better(prior, rows):
    x, y = rows
    few, new = slice(0, 6), slice(6, None)
    named, plain = prior.fit(x[few], y[few], C), NamePrior(np.zeros((N_LABELS, DIM))).fit(x[few], y[few], C)

    def margin(head):
        logits = head.predict(x[new])
        return logits[y[new] == 1].mean() - logits[y[new] == 0].mean()

    assert margin(named) > margin(plain) + 0.1


def test_the_more_rows_have_a_label_the_less_its_name_counts(prior, rows):
    x, y = rows
    absent = y.copy()
    absent[:, 0], absent[:, 1] = 0, UNKNOWN
    head = prior.fit(x, absent, C)
    norms = np.linalg.norm(head.weight[:2], axis=1) / np.linalg.norm(prior.directions[:2], axis=1)
    assert norms[0] == pytest.approx(norms[1])  # both are the prior itself
    assert 0 < norms[0] <= SLOPE
    assert np.isfinite(head.bias).all()
    assert head.predict(x)[:, 0].mean() < 0.1


def test_soft_and_unknown_labels_are_learned_where_they_are(prior, rows):
    x, y = rows
    soft = np.where(y == 1, 0.8, 0.1).astype(np.float32)
    soft[::7] = np.nan
    head = prior.fit(x, soft, C)
    known = ~np.isnan(soft[:, 0])
    assert head.predict(x[known]).mean() == pytest.approx(soft[known].mean(), abs=0.02)


def test_the_slope_is_that_of_names_alone_until_rows_say_otherwise(prior, rows):
    x, y = rows
    similarity = x @ prior.directions.T
    assert fit_slope(similarity[:0], y[:0], log_odds(y[:0])) == pytest.approx(SLOPE, abs=1e-3)
    shuffled = np.random.default_rng(2).permutation(N_ROWS)
    assert fit_slope(similarity, y[shuffled], log_odds(y)) < fit_slope(similarity, y, log_odds(y)) / 2
    assert fit_slope(-similarity, y, log_odds(y)) == 0

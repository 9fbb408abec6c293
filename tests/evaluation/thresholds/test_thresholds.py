from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from multitag.errors import BundleError, ConfigError, DataError
from multitag.evaluation.log_odds import logit
from multitag.evaluation.thresholds.thresholds import Thresholds, apply_thresholds
from multitag.evaluation.thresholds.tune import tune_thresholds

shares = st.floats(0, 1) | st.sampled_from([0.0, 0.25, 0.5, 1.0])


@st.composite
def labelled(draw, max_rows=10, max_labels=4):
    shape = (draw(st.integers(1, max_rows)), draw(st.integers(1, max_labels)))
    y_true = draw(arrays(np.int64, shape, elements=st.integers(0, 1)))
    return y_true, draw(arrays(np.float64, shape, elements=shares))


def f1(true, pred):
    return 2 * (true & pred).sum(axis=0) / np.maximum((true + pred).sum(axis=0), 1)


def tune(y_true, y_prob):
    return tune_thresholds(y_true, y_prob, fixed=0.3, tuned_on="validation")


@given(labelled(), st.lists(shares, max_size=5))
def test_the_global_threshold_has_the_best_macro_f1_of_all(case, others):
    y_true, y_prob = case
    tuned = tune(y_true, y_prob)
    some = y_true.any(axis=0)
    if not some.any():
        assert tuned == Thresholds.fixed_only(0.3, y_true.shape[1])
        return

    def macro(threshold):
        return f1(y_true, apply_thresholds(y_prob, threshold))[some].mean()

    for other in [*y_prob.ravel(), *others]:
        assert macro(tuned.global_threshold) >= macro(other) - 1e-8


@given(labelled(max_labels=1))
def test_the_threshold_of_a_single_label_has_the_best_f1_of_all(case):
    y_true, y_prob = case
    tuned = tune(y_true, y_prob)
    best = max(f1(y_true, apply_thresholds(y_prob, other))[0] for other in [0.0, *y_prob.ravel()])
    if y_true.any():
        found = f1(y_true, apply_thresholds(y_prob, tuned.global_threshold))[0]
        assert found == pytest.approx(best, abs=1e-8)


@given(labelled(), st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(case, random):
    y_true, y_prob = case
    order = list(range(len(y_true)))
    random.shuffle(order)
    assert tune(y_true[order], y_prob[order]) == tune(y_true, y_prob)


@given(labelled())
def test_thresholds_stay_in_range_and_survive_json(case):
    tuned = tune(*case)
    values = tuned.values()
    assert values.shape == (case[0].shape[1],) and (values >= 0).all() and (values <= 1).all()
    plain = tuned.to_dict()
    assert all(type(each) is float for each in plain["per_label"] or [])
    assert Thresholds.from_dict(json.loads(json.dumps(plain, allow_nan=False)), tuned.n_labels) == tuned


def test_the_middle_of_the_best_range_is_taken():
    # Best is 4/5, with both positives and one false, anywhere in (0.1, 0.5].
    y_true = np.array([[1], [0], [1], [0], [0], [0]])
    y_prob = np.array([[0.8], [0.7], [0.5], [0.1], [0.05], [0.01]])
    assert f1(y_true, apply_thresholds(y_prob, 0.75))[0] == pytest.approx(2 / 3)
    assert f1(y_true, apply_thresholds(y_prob, 0.3))[0] == pytest.approx(4 / 5)
    assert tune(y_true, y_prob).global_threshold == pytest.approx(0.3)


def test_of_equally_good_ranges_the_widest_wins():
    # One positive found alone, or two of three with one false: 2 * 1 / (1 + 2) = 2 * 2 / (4 + 2).
    y_true, y_prob = np.array([[1], [0], [0], [1]]), np.array([[0.9], [0.8], [0.7], [0.6]])
    assert tune(y_true, y_prob).global_threshold == pytest.approx(0.3)  # [0, 0.6], not (0.8, 0.9]
    y_prob = np.array([[0.9], [0.2], [0.15], [0.1]])
    assert tune(y_true, y_prob).global_threshold == pytest.approx(0.55)  # (0.2, 0.9], not [0, 0.1]


def test_neighbouring_floats_are_told_apart():
    low, high = 0.5, np.nextafter(0.5, 1)
    tuned = tune([[1], [0]], [[high], [low]])
    assert apply_thresholds([[high], [low]], tuned.global_threshold).tolist() == [[1], [0]]


def test_rare_labels_are_drawn_to_the_global_threshold():
    rng = np.random.default_rng(0)
    base = np.concatenate([np.linspace(0.6, 0.9, 40), np.linspace(0.05, 0.4, 60)])
    y_true = np.zeros((100, 3), dtype=int)
    y_true[:40, 0] = 1  # 40 positives, apart from the rest at 0.5
    y_true[:2, 1] = 1  # 2 positives, apart at 0.95; the third label has none
    y_prob = np.stack([base, np.where(np.arange(100) < 2, 0.99, 0.91), rng.random(100)], axis=1)
    tuned = tune(y_true, y_prob)
    common, rare, none = tuned.global_threshold, tuned.per_label[1], tuned.per_label[2]

    assert none == common
    own = 0.95
    assert common < rare < own  # drawn by the resamples without a positive, and by its two positives
    drawn = (logit(np.array(own)) - logit(np.array(rare))) / (logit(np.array(own)) - logit(np.array(common)))
    assert 1 / 3 < drawn < 2 / 3  # one pseudo-positive to two; and exp(-2) of the resamples have none
    assert 0.45 < tuned.per_label[0] < 0.55


def test_an_end_of_the_scale_does_not_swallow_the_weights():
    y_prob = np.array([[0.0, 0.9], [0.0, 0.1]])
    tuned = tune([[1, 1], [1, 0]], y_prob)
    assert 0 < tuned.per_label[0] < 0.5


def test_without_positives_nothing_is_tuned():
    tuned = tune(np.zeros((4, 2)), np.full((4, 2), 0.5))
    assert (tuned.policy, tuned.values().tolist(), tuned.tuned_on) == ("fixed", [0.3, 0.3], None)


def test_no_rows_are_refused():
    with pytest.raises(DataError, match="no rows"):
        tune(np.zeros((0, 2)), np.zeros((0, 2)))


def test_policies_choose_the_values():
    tuned = Thresholds("per_label", 0.3, 0.4, (0.1, 0.2), 2, "f1", "validation, 9 rows")
    assert tuned.values().tolist() == [0.1, 0.2]
    assert replace(tuned, policy="global").values().tolist() == [0.4, 0.4]
    assert replace(tuned, policy="fixed").values().tolist() == [0.3, 0.3]
    assert Thresholds.fixed_only(0.25, 3).values().tolist() == [0.25, 0.25, 0.25]
    with pytest.raises(ConfigError, match="nothing was tuned"):
        replace(Thresholds.fixed_only(0.25, 3), policy="global")
    with pytest.raises(ConfigError, match=r"fixed: expected a number from 0 to 1, got 1\.5"):
        Thresholds.fixed_only(1.5, 3)


@given(labelled(), shares, shares)
def test_a_higher_threshold_never_adds_a_label(case, one, other):
    _, y_prob = case
    lower, higher = sorted([one, other])
    assert (apply_thresholds(y_prob, higher) <= apply_thresholds(y_prob, lower)).all()


@given(labelled(), shares)
def test_at_least_one_adds_the_most_probable_where_nothing_passes(case, threshold):
    _, y_prob = case
    plain, filled = (apply_thresholds(y_prob, threshold, at_least_one=each) for each in (False, True))
    assert (filled.sum(axis=1) >= 1).all()
    passed = plain.any(axis=1)
    assert (filled[passed] == plain[passed]).all()
    for row in np.flatnonzero(~passed):
        assert np.flatnonzero(filled[row]).tolist() == [int(y_prob[row].argmax())]


@given(labelled(), st.data())
def test_top_k_gives_exactly_the_k_most_probable(case, data):
    _, y_prob = case
    k = data.draw(st.integers(1, y_prob.shape[1]))
    pred = apply_thresholds(y_prob, 1.0, top_k=k)
    assert (pred.sum(axis=1) == k).all()
    for row, chosen in zip(y_prob, pred, strict=True):
        best = sorted(range(len(row)), key=lambda column: (-row[column], column))[:k]
        assert np.flatnonzero(chosen).tolist() == sorted(best)


def test_a_probability_at_its_threshold_passes():
    assert apply_thresholds([[0.3, 0.3]], [0.3, 0.31]).tolist() == [[1, 0]]


def test_float32_probabilities_are_compared_in_full():
    prob = np.array([[0.3, 0.1]], dtype=np.float32)  # float32 0.3 is 0.30000001, and 0.1 is 0.10000000149
    assert apply_thresholds(prob, 0.300000005).tolist() == [[1, 0]]
    assert apply_thresholds(prob, 0.30000002).tolist() == [[0, 0]]


def test_no_rows_give_no_predictions():
    assert apply_thresholds(np.zeros((0, 3)), 0.5, at_least_one=True).shape == (0, 3)
    assert apply_thresholds(np.zeros((0, 3)), 0.5, top_k=2).shape == (0, 3)


@pytest.mark.parametrize("top_k", [0, -1, 4, 2.0, True, "2"])
def test_top_k_is_a_number_of_labels(top_k):
    with pytest.raises(ConfigError, match="top_k: expected a whole number from 1 to 3"):
        apply_thresholds(np.zeros((1, 3)), 0.5, top_k=top_k)


@pytest.mark.parametrize("thresholds", [1.2, -0.1, float("nan"), [0.5, 0.5], [[0.5, 0.5, 0.5]]])
def test_thresholds_out_of_range_or_number_are_refused(thresholds):
    with pytest.raises(ConfigError, match="thresholds: expected"):
        apply_thresholds(np.zeros((1, 3)), thresholds)


GOOD = Thresholds("per_label", 0.3, 0.4, (0.1, 0.2), 2, "f1", "validation, 9 rows").to_dict()
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"policy": "best"}, "policy"),
        ({"policy": ["fixed"]}, "policy"),
        ({"per_label": [0.1]}, "per_label: expected 2 numbers"),
        ({"per_label": None}, "nothing was tuned"),
        ({"per_label": [0.1, float("nan")]}, r"per_label\[1\]: expected a number from 0 to 1, got nan"),
        ({"per_label": [0.1, True]}, r"per_label\[1\]"),
        ({"per_label": {"Drama": 0.1}}, "per_label"),
        ({"fixed": 1.01}, "fixed: expected a number from 0 to 1, got 1.01"),
        ({"fixed": None}, "fixed"),
        ({"global_threshold": "0.4"}, "global_threshold"),
        ({"n_labels": 3}, "n_labels: expected 2 as in labels.json, got 3"),
        ({"n_labels": 2.0}, "n_labels"),
        ({"tuned_on": 7}, "tuned_on"),
        ({"extra": 1}, "expected the keys"),
    ],
)
def test_from_dict_refuses_a_bad_value(change, message):
    with pytest.raises(BundleError, match=f"^thresholds: .*{message}"):
        Thresholds.from_dict(GOOD | change, 2)


damaged = st.fixed_dictionaries({key: st.just(value) | json_values for key, value in GOOD.items()})


@given(json_values | damaged)
def test_from_dict_raises_nothing_but_bundle_errors(values):
    try:
        read = Thresholds.from_dict(values, 2)
    except BundleError as error:
        assert "\n" not in str(error)
    else:
        assert Thresholds.from_dict(read.to_dict(), 2) == read
        assert read.values().shape == (2,)

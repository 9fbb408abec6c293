"""Choices between made-up models of known quality."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from multitag.config import EvaluationConfig
from multitag.evaluation.decision_rules import apply_nested, fit_rules
from multitag.evaluation.held_out import HeldOut
from multitag.evaluation.recipe_choice import RecipeChoice, choose_recipe

NAMES = ("Action", "Drama", "War")
RECIPES = ("linear", "fine-tune")
N_ROWS = 300
FIT = partial(fit_rules, config=EvaluationConfig(), tuned_on="rows", calibrate=True)


def held(noise, seed, folds=3, y_true=None):
    """Rows out of fold as a model of some quality predicts them."""
    rng = np.random.default_rng(seed)
    if y_true is None:
        y_true = (np.random.default_rng(0).random((N_ROWS, len(NAMES))) < 0.35).astype(np.int8)
    logits = 3.0 * y_true - 1.5 + noise * rng.normal(size=y_true.shape)
    y_raw = (1 / (1 + np.exp(-logits))).astype(np.float32)
    fold, rows = np.arange(len(y_true)) % folds, np.arange(len(y_true))
    y_prob, y_pred = apply_nested(y_true, y_raw, fold, FIT)
    texts = tuple(map(str, rows))
    return HeldOut(NAMES, rows, texts, ("out_of_fold",) * len(rows), fold, y_true, y_raw, y_prob, y_pred, rows)


def test_the_costly_one_is_kept_where_it_is_better_beyond_doubt():
    simple, costly = held(2.5, 1), held(1.0, 2)
    choice, measured = choose_recipe(RECIPES, simple, costly, FIT, seed=0)
    assert choice.kept == "fine-tune"
    assert choice.folds == {"linear": 0, "fine-tune": 3}
    assert choice.difference["macro_f1"][1] > 0
    np.testing.assert_array_equal(measured.y_pred, costly.y_pred)


@pytest.mark.parametrize("noise", [1.5, 1.52, 3.0])
def test_the_simple_one_is_kept_where_they_cannot_be_told_apart_or_it_is_better(noise):
    simple, costly = held(1.5, 1), held(noise, 2)
    choice, measured = choose_recipe(RECIPES, simple, costly, FIT, seed=0)
    assert choice.kept == "linear"
    assert choice.folds == {"linear": 3, "fine-tune": 0}
    np.testing.assert_array_equal(measured.y_raw, simple.y_raw)
    np.testing.assert_array_equal(measured.y_prob, simple.y_prob)


def test_better_by_one_figure_and_worse_by_the_other_is_not_better(monkeypatch):
    figures = {"macro_average_precision": (0.05, 0.02, 0.08), "macro_f1": (-0.04, -0.06, -0.01)}
    monkeypatch.setattr("multitag.evaluation.recipe_choice.paired_differences", lambda *_, **__: figures)
    assert choose_recipe(RECIPES, held(1, 1), held(1, 2), FIT, seed=0)[0].kept == "linear"
    figures["macro_f1"] = (-0.04, -0.06, 0.01)
    assert choose_recipe(RECIPES, held(1, 1), held(1, 2), FIT, seed=0)[0].kept == "fine-tune"


def test_a_fold_has_no_say_in_what_it_is_measured_by():
    """The costly model is superb on fold 0 and useless elsewhere: all but fold 0 may be taken in."""
    simple, good, bad = held(1.0, 1), held(0.01, 2), held(9.0, 3)
    first = (simple.fold == 0)[:, None]
    y_raw = np.where(first, good.y_raw, bad.y_raw)
    costly = bad.with_decisions(*apply_nested(simple.y_true, y_raw, simple.fold, FIT))
    choice, measured = choose_recipe(RECIPES, simple, replace(costly, y_raw=y_raw), FIT, seed=0)
    assert choice.folds["linear"] >= 1
    np.testing.assert_array_equal(measured.y_raw[first[:, 0]], simple.y_raw[first[:, 0]])


def test_two_folds_are_enough():
    choice, _ = choose_recipe(RECIPES, held(2.5, 1, folds=2), held(0.8, 2, folds=2), FIT, seed=0)
    assert (choice.kept, choice.folds) == ("fine-tune", {"linear": 0, "fine-tune": 2})


def test_labels_of_no_row_leave_the_simple_one():
    nothing = np.zeros((30, len(NAMES)), dtype=np.int8)
    choice, _ = choose_recipe(RECIPES, held(1, 1, y_true=nothing), held(1, 2, y_true=nothing), FIT, seed=0)
    assert choice == RecipeChoice("linear", choice.difference, {"linear": 3, "fine-tune": 0})

"""One split: a model trained on one side, rules from the next, figures from the third."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from multitag.config import EvaluationConfig
from multitag.evaluation.decision_rules import DecisionRules, FitRules, fit_rules, fixed_rules
from multitag.evaluation.recipe_choice import RecipeChoice
from multitag.evaluation.thresholds.search import MIN_ROWS_TO_TUNE
from multitag.jobs.train.measured import MeasuredModel, held_out_rows, score_sides
from multitag.jobs.train.recipes.make import make_recipes
from multitag.jobs.train.refit import refit
from multitag.jobs.train.setup import RunSetup


def train_and_hold_out(setup: RunSetup, model_folder: Path) -> MeasuredModel:
    """Train on one side, fit the rules on another, measure on the third; then, if asked, train again on all rows.

    Parameters
    ----------
    setup : RunSetup
    model_folder : Path
        Gets the final model.
    """
    task, settings = setup.task, setup.settings
    (recipe,) = make_recipes(setup)
    tuned = recipe.train()
    tuned.save(model_folder)
    y_raw = score_sides(task, model_folder, settings.model.window_pool, ("validation", "test"))
    fit = _choose_fit(setup)
    rules = fit(task.y_true("validation"), y_raw.get("validation", np.empty((0, len(task.label_set)), np.float32)))
    held_out = held_out_rows(task, y_raw, rules)
    pairs = [(task.rows("train"), np.concatenate([task.rows("validation"), task.rows("test")]))]
    choice = RecipeChoice(recipe.name)
    if not settings.split.refits:
        return MeasuredModel(tuned, held_out, rules, fit, pairs, tuned.fit.seconds, choice)
    final, facts = refit(recipe, task, tuned.fit.epochs, model_folder)
    seconds = tuned.fit.seconds + final.fit.seconds
    return MeasuredModel(final, held_out, rules, fit, pairs, seconds, choice, refit=facts)


def _choose_fit(setup: RunSetup) -> FitRules:
    """Return what fits rules to validation rows; on few of them nothing is tuned."""
    n_rows, config = len(setup.task.rows("validation")), setup.settings.evaluation
    if n_rows < MIN_ROWS_TO_TUNE:
        return partial(_fixed, config=config)
    tuned_on = f"validation, {n_rows} rows"
    return partial(fit_rules, config=config, tuned_on=tuned_on, calibrate=False, costs=setup.costs)


def _fixed(y_true: NDArray[np.int8], y_raw: NDArray[np.float32], *, config: EvaluationConfig) -> DecisionRules:
    return fixed_rules(config, y_true.shape[1])

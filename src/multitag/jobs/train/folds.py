"""Cross-validation: models that did not see a fold, rules from all of them, and the final model on all rows."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from multitag.evaluation.decision_rules import FitRules, fit_rules
from multitag.jobs.train.measured import MeasuredModel, held_out_rows, score_sides
from multitag.jobs.train.recipes.choice import keep_recipe
from multitag.jobs.train.recipes.make import make_recipes
from multitag.jobs.train.refit import refit
from multitag.jobs.train.setup import RunSetup


def cross_validate(setup: RunSetup, model_folder: Path) -> MeasuredModel:
    """Measure every row by models that did not see it, keep the better recipe, and train it on all of them.

    Parameters
    ----------
    setup : RunSetup
        With folds.
    model_folder : Path
        Gets the final model.
    """
    task, parts, settings = setup.task, setup.fold_tasks, setup.settings
    fit: FitRules = partial(
        fit_rules, config=settings.evaluation, calibrate=True, costs=setup.costs,
        tuned_on=f"out-of-fold probabilities, {sum(len(part.rows('test')) for part in parts)} rows",
    )  # fmt: skip
    trained = [(recipe, recipe.hold_out()) for recipe in make_recipes(setup)]
    kept = keep_recipe(trained, fit, setup.base.title, settings.seed)
    rules = fit(kept.own.y_true, kept.own.y_raw)
    final, facts = refit(kept.recipe, task, kept.epochs, model_folder)
    held_out = kept.measured
    if len(task.rows("test")):  # a table of its own, which the final model has not seen
        y_raw = score_sides(task, model_folder, settings.model.window_pool, ("test",))
        held_out = held_out.joined(held_out_rows(task, y_raw, rules))
    pairs = [(part.rows("train"), part.rows("test")) for part in parts]
    seconds = final.fit.seconds + sum(out_of_fold.seconds for _, out_of_fold in trained)
    return MeasuredModel(
        final, held_out, rules, fit, pairs, seconds, kept.choice, facts, kept.own, kept.passed_over
    )

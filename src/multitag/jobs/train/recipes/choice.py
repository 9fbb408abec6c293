"""Which recipe ends in the bundle, where more than one was trained."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from multitag.evaluation.decision_rules import FitRules, apply_nested
from multitag.evaluation.held_out import HeldOut
from multitag.evaluation.recipe_choice import RecipeChoice, choose_recipe
from multitag.jobs.train.recipes.recipe import OutOfFold, Recipe
from multitag.report.recipe import word_choice


@dataclass(frozen=True, eq=False)
class KeptRecipe:
    """A recipe, and the rows by which it was kept.

    Parameters
    ----------
    recipe : Recipe
    epochs : float
        After which its models were what they are.
    own : HeldOut
        The rows as its models predict them.
    measured : HeldOut
        The rows of each fold as the recipe predicts them that the other folds chose.
    choice : RecipeChoice
    passed_over : OutOfFold or None
        The simpler one, where it was not kept.
    """

    recipe: Recipe
    epochs: float
    own: HeldOut
    measured: HeldOut
    choice: RecipeChoice
    passed_over: OutOfFold | None = None


def keep_recipe(
    trained: Sequence[tuple[Recipe, OutOfFold]], fit: FitRules, base_model: str, seed: int
) -> KeptRecipe:
    """Decide every row by rules of the other folds, and keep the better recipe.

    Parameters
    ----------
    trained : sequence of (Recipe, OutOfFold)
        One, or two with the simpler one first.
    fit : callable
        Fits rules to true labels and probabilities.
    base_model : str
        What it is called.
    seed : int
    """
    rows = [out_of_fold.held_out for _, out_of_fold in trained]
    decided = [
        held_out.with_decisions(*apply_nested(held_out.y_true, held_out.y_raw, held_out.fold, fit)) for held_out in rows
    ]
    if len(trained) == 1:
        recipe, out_of_fold = trained[0]
        return KeptRecipe(recipe, out_of_fold.epochs, decided[0], decided[0], RecipeChoice(recipe.name))
    (simple, of_simple), (costly, of_costly) = trained
    choice, measured = choose_recipe((simple.name, costly.name), decided[0], decided[1], fit, seed)
    choice = replace(choice, sentence=word_choice(choice, base_model))
    if choice.kept == simple.name:
        return KeptRecipe(simple, of_simple.epochs, decided[0], measured, choice)
    return KeptRecipe(costly, of_costly.epochs, decided[1], measured, choice, passed_over=of_simple)

"""The recipes of a run, ready to train."""

from __future__ import annotations

from multitag.jobs.train.recipes.fine_tuned import FineTuning
from multitag.jobs.train.recipes.linear import LinearHead
from multitag.jobs.train.recipes.recipe import Recipe
from multitag.jobs.train.recipes.resolve import LINEAR
from multitag.jobs.train.setup import RunSetup


def make_recipes(setup: RunSetup) -> list[Recipe]:
    """Make the recipes that the run takes, the simpler one first."""
    return [LinearHead(setup) if name == LINEAR else FineTuning(setup) for name in setup.recipes]

"""The final model retrained on all rows, after others like it were measured."""

from __future__ import annotations

import logging
import shutil
from pathlib import Path

from multitag.data.task import Task
from multitag.jobs.train.recipes.recipe import Recipe
from multitag.training.fine_tune import FineTuned

logger = logging.getLogger("multitag")


def refit(recipe: Recipe, task: Task, epochs: float, model_folder: Path) -> tuple[FineTuned, dict[str, float]]:
    """Train on all rows but those of a separate test table, as long as the models that were measured.

    Parameters
    ----------
    recipe : Recipe
        That of the models that were measured.
    task : Task
        Of the run.
    epochs : float
        After which the measured models were best, or ended.
    model_folder : Path
        Gets the model, in the place of one that is there.

    Returns
    -------
    final : FineTuned
    refit : dict
        ``rows`` and ``epochs``.
    """
    task = task.whole()
    n_rows = len(task.rows("train"))
    logger.info("training on all %d rows", n_rows)
    final = recipe.train_again(task, epochs)
    shutil.rmtree(model_folder, ignore_errors=True)
    final.save(model_folder)
    return final, {"rows": n_rows, "epochs": epochs}

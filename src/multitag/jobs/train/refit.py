"""The final model retrained on all rows, after others like it were measured."""

from __future__ import annotations

import logging
import shutil
from pathlib import Path

from multitag.jobs.train.setup import RunSetup, refit_settings
from multitag.training.fine_tune import FineTuned

logger = logging.getLogger("multitag")


def refit(setup: RunSetup, epochs: float, model_folder: Path) -> tuple[FineTuned, dict[str, float]]:
    """Train on all rows but those of a separate test table, as long as the models that were measured.

    Parameters
    ----------
    setup : RunSetup
    epochs : float
        After which the measured models were best, or ended.
    model_folder : Path
        Gets the model, in the place of one that is there.

    Returns
    -------
    final : FineTuned
        Its settings are the run's, but for the epochs, and without early stopping.
    refit : dict
        ``rows`` and ``epochs``.
    """
    task = setup.task.whole()
    n_rows = len(task.rows("train"))
    logger.info("training on all %d rows", n_rows)
    final = setup.train_part("refit", task, refit_settings(setup.settings, epochs))
    shutil.rmtree(model_folder, ignore_errors=True)
    final.save(model_folder)
    return final, {"rows": n_rows, "epochs": epochs}

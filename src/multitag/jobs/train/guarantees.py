"""The guarantee that a run was asked for, fitted on the rows it held out."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from multitag.config import Config
from multitag.config.guarantee import parse_guarantee
from multitag.data.task import Task
from multitag.errors import DataError
from multitag.evaluation.arrays import judged_cells
from multitag.evaluation.calibration.fit import calibrate_apart, choose_method
from multitag.evaluation.guarantees.fit import check_guarantee_rows, fit_guarantee
from multitag.evaluation.guarantees.guarantee import Guarantee
from multitag.evaluation.held_out import OUT_OF_FOLD
from multitag.jobs.train.measured import MeasuredModel
from multitag.report.guarantee import word_guarantee


def check_guarantee(task: Task, config: Config) -> None:
    """Refuse, before hours of training, a guarantee that there will be too few rows for.

    Raises
    ------
    ConfigError
        If there are neither folds nor 200 validation rows on which every label was judged.
    """
    if config.evaluation.guarantee is not None and not task.n_folds:
        check_guarantee_rows(parse_guarantee(config.evaluation.guarantee), task.y_true("validation"))


def find_guarantee(config: Config, measured: MeasuredModel) -> tuple[Guarantee | None, list[str]]:
    """Fit the guarantee on the out-of-fold rows, or on the validation rows.

    Returns
    -------
    guarantee : Guarantee or None
        None where none was asked for, or it cannot be kept.
    notes : list of str
        Why it cannot be kept: a finished training is not thrown away for that.
    """
    if config.evaluation.guarantee is None:
        return None, []
    goal = parse_guarantee(config.evaluation.guarantee)
    side = OUT_OF_FOLD if OUT_OF_FOLD in measured.held_out.side else "validation"
    rows = measured.held_out.of_side(side) if measured.own is None else measured.own
    y_prob: NDArray[np.floating[Any]] = rows.y_prob
    if side != OUT_OF_FOLD:  # there each row is calibrated by itself and the others
        y_prob = calibrate_apart(rows.y_true, rows.y_raw, choose_method(config.evaluation.calibration, folds=False))
    in_full, called = int(judged_cells(rows.y_true).all(axis=1).sum()), side.replace("_", " ")
    which = "" if in_full == len(rows) else f" of {len(rows)}, those on which every label was judged"
    try:
        cut = fit_guarantee(
            goal.kind, goal.level, rows.y_true, y_prob, fitted_on=f"{called}, {in_full} rows{which}"
        )
    except DataError as error:
        return None, [f"no guarantee is in the bundle: {error}"]
    return word_guarantee(cut, refitted=measured.refit is not None, in_full=in_full < len(rows)), []

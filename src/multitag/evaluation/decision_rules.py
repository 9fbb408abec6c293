"""From a model's probabilities to predictions: calibration, then thresholds; fitted, applied, and cross-validated."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multitag.config import EvaluationConfig
from multitag.evaluation.calibration.calibration import Calibration
from multitag.evaluation.calibration.fit import choose_method, fit_calibration
from multitag.evaluation.thresholds.costs import Costs
from multitag.evaluation.thresholds.thresholds import Thresholds, apply_thresholds
from multitag.evaluation.thresholds.tune import tune_thresholds


@dataclass(frozen=True)
class DecisionRules:
    """Calibration and thresholds that belong together: the thresholds are for calibrated probabilities.

    Parameters
    ----------
    calibration : Calibration
    thresholds : Thresholds
    """

    calibration: Calibration
    thresholds: Thresholds

    def apply(self, y_raw: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
        """Calibrate probabilities and predict labels.

        Parameters
        ----------
        y_raw : ndarray of float32, shape (n_rows, n_labels)
            Probabilities of the model.

        Returns
        -------
        y_prob : ndarray of float32, shape (n_rows, n_labels)
            Calibrated probabilities in [0, 1].
        y_pred : ndarray of uint8, shape (n_rows, n_labels)
            0 and 1.
        """
        y_prob: Any = self.calibration.apply(y_raw)
        return y_prob, apply_thresholds(y_prob, self.thresholds.values()).astype(np.uint8)


def fixed_rules(config: EvaluationConfig, n_labels: int) -> DecisionRules:
    """Return rules that leave probabilities as they are, and predict at the fixed threshold."""
    return DecisionRules(Calibration.identity(n_labels), Thresholds.fixed_only(config.threshold, n_labels))


def fit_rules(
    y_true: NDArray[np.int8], y_raw: NDArray[np.float32], config: EvaluationConfig, tuned_on: str, *, calibrate: bool,
    costs: Costs | None = None,
) -> DecisionRules:  # fmt: skip
    """Fit calibration, then thresholds for the calibrated probabilities.

    Parameters
    ----------
    y_true : ndarray of int8, shape (n_rows, n_labels)
        0 and 1, and UNKNOWN where nobody judged: such cells have no say.
    y_raw : ndarray of float32, shape (n_rows, n_labels)
        Of rows that the model was not trained on.
    config : EvaluationConfig
    tuned_on : str
        What to call the rows.
    calibrate : bool
        Whether to calibrate where the setting is ``"auto"``: out of fold there are rows enough, in a validation side
        not.
    costs : Costs, optional
        Of each label, with the objective ``"cost"``.
    """
    calibration = fit_calibration(y_true, y_raw, choose_method(config.calibration, folds=calibrate))
    thresholds = tune_thresholds(
        y_true, calibration.apply(y_raw), fixed=config.threshold, tuned_on=tuned_on, objective=config.objective,
        costs=costs,
    )  # fmt: skip
    return DecisionRules(calibration, thresholds)


FitRules = Callable[[NDArray[np.int8], NDArray[np.float32]], DecisionRules]  # of y_true and y_raw


def apply_nested(
    y_true: NDArray[np.int8], y_raw: NDArray[np.float32], fold: NDArray[np.int64], fit: FitRules
) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
    """Predict each fold by rules that were fitted on the others, so that no row is used to judge itself.

    Rules that are fitted on all rows and measured on the same look better than they are (Cawley and Talbot 2010, "On
    over-fitting in model selection and subsequent selection bias in performance evaluation").

    Parameters
    ----------
    y_true : ndarray of int8, shape (n_rows, n_labels)
    y_raw : ndarray of float32, shape (n_rows, n_labels)
        Out-of-fold probabilities.
    fold : ndarray of int64, shape (n_rows,)
        Which fold each row was held out of; at least two.
    fit : callable
        Fits rules to true labels and probabilities.

    Returns
    -------
    y_prob : ndarray of float32, shape (n_rows, n_labels)
        Calibrated.
    y_pred : ndarray of uint8, shape (n_rows, n_labels)
    """
    y_prob, y_pred = np.empty_like(y_raw), np.empty(y_true.shape, dtype=np.uint8)
    for held_out in np.unique(fold):
        inside = fold == held_out
        y_prob[inside], y_pred[inside] = fit(y_true[~inside], y_raw[~inside]).apply(y_raw[inside])
    return y_prob, y_pred

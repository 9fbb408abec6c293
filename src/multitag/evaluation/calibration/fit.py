"""Calibration fitted label by label, on rows that the model was not trained on."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from multitag.config import CalibrationName
from multitag.errors import DataError
from multitag.evaluation.arrays import as_labels, as_probabilities, check_same_shape, count_labels, judged_cells
from multitag.evaluation.calibration.calibration import Calibration
from multitag.evaluation.calibration.methods import Calibrator, Identity, Isotonic, Platt
from multitag.evaluation.log_odds import logit, sigmoid
from multitag.extras import import_extra

Fitted = Literal["none", "platt", "isotonic"]

# Rows with the label, and rows without it, that it takes to fit one. Two numbers are had from a few; isotonic steps
# follow every row, and are worse than Platt's sigmoid on small data (Niculescu-Mizil and Caruana 2005, "Predicting good
# probabilities with supervised learning": below about 1000 rows).
MIN_SUPPORT = {"platt": 10, "isotonic": 50}
PARTS = 10
STEEPEST = 1e6  # slope: reached only by scores that differ by next to nothing


def choose_method(setting: CalibrationName, *, folds: bool) -> Fitted:
    """Resolve the setting: ``"auto"`` is Platt scaling with folds, which leave many probabilities, and none without."""
    if setting != "auto":
        return setting
    return "platt" if folds else "none"


def fit_calibration(
    y_true: ArrayLike, y_raw: ArrayLike, method: Fitted, *, min_support: int | None = None
) -> Calibration:
    """Fit a calibration of each label.

    Parameters
    ----------
    y_true : array_like, shape (n_rows, n_labels)
        1 where the row has the label, 0 where it has not, UNKNOWN where nobody judged: a label is fitted on the rows
        on which it was.
    y_raw : array_like, shape (n_rows, n_labels)
        Probabilities of the model in [0, 1], of rows that it was not trained on.
    method : {"none", "platt", "isotonic"}
    min_support : int, optional
        Rows with a label, and rows without it, below which its probabilities stay as they are; by default 10 for
        Platt, 50 for isotonic.

    Returns
    -------
    Calibration

    Raises
    ------
    DataError
        If the shapes differ or a value is out of range.

    References
    ----------
    Platt (1999), "Probabilistic outputs for support vector machines and comparisons to regularized likelihood methods".
    Zadrozny and Elkan (2002), "Transforming classifier scores into accurate multiclass probability estimates".

    Examples
    --------
    >>> y_true = [[0], [1], [0], [1], [1]] * 10
    >>> y_raw = [[0.1], [0.1], [0.6], [0.6], [0.6]] * 10
    >>> calibration = fit_calibration(y_true, y_raw, "isotonic", min_support=10)
    >>> calibration.apply(np.array([[0.1], [0.6]])).round(6).tolist()
    [[0.5], [0.666667]]
    """
    true, raw = as_labels(y_true, "y_true"), as_probabilities(y_raw, "y_raw")
    check_same_shape(y_true=true, y_raw=raw)
    if method == "none":
        return Calibration.identity(true.shape[1])
    if method not in MIN_SUPPORT:
        raise DataError(f"method: expected none, {' or '.join(MIN_SUPPORT)}, got {method!r}")
    floor = max(MIN_SUPPORT[method] if min_support is None else min_support, 1)
    fit = _fit_platt if method == "platt" else _fit_isotonic
    methods: list[Calibrator] = []
    of_labels = zip(judged_cells(true).T, *count_labels(true), strict=True)
    for label, (rows, positives, judged) in enumerate(of_labels):
        enough = min(positives, judged - positives) >= floor
        methods.append(fit(true[rows, label], raw[rows, label]) if enough else Identity())
    return Calibration(tuple(methods))


def calibrate_apart(y_true: ArrayLike, y_raw: ArrayLike, method: Fitted) -> NDArray[np.float64]:
    """Calibrate rows by what is fitted on other rows: each tenth of them by the nine other tenths.

    For what must not see rows calibrated by themselves, such as a guarantee: on 500 IMDB movies whose Platt or isotonic
    calibration was fitted on the same rows, ``recall=0.9`` kept 0.896 and 0.883 on new rows, and 0.901 this way.

    Parameters
    ----------
    y_true : array_like, shape (n_rows, n_labels)
        As in :func:`fit_calibration`.
    y_raw : array_like, shape (n_rows, n_labels)
        Probabilities of the model in [0, 1], of rows that it was not trained on.
    method : {"none", "platt", "isotonic"}

    Returns
    -------
    y_prob : ndarray of float64, shape (n_rows, n_labels)
        Calibrated probabilities in [0, 1].

    Raises
    ------
    DataError
        As :func:`fit_calibration`.
    """
    true, raw = as_labels(y_true, "y_true"), as_probabilities(y_raw, "y_raw")
    check_same_shape(y_true=true, y_raw=raw)
    y_prob = np.empty_like(raw)
    part = np.arange(len(raw)) % PARTS
    for held_out in range(PARTS):
        inside = part == held_out
        y_prob[inside] = fit_calibration(true[~inside], raw[~inside], method).apply(raw[inside])
    return y_prob


def _fit_platt(true: NDArray[np.int64], raw: NDArray[np.float64]) -> Platt:
    """Fit slope and intercept by maximum likelihood, towards Platt's targets.

    The targets (n + 1) / (n + 2) and 1 / (n + 2) instead of 1 and 0 keep the slope finite where the label is separated.
    A slope below 0 would turn the order around; the likelihood is concave, so the best of those allowed is then 0.
    """
    optimize: Any = import_extra("scipy.optimize", "train")
    order = np.lexsort((true, raw))  # sums round differently when rows change places
    true, scores = true[order], logit(raw[order])
    positives = int(true.sum())
    target = np.where(true == 1, (positives + 1) / (positives + 2), 1 / (len(true) - positives + 2))  # (n_rows,)
    centre, width = scores.mean(), scores.std()
    width = width if width > 0 else 1.0
    scaled = (scores - centre) / width  # else slope and intercept hang on each other, and the search is slow

    def loss(parameters: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        odds = parameters[0] * scaled + parameters[1]
        residual = sigmoid(odds) - target
        value = np.logaddexp(0, odds) - target * odds
        return float(value.mean()), np.array([(residual * scaled).mean(), residual.mean()])

    fitted = optimize.minimize(
        loss, np.array([0.0, logit(np.array(target.mean()))]), jac=True, method="L-BFGS-B",
        bounds=[(0, STEEPEST * width), (None, None)], options={"ftol": 1e-15, "gtol": 1e-10},
    )  # fmt: skip
    slope = float(fitted.x[0] / width)
    return Platt(slope, float(fitted.x[1] - slope * centre))


def _fit_isotonic(true: NDArray[np.int64], raw: NDArray[np.float64]) -> Isotonic:
    isotonic: Any = import_extra("sklearn.isotonic", "train")
    order = np.lexsort((true, raw))
    fitted = isotonic.IsotonicRegression(y_min=0, y_max=1, out_of_bounds="clip").fit(raw[order], true[order])
    return Isotonic(tuple(fitted.X_thresholds_.tolist()), tuple(fitted.y_thresholds_.tolist()))

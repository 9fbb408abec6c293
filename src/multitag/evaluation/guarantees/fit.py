"""The cut that keeps a promise: conformal risk control for recall, learn-then-test for precision."""

from __future__ import annotations

import math
from typing import Any, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from multitag.config.guarantee import GuaranteeGoal, GuaranteeKind
from multitag.errors import ConfigError, DataError
from multitag.evaluation.arrays import as_labels, as_probabilities, check_same_shape, judged_cells
from multitag.evaluation.guarantees.guarantee import GuaranteedCut
from multitag.extras import import_extra

MIN_ROWS = 200  # of a validation set: with fewer the cut gives nearly all labels, or keeps its level by chance
CONFIDENCE = 0.9
CUTS = np.arange(100) / 100  # those that are tested for precision; chosen before any data is seen, as the test demands

_TIE = 1e-9  # 1 - 0.9 is a little less than 0.1


def check_guarantee_rows(goal: GuaranteeGoal, y_validation: NDArray[np.integer]) -> None:
    """Refuse a guarantee without folds on too few validation rows; to be called before training.

    Parameters
    ----------
    goal : GuaranteeGoal
    y_validation : ndarray of int, shape (n_validation_rows, n_labels)
        0 and 1, and UNKNOWN where nobody judged: such rows do not count.

    Raises
    ------
    ConfigError
        If there are fewer than 200.
    """
    in_full = int(judged_cells(y_validation).all(axis=1).sum())
    if in_full < MIN_ROWS:
        which = "" if in_full == len(y_validation) else f" on which every label was judged (of {len(y_validation)})"
        raise ConfigError(
            f"guarantee: {goal.kind}={goal.level:g} takes at least {MIN_ROWS} validation rows, got {in_full}{which}; "
            f"use --folds 5, or --validation-size {MIN_ROWS}"
        )


def fit_guarantee(
    kind: GuaranteeKind,
    level: float,
    y_true: ArrayLike,
    y_prob: ArrayLike,
    *,
    fitted_on: str,
    confidence: float = CONFIDENCE,
) -> GuaranteedCut:
    """Find the cut for all labels that keeps a share of right labels at a level or above.

    For recall it is the highest cut whose expected recall is kept by conformal risk control. For precision it is the
    lowest of a hundred cuts that learn-then-test finds safe: Hoeffding and Bentkus's p-values, with Holm's correction
    for having tested a hundred. A row that is given no label counts for no precision at all, neither as 0
    nor as 1: it can be sent to a person.

    Only rows on which every label was judged are fitted on, whichever the kind: both shares are of all labels of a row,
    and a row's recall over some of its labels, or the choice of rows by which of their labels were judged, is another
    thing than what is promised. It then holds for rows like those that were judged in full.

    Parameters
    ----------
    kind : {"recall", "precision"}
    level : float
        In (0, 1).
    y_true : array_like, shape (n_rows, n_labels)
        1 where the row has the label, 0 where it has not, UNKNOWN where nobody judged; such rows are left out. For
        recall, so are rows without a label.
    y_prob : array_like, shape (n_rows, n_labels)
        Calibrated probabilities in [0, 1] of rows that neither the model nor the calibration was fitted on; where the
        calibration was fitted on the same rows, see :func:`~multitag.evaluation.calibration.fit.calibrate_apart`.
    fitted_on : str
        What the rows are, such as ``"out of fold, 1000 rows"``.
    confidence : float, default 0.9
        Of the precision, in (0, 1); recall has none.

    Returns
    -------
    GuaranteedCut

    Raises
    ------
    DataError
        If the level cannot be guaranteed on these rows, none was judged in full, the shapes differ or a value is out
        of range.
    ConfigError
        If there is no such kind, or level or confidence is out of its range.

    References
    ----------
    Angelopoulos, Bates, Fisch, Lei and Schuster (2022, ICLR 2024), "Conformal risk control".
    Angelopoulos, Bates, Candès, Jordan and Lei (2021), "Learn then test: calibrating predictive algorithms to achieve
    risk control".
    Holm (1979), "A simple sequentially rejective multiple test procedure".

    Examples
    --------
    >>> y_true, y_prob = np.ones((99, 1)), np.arange(1, 100).reshape(99, 1) / 100
    >>> fit_guarantee("recall", 0.9, y_true, y_prob, fitted_on="99 rows").cut
    0.1
    """
    true, prob = as_labels(y_true, "y_true"), as_probabilities(y_prob, "y_prob")
    check_same_shape(y_true=true, y_prob=prob)
    in_full = judged_cells(true).all(axis=1)
    true, prob = true[in_full], prob[in_full]
    if kind not in get_args(GuaranteeKind):
        raise ConfigError(f"guarantee: expected {' or '.join(get_args(GuaranteeKind))}, got {kind!r}")
    for name, value in (("level", level), ("confidence", confidence)):
        if not 0 < value < 1:
            raise ConfigError(f"guarantee: {name}: expected a number between 0 and 1, got {value!r}")
    if not len(true):
        raise DataError(f"{kind}={level:g} takes rows on which every label was judged, got none")
    cut = _recall_cut(true, prob, level) if kind == "recall" else _precision_cut(true, prob, level, confidence)
    pred = prob >= cut
    labels = (true if kind == "recall" else pred).sum(axis=1)  # (n_rows,), those that the share is of
    shares = (true & pred).sum(axis=1)[labels > 0] / labels[labels > 0]
    return GuaranteedCut(
        kind=kind,
        level=float(level),
        confidence=None if kind == "recall" else float(confidence),
        cut=float(cut),
        fitted_on=fitted_on,
        n_rows=len(shares),
        realised=float(np.sort(shares).mean()),
        labels_per_row=float(pred.sum() / len(pred)),
        empty_rows=float((~pred.any(axis=1)).mean()),
    )


def _recall_cut(true: NDArray[np.int64], prob: NDArray[np.float64], level: float) -> float:
    """Return the highest cut with ``n / (n + 1) * loss + 1 / (n + 1) <= 1 - level``.

    The loss is the mean share of a row's labels that lie below the cut: it never falls as the cut rises, and changes
    only at probabilities of true labels.
    """
    labels = true.sum(axis=1)  # (n_rows,)
    n_rows = int((labels > 0).sum())
    allowed = (1 - level) * (n_rows + 1) - 1  # lost in all, in rows
    if allowed < -_TIE:
        needed = math.ceil(1 / (1 - level) - 1 - _TIE)
        raise DataError(f"recall={level:g} takes at least {needed} rows with a label to guarantee, got {n_rows}")
    rows, columns = np.nonzero(true)
    values, losses = prob[rows, columns], 1 / labels[rows]
    order = np.lexsort((losses, values))
    values, losses = values[order], losses[order]
    lost = np.concatenate([[0.0], losses.cumsum()])[np.searchsorted(values, values, side="left")]
    return float(values[lost <= allowed + _TIE][-1])


def _precision_cut(true: NDArray[np.int64], prob: NDArray[np.float64], level: float, confidence: float) -> float:
    p_values, precision, n_rows = precision_tests(true, prob, level)
    safe = reject_by_holm(p_values, 1 - confidence)
    if not safe.any():
        best = int(np.argmin(p_values))
        nearest = f"; from {CUTS[best]:g} up it was {precision[best]:.3g} on {n_rows[best]}" if n_rows[best] else ""
        raise DataError(
            f"precision={level:g} cannot be guaranteed with {confidence:.0%} confidence on {len(true)} rows{nearest}; "
            "ask for less, or give more rows"
        )
    return float(CUTS[safe][0])


def reject_by_holm(p_values: NDArray[np.float64], delta: float) -> NDArray[np.bool_]:
    """Return which hypotheses are refuted, all together wrongly with a probability of at most delta; shapes (n,)."""
    order = np.argsort(p_values, kind="stable")
    passed = np.logical_and.accumulate(p_values[order] <= delta / (len(order) - np.arange(len(order))))
    refuted = np.zeros(len(order), dtype=np.bool_)
    refuted[order[passed]] = True
    return refuted


def precision_tests(
    true: NDArray[np.int64], prob: NDArray[np.float64], level: float
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]:
    """Test for each of the cuts that the precision of rows with a given label is below the level.

    Rows that are given a label are a sample of all such rows, so the test is of their mean and their number.

    Parameters
    ----------
    true : ndarray of int64, shape (n_rows, n_labels)
        0 and 1.
    prob : ndarray of float64, shape (n_rows, n_labels)
        In [0, 1].
    level : float
        In (0, 1).

    Returns
    -------
    p_values : ndarray of float64, shape (n_cuts,)
        In [0, 1]; the smaller, the safer the cut.
    precision : ndarray of float64, shape (n_cuts,)
        Mean share of a row's given labels that are true; 0 where no row is given one.
    n_rows : ndarray of int64, shape (n_cuts,)
        Rows that are given a label.
    """
    special: Any = import_extra("scipy.special", "train")
    stats: Any = import_extra("scipy.stats", "train")
    precision, n_rows = np.zeros(len(CUTS)), np.zeros(len(CUTS), dtype=np.int64)
    for index, cut in enumerate(CUTS):
        pred = prob >= cut
        predicted = pred.sum(axis=1)  # (n_rows,)
        counted = predicted > 0
        n_rows[index] = counted.sum()
        if n_rows[index]:
            precision[index] = np.sort((true & pred).sum(axis=1)[counted] / predicted[counted]).mean()
    alpha, loss = 1 - level, 1 - precision
    low = np.minimum(loss, alpha)
    hoeffding = np.exp(-n_rows * (special.rel_entr(low, alpha) + special.rel_entr(1 - low, 1 - alpha)))
    bentkus = math.e * stats.binom.cdf(np.ceil(n_rows * loss), n_rows, alpha)
    return np.minimum(np.minimum(hoeffding, bentkus), 1.0), precision, n_rows

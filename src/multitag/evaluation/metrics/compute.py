"""Every figure of probabilities and predictions against the truth. numpy only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from multitag.errors import DataError
from multitag.evaluation.arrays import (
    as_binary,
    as_labels,
    as_probabilities,
    check_probabilities,
    check_same_shape,
    count_labels,
    judged_cells,
)
from multitag.evaluation.metrics.decisions import DecisionKernel
from multitag.evaluation.metrics.kernel import WeightedFigures, compute_points
from multitag.evaluation.metrics.metrics import FIGURES, LabelMetrics, Metrics
from multitag.evaluation.metrics.rankings import RankingKernel


def compute_metrics(
    y_true: ArrayLike,
    y_prob: ArrayLike,
    y_pred: ArrayLike,
    label_names: Sequence[str],
    thresholds: ArrayLike,
) -> Metrics:
    """Compute the figures of probabilities and predictions against the truth.

    ROC-AUC, average precision and label ranking average precision are of the probabilities, the others of the
    predictions. All are as scikit-learn defines them: label ranking average precision counts a row with none or all of
    the labels as 1. What is undefined is None, though, where scikit-learn has 0 or a warning.

    Parameters
    ----------
    y_true : array_like, shape (n_rows, n_labels)
        1 where the row has the label, 0 where it has not, -1 (:data:`~multitag.labels.UNKNOWN`) where nobody judged.
        Unknown cells are left out of every figure, and what is left without any cell is undefined.
    y_prob : array_like, shape (n_rows, n_labels)
        Probabilities in [0, 1].
    y_pred : array_like, shape (n_rows, n_labels)
        1 where the label is predicted, 0 elsewhere.
    label_names : sequence of str, length n_labels
    thresholds : array_like, shape (n_labels,)
        The thresholds behind ``y_pred``, in [0, 1]; reported, not applied.

    Returns
    -------
    Metrics

    Raises
    ------
    DataError
        If there are no rows, fewer than two labels, shapes that differ or values out of range.

    Examples
    --------
    >>> y_true, y_prob = [[1, 0], [0, 0]], [[0.9, 0.2], [0.1, 0.4]]
    >>> metrics = compute_metrics(y_true, y_prob, [[1, 0], [0, 0]], ["Drama", "War"], [0.5, 0.5])
    >>> metrics.values["macro_f1"], metrics.undefined["macro_f1"]
    (1.0, 1)
    """
    true, pred = as_labels(y_true, "y_true").astype(np.int8), as_binary(y_pred, "y_pred").astype(np.int8)
    prob = check_probabilities(y_prob, "y_prob")
    check_same_shape(y_true=true, y_prob=prob, y_pred=pred)
    n_rows, n_labels = true.shape
    if n_rows == 0:
        raise DataError("nothing to measure: 0 rows; expected at least one")
    if n_labels < 2:
        raise DataError("nothing to measure: 1 label; multi-label figures need at least two")
    if len(label_names) != n_labels:
        raise DataError(f"label_names: expected {n_labels}, one per column of y_true, got {len(label_names)}")
    cuts = as_probabilities(np.reshape(thresholds, (1, -1)), "thresholds")[0]
    if len(cuts) != n_labels:
        raise DataError(f"thresholds: expected {n_labels} numbers, one per label, got {len(cuts)}")

    points = compute_points(DecisionKernel(true, pred), n_rows) | compute_points(RankingKernel(true, prob), n_rows)
    support, judged = count_labels(true)
    per_label = tuple(
        replace(
            _label_metrics(points, label, name, int(support[label]), float(cuts[label])),
            judged=None if judged[label] == n_rows else int(judged[label]),
        )
        for label, name in enumerate(label_names)
    )
    undefined = {
        "macro_f1": sum(metrics.f1 is None for metrics in per_label),
        "samples_f1": int((~((true == 1) | (pred == 1) & judged_cells(true)).any(axis=1)).sum()),
        "macro_roc_auc": sum(metrics.roc_auc is None for metrics in per_label),
        "macro_average_precision": sum(metrics.average_precision is None for metrics in per_label),
    }
    overall = {name: _defined(points.overall[name][0]) for name in FIGURES}
    unknown = true.size - int(judged.sum())
    return Metrics(n_rows, overall, undefined, per_label, unknown_cells=unknown or None)


def _label_metrics(points: WeightedFigures, column: int, name: str, support: int, threshold: float) -> LabelMetrics:
    precision, recall, f1, roc_auc, average_precision = (
        _defined(points.per_label[figure][0, column])
        for figure in ("precision", "recall", "f1", "roc_auc", "average_precision")
    )
    return LabelMetrics(name, support, threshold, precision, recall, f1, roc_auc, average_precision)


def _defined(value: float) -> float | None:
    return None if np.isnan(value) else float(value)

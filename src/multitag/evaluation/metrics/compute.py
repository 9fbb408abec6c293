"""Every figure of probabilities and predictions against the truth."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from multitag.errors import DataError
from multitag.evaluation.arrays import as_binary, as_probabilities, check_same_shape
from multitag.evaluation.metrics.metrics import LabelMetrics, Metrics
from multitag.extras import import_extra


def compute_metrics(
    y_true: ArrayLike,
    y_prob: ArrayLike,
    y_pred: ArrayLike,
    label_names: Sequence[str],
    thresholds: ArrayLike,
) -> Metrics:
    """Measure probabilities and predictions against the truth, with scikit-learn's functions.

    ROC-AUC, average precision and label ranking average precision are of the probabilities, the others of the
    predictions. Label ranking average precision counts a row with none or all of the labels as 1, as
    scikit-learn does.

    Parameters
    ----------
    y_true : array_like, shape (n_rows, n_labels)
        1 where the row has the label, 0 elsewhere.
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
    true, pred = as_binary(y_true, "y_true"), as_binary(y_pred, "y_pred")
    prob = as_probabilities(y_prob, "y_prob")
    check_same_shape(y_true=true, y_prob=prob, y_pred=pred)
    n_rows, n_labels = true.shape
    if n_rows == 0:
        raise DataError("nothing to measure: 0 rows; expected at least one")
    if n_labels < 2:
        raise DataError("nothing to measure: 1 label; multi-label figures need at least two")
    if len(label_names) != n_labels:
        raise DataError(f"label_names: expected {n_labels}, one a column of y_true, got {len(label_names)}")
    cuts = as_probabilities(np.reshape(thresholds, (1, -1)), "thresholds")[0]
    if len(cuts) != n_labels:
        raise DataError(f"thresholds: expected {n_labels} numbers, one a label, got {len(cuts)}")

    per_label = _measure_labels(true, prob, pred, label_names, cuts)
    empty_rows = int((~(true | pred).any(axis=1)).sum())
    undefined = {
        "macro_f1": sum(each.f1 is None for each in per_label),
        "samples_f1": empty_rows,
        "macro_roc_auc": sum(each.roc_auc is None for each in per_label),
        "macro_average_precision": sum(each.average_precision is None for each in per_label),
    }
    return Metrics(n_rows, _measure_all(true, prob, pred, per_label), undefined, per_label)


def _measure_labels(
    true: NDArray[np.int64],
    prob: NDArray[np.float64],
    pred: NDArray[np.int64],
    names: Sequence[str],
    cuts: NDArray[np.float64],
) -> tuple[LabelMetrics, ...]:
    skm = import_extra("sklearn.metrics", "train")
    precision, recall, f1, support = skm.precision_recall_fscore_support(
        true, pred, average=None, zero_division=np.nan
    )
    measured = []
    for index, name in enumerate(names):
        column, scores = true[:, index], prob[:, index]
        some, all_ = bool(column.any()), bool(column.all())
        measured.append(
            LabelMetrics(
                label=name,
                support=int(support[index]),
                threshold=float(cuts[index]),
                precision=_defined(precision[index]),
                recall=_defined(recall[index]),
                f1=_defined(f1[index]),
                roc_auc=float(skm.roc_auc_score(column, scores)) if some and not all_ else None,
                average_precision=float(skm.average_precision_score(column, scores)) if some else None,
            )
        )
    return tuple(measured)


def _measure_all(
    true: NDArray[np.int64],
    prob: NDArray[np.float64],
    pred: NDArray[np.int64],
    per_label: Sequence[LabelMetrics],
) -> dict[str, float | None]:
    skm = import_extra("sklearn.metrics", "train")
    both = 0 < true.mean() < 1  # a positive and a negative somewhere

    def f1(average: str) -> float | None:
        return _defined(skm.f1_score(true, pred, average=average, zero_division=np.nan))

    return {
        "macro_f1": f1("macro"),
        "micro_f1": f1("micro"),
        "weighted_f1": f1("weighted"),
        "samples_f1": f1("samples"),
        "macro_roc_auc": _mean(each.roc_auc for each in per_label),
        "micro_roc_auc": float(skm.roc_auc_score(true, prob, average="micro")) if both else None,
        "macro_average_precision": _mean(each.average_precision for each in per_label),
        "hamming_loss": float(skm.hamming_loss(true, pred)),
        "subset_accuracy": float(skm.accuracy_score(true, pred)),
        "label_ranking_average_precision": float(skm.label_ranking_average_precision_score(true, prob)),
    }


def _defined(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _mean(values: Iterable[float | None]) -> float | None:
    defined = [value for value in values if value is not None]
    return float(np.mean(defined)) if defined else None

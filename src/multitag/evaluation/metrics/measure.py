"""The figures of rows at the fixed and at the tuned thresholds."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from multitag.evaluation.intervals.bootstrap import bootstrap_intervals
from multitag.evaluation.metrics.compute import compute_metrics
from multitag.evaluation.metrics.metrics import SideMetrics
from multitag.evaluation.thresholds.thresholds import Thresholds, apply_thresholds
from multitag.labels import LabelSet


def measure(
    y_true: NDArray[np.integer],
    y_prob: NDArray[np.floating],
    label_set: LabelSet,
    thresholds: Thresholds,
    tuned_pred: NDArray[np.integer] | None = None,
    *,
    resamples: int,
    seed: int,
) -> SideMetrics:
    """Measure probabilities at the fixed threshold and, where some were tuned, at those.

    Parameters
    ----------
    y_true : ndarray of int, shape (n_rows, n_labels)
        0 and 1, and UNKNOWN where nobody judged.
    y_prob : ndarray of float, shape (n_rows, n_labels)
        Calibrated probabilities in [0, 1].
    label_set : LabelSet
    thresholds : Thresholds
    tuned_pred : ndarray of int, shape (n_rows, n_labels), optional
        What was predicted at tuned thresholds, where these are not ``thresholds`` for all rows, as out of fold.
    resamples : int
        Of the bootstrap; 0 leaves the intervals out.
    seed : int
        Of the resamples.

    Returns
    -------
    SideMetrics
    """
    cuts = {"fixed": replace(thresholds, policy="fixed").values()}  # (n_labels,)
    if thresholds.per_label is not None:
        cuts["tuned"] = replace(thresholds, policy="per_label").values()
    preds = {kind: apply_thresholds(y_prob, cut) for kind, cut in cuts.items()}
    if tuned_pred is not None and "tuned" in preds:
        preds["tuned"] = tuned_pred.astype(np.int64)
    figures = {
        kind: compute_metrics(y_true, y_prob, preds[kind], label_set.names, cut) for kind, cut in cuts.items()
    }
    if resamples:
        intervals = bootstrap_intervals(y_true, y_prob, list(preds.values()), resamples=resamples, seed=seed)
        for kind, of_kind in zip(figures, intervals, strict=True):
            figures[kind] = figures[kind].with_intervals(of_kind)
    return SideMetrics(figures["fixed"], figures.get("tuned"))

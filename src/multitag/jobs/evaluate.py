"""The figures of a model on labelled rows, at the fixed and at the tuned thresholds."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multitag.bundle.read import Bundle
from multitag.config import Config, EvaluationConfig
from multitag.data.label_formats.label_columns import named
from multitag.data.split.rare_labels import RareLabels
from multitag.data.table import Table
from multitag.errors import DataError
from multitag.evaluation.intervals.bootstrap import bootstrap_intervals
from multitag.evaluation.metrics.metrics import compute_metrics
from multitag.evaluation.thresholds.thresholds import Thresholds, apply_thresholds
from multitag.inference.classifier import Classifier
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
) -> dict[str, Any]:
    """Measure probabilities at the fixed threshold and, where some were tuned, at those.

    Parameters
    ----------
    y_true : ndarray of int, shape (n_rows, n_labels)
        0 and 1.
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
    dict
        ``{"fixed": figures, "tuned": figures}``, JSON-safe; ``"tuned"`` only where thresholds were tuned.
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
    return {kind: measured.to_dict() for kind, measured in figures.items()}


def evaluate(
    classifier: Classifier,
    table: Table,
    *,
    resamples: int = EvaluationConfig.resamples,
    seed: int = Config.seed,
) -> dict[str, Any]:
    """Measure a bundle on rows that it has not seen.

    Parameters
    ----------
    classifier : Classifier
    table : Table
        Its labels must all be known to the classifier, or were dropped or merged when it was trained, and are here.
    resamples : int, default 2000
        Of the bootstrap behind the 95% intervals; 0 leaves them out.
    seed : int, default 42
        Of the resamples.

    Returns
    -------
    dict
        As :func:`measure`.

    Raises
    ------
    DataError
        If the table has a label that the classifier does not know; names it.
    """
    label_set = classifier.bundle.label_set
    y_true = encode_labels(classifier.bundle, table)
    y_prob = classifier.predict_proba(table.texts)
    return measure(y_true, y_prob, label_set, classifier.thresholds, resamples=resamples, seed=seed)


def encode_labels(bundle: Bundle, table: Table) -> NDArray[np.int64]:
    """Give the labels of a table's rows as a bundle has them, shape (n_rows, n_labels), 0 and 1.

    Raises
    ------
    DataError
        If the table has a label that the bundle does not know; names it.
    """
    try:
        rare = RareLabels.of_bundle(bundle.manifest.data)
        return bundle.label_set.encode(rare.settle(table.labels))
    except DataError as error:
        raise DataError(f"{table.source}, {named(table.shape.columns)}: {error}") from error

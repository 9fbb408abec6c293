"""The figures of a model on labelled rows, at the fixed and at the tuned thresholds."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multitag.data.rare import RareLabels
from multitag.data.shapes.shape import named
from multitag.data.table import Table
from multitag.errors import DataError
from multitag.evaluation.metrics import compute_metrics
from multitag.evaluation.thresholds import Thresholds, apply_thresholds
from multitag.inference.classifier import Classifier
from multitag.labels import LabelSet


def measure(
    y_true: NDArray[np.integer], y_prob: NDArray[np.floating], label_set: LabelSet, thresholds: Thresholds,
    tuned_pred: NDArray[np.integer] | None = None,
) -> dict[str, Any]:  # fmt: skip
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

    Returns
    -------
    dict
        ``{"fixed": figures, "tuned": figures}``, JSON-safe; ``"tuned"`` only where thresholds were tuned.
    """
    kinds = {"fixed": replace(thresholds, policy="fixed")}
    if thresholds.per_label is not None:
        kinds["tuned"] = replace(thresholds, policy="per_label")
    figures = {}
    for kind, chosen in kinds.items():
        cut = chosen.values()  # (n_labels,)
        y_pred: Any = tuned_pred if kind == "tuned" else None
        if y_pred is None:
            y_pred = apply_thresholds(y_prob, cut)
        figures[kind] = compute_metrics(y_true, y_prob, y_pred, label_set.names, cut).to_dict()
    return figures


def evaluate(classifier: Classifier, table: Table) -> dict[str, Any]:
    """Measure a bundle on rows that it has not seen.

    Parameters
    ----------
    classifier : Classifier
    table : Table
        Its labels must all be known to the classifier, or were dropped or merged when it was trained, and are here.

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
    try:
        rare = RareLabels.of_bundle(classifier.bundle.manifest.data)
        y_true = label_set.encode(rare.settle(table.labels))
    except DataError as error:
        raise DataError(f"{table.source}, {named(table.shape.columns)}: {error}") from error
    y_prob = classifier.predict_proba(table.texts)
    return measure(y_true, y_prob, label_set, classifier.thresholds)

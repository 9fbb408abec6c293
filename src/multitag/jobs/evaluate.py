"""``multitag evaluate``: the figures of a bundle on labelled rows."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from multitag.bundle.read import Bundle
from multitag.config import Config, EvaluationConfig
from multitag.data.label_formats.label_columns import named
from multitag.data.split.rare_labels import RareLabels
from multitag.data.table import Table
from multitag.errors import DataError
from multitag.evaluation.metrics.measure import measure
from multitag.evaluation.metrics.metrics import SideMetrics
from multitag.inference.classifier import Classifier


def evaluate(
    classifier: Classifier,
    table: Table,
    *,
    resamples: int = EvaluationConfig.resamples,
    seed: int = Config.seed,
) -> SideMetrics:
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
    SideMetrics
        At the fixed threshold, and at the tuned ones where there are some.

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

"""``multitag evaluate``: the figures of a bundle on labelled rows."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multitag.bundle.read import Bundle
from multitag.config import Config, EvaluationConfig
from multitag.data.label_formats.label_columns import named
from multitag.data.split.rare_labels import RareLabels
from multitag.data.table import Table
from multitag.errors import DataError
from multitag.evaluation.metrics.measure import measure
from multitag.inference.classifier import Classifier

logger = logging.getLogger("multitag")

TOO_GOOD = "its probabilities are too good there, and so are the figures"


def evaluate(
    classifier: Classifier,
    table: Table,
    *,
    resamples: int = EvaluationConfig.resamples,
    seed: int = Config.seed,
) -> dict[str, Any]:
    """Measure a bundle on rows that it has not seen; rows that it was trained on are measured too, with a warning.

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
    if is_trained_on(classifier.bundle.manifest.data, table):
        logger.warning("%s: these are the rows that the model was trained on: %s", table.source, TOO_GOOD)
    y_prob = classifier.predict_proba(table.texts)
    return measure(y_true, y_prob, label_set, classifier.thresholds, resamples=resamples, seed=seed)


def is_trained_on(facts: Mapping[str, Any], table: Table) -> bool:
    """Whether a bundle's model was trained on rows of this table, by its fingerprint.

    Parameters
    ----------
    facts : mapping
        ``data`` of the bundle's manifest. An older multitag wrote one fingerprint only, which is of this table unless
        rare labels were dropped or merged, or separate tables joined to it.
    table : Table
        As it was read.
    """
    recorded = facts.get("trained_on", [facts.get("fingerprint")])
    return isinstance(recorded, list) and table.fingerprint() in recorded


def encode_labels(bundle: Bundle, table: Table, *, skip_unknown: bool = False) -> NDArray[np.int64]:
    """Return the labels of a table's rows as a bundle has them, shape (n_rows, n_labels), 0 and 1.

    Labels that were dropped or merged when the bundle was trained are so here. Others that the bundle does not know
    are refused, or left out (``skip_unknown``).

    Raises
    ------
    DataError
        If the table has a label that the bundle does not know; names it.
    """
    try:
        labels = RareLabels.of_bundle(bundle.manifest.data).settle(table.labels)
        if skip_unknown:
            names = set(bundle.label_set.names)
            return bundle.label_set.encode([names.intersection(row) for row in labels])
        return bundle.label_set.encode(labels)
    except DataError as error:
        raise DataError(f"{table.source}, {named(table.shape.columns)}: {error}") from error

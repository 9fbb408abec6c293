"""``multitag evaluate``: the metrics of a bundle on labelled rows."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from multitag.config import BackendName, Config, EvaluationConfig, LongTexts, Pool
from multitag.config.values import describe_value
from multitag.data.table import Table, check_table
from multitag.errors import ConfigError
from multitag.evaluation.metrics.measure import measure
from multitag.evaluation.metrics.metrics import SideMetrics
from multitag.inference.classifier import Classifier, load
from multitag.jobs.labelled_rows import TOO_GOOD, encode_labels, is_trained_on, read_labelled, table_notes

logger = logging.getLogger("multitag")


@dataclass(frozen=True)
class Evaluation:
    """The metrics of a bundle on a table.

    Parameters
    ----------
    figures : SideMetrics
    notes : tuple of str
        How the table was read; the last one counts its rows.
    """

    figures: SideMetrics
    notes: tuple[str, ...]


def evaluate_bundle(
    path: str | Path,
    data: Any,
    *,
    backend: BackendName = "auto",
    long: LongTexts | None = None,
    pool: Pool | None = None,
    resamples: int = EvaluationConfig.resamples,
    seed: int = Config.seed,
    quarantine: str | Path | None = None,
    **reading: Any,
) -> Evaluation:
    """Measure a bundle on a table that it has not seen.

    Parameters
    ----------
    path : str or Path
        Folder or zip of the bundle.
    data : str, Path, sequence of those, or DataFrame
        Labelled rows, as :func:`multitag.read_table` takes them.
    backend, long, pool
        As in :func:`multitag.load`.
    resamples, seed
        As in :func:`evaluate`.
    quarantine : str or Path, optional
        A CSV file for the rows of ``data`` that cannot be used.
    **reading
        Settings of :class:`~multitag.config.TableConfig` that differ from those by which the bundle's own table was
        read.

    Returns
    -------
    Evaluation

    Raises
    ------
    BundleError
        If it is not a whole bundle, or lacks the backend asked for.
    DataError
        If the rows cannot be read, or have a label that the bundle does not.
    ConfigError
        If an option is out of its range.
    OutputError
        If the quarantine cannot be written.
    """
    with load(path, backend=backend, long=long, pool=pool) as classifier:
        table = read_labelled(classifier.bundle, data, quarantine, **reading)
        figures = evaluate(classifier, table, resamples=resamples, seed=seed)
    return Evaluation(figures, table_notes(table))


def evaluate(
    classifier: Classifier,
    table: Table,
    *,
    resamples: int = EvaluationConfig.resamples,
    seed: int = Config.seed,
) -> SideMetrics:
    """Measure a bundle on rows that it has not seen; rows that it was trained on are measured with a warning.

    Parameters
    ----------
    classifier : Classifier
    table : Table
        Each of its labels must be one of the classifier's, or one that was dropped or merged in training, which is
        then done here too.
    resamples : int, default 2000
        Resamples of the bootstrap behind the 95% intervals; 0 for no intervals.
    seed : int, default 42
        Random seed of the resamples.

    Returns
    -------
    SideMetrics
        At the fixed threshold, and at the tuned ones where there are some.

    Raises
    ------
    DataError
        If what is given is not a table, or has a label that the classifier does not; names it.
    ConfigError
        If what is given is not a classifier.
    """
    if not isinstance(classifier, Classifier):
        raise ConfigError(f"classifier: expected what multitag.load returns, got {describe_value(classifier)}")
    check_table(table, "table")
    y_true = encode_labels(classifier.bundle, table)
    if is_trained_on(classifier.bundle.manifest.data, table):
        logger.warning("%s: these are the rows that the model was trained on: %s", table.source, TOO_GOOD)
    y_prob = classifier.predict_proba(table.texts)
    return measure(
        y_true, y_prob, classifier.bundle.label_set, classifier.thresholds, resamples=resamples, seed=seed
    )

"""``multitag evaluate``: the metrics of a bundle on labelled rows."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from multitag.config import BackendName, Config, DeviceName, EvaluationConfig, LongTexts, Pool
from multitag.config.values import describe_value
from multitag.data.phrases import count_noun, describe_columns
from multitag.data.table import Table, check_table
from multitag.data.unknown_tokens import UnknownTally
from multitag.errors import ConfigError, DataError
from multitag.evaluation.metrics.measure import measure
from multitag.evaluation.metrics.metrics import SideMetrics
from multitag.inference.backends.device import device_notes
from multitag.inference.classifier import Classifier, load
from multitag.jobs.labelled_rows import (
    TOO_GOOD,
    encode_labels,
    is_trained_on,
    labels_without_column,
    read_labelled,
    table_notes,
    unknown_labels,
)
from multitag.jobs.scored_texts import score_in_blocks
from multitag.labels import LabelSet
from multitag.report.tables import unknown_cells_line
from multitag.stages import stage

logger = logging.getLogger("multitag")

SHOWN = 5  # labels, in a message


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
    device: DeviceName = "auto",
    long: LongTexts | None = None,
    pool: Pool | None = None,
    resamples: int = EvaluationConfig.resamples,
    seed: int = Config.seed,
    quarantine: str | Path | None = None,
    ignore_unknown_labels: bool = False,
    **reading: Any,
) -> Evaluation:
    """Measure a bundle on a table that it has not seen.

    Parameters
    ----------
    path : str or Path
        Folder or zip of the bundle.
    data : str, Path, sequence of those, or DataFrame
        Labelled rows, as :func:`multitag.read_table` takes them.
    backend, device, long, pool
        As in :func:`multitag.load`.
    resamples, seed
        As in :func:`evaluate`.
    quarantine : str or Path, optional
        A CSV file for the rows of ``data`` that cannot be used.
    ignore_unknown_labels : bool, default False
        As in :func:`evaluate`.
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
        If an option is out of its range, or a GPU is asked for and none can be used.
    OutputError
        If the quarantine cannot be written.
    """
    with load(path, backend=backend, device=device, long=long, pool=pool) as classifier:
        with stage("reading"):
            table = read_labelled(classifier.bundle, data, quarantine, **reading)
        figures, notes = _measure(classifier, table, resamples, seed, ignore_unknown=ignore_unknown_labels)
        notes += device_notes(device, classifier.backend, classifier.device)
    return Evaluation(figures, (*notes, *table_notes(table)))


def evaluate(
    classifier: Classifier,
    table: Table,
    *,
    resamples: int = EvaluationConfig.resamples,
    seed: int = Config.seed,
    ignore_unknown_labels: bool = False,
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
    ignore_unknown_labels : bool, default False
        Take labels that the classifier does not have off the rows, with a warning that counts them.

    Returns
    -------
    SideMetrics
        Of the labels that the table tells of: one that has no column among others that have is left out, with a
        warning. At the fixed threshold, and at the tuned ones where there are some.

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
    figures, notes = _measure(classifier, table, resamples, seed, ignore_unknown=ignore_unknown_labels)
    for note in notes:
        logger.warning("%s: %s", table.source, note)
    return figures


def _measure(
    classifier: Classifier, table: Table, resamples: int, seed: int, *, ignore_unknown: bool
) -> tuple[SideMetrics, list[str]]:
    """Measure what a table tells of, and describe what is left out."""
    bundle, notes = classifier.bundle, []
    unknown = unknown_labels(bundle, table)
    if unknown and ignore_unknown:
        names = ", ".join(f"{name!r} ({count_noun(rows, 'row', 'rows')})" for name, rows in [*unknown.items()][:SHOWN])
        notes.append(f"ignored {count_noun(len(unknown), 'label', 'labels')} that the bundle does not have: {names}")
    try:
        y_true = encode_labels(bundle, table, skip_unknown=ignore_unknown)
    except DataError as error:
        raise DataError(f"{error}; ignored with --ignore-unknown-labels") from error
    if is_trained_on(bundle.manifest.data, table):
        logger.warning("%s: these are the rows that the model was trained on: %s", table.source, TOO_GOOD)
    label_set, thresholds = bundle.label_set, classifier.thresholds
    tally = UnknownTally()
    y_prob = score_in_blocks(classifier, table.texts, tally)
    if note := classifier.unknown_note(tally.total):
        notes.append(note)
    if absent := labels_without_column(bundle, table):
        if len(absent) > len(label_set) - 2:
            place = f"{table.source}, {describe_columns(table.shape.columns)}"
            raise DataError(
                f"{place}: {len(label_set) - len(absent)} of the bundle's {len(label_set)} labels have a column here; "
                "multi-label figures need at least two"
            )
        notes.append(
            f"left out {count_noun(len(absent), 'label', 'labels')} of the bundle that have no column here: "
            f"{', '.join(map(repr, absent[:SHOWN]))}; the figures are those of the other {len(label_set) - len(absent)}"
        )
        kept = [index for index, name in enumerate(label_set.names) if name not in absent]
        y_true, y_prob, thresholds = y_true[:, kept], y_prob[:, kept], thresholds.of_labels(kept)
        label_set = LabelSet(tuple(label_set.names[index] for index in kept))
    with stage("figures"):
        figures = measure(y_true, y_prob, label_set, thresholds, resamples=resamples, seed=seed)
    if (line := unknown_cells_line(figures.fixed, "test")) is not None:
        notes.append(line)
    return figures, notes

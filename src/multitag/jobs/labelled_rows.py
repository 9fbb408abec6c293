"""Labelled rows for a bundle: read as its own table was, with its labels."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multitag.bundle.read import Bundle
from multitag.data.label_formats.indicator_columns import IndicatorColumns
from multitag.data.label_formats.label_columns import CellColumns
from multitag.data.phrases import describe_columns
from multitag.data.read import load_tables, settings_of_bundle
from multitag.data.split.rare_labels import RareLabels
from multitag.data.table import Table
from multitag.errors import DataError

TOO_GOOD = "its probabilities are too good there, and so are the figures"  # on the rows that a model was trained on


def read_labelled(bundle: Bundle, data: Any, quarantine: str | Path | None = None, **reading: Any) -> Table:
    """Read a table as the bundle's own was read.

    Parameters
    ----------
    bundle : Bundle
    data : str, Path, sequence of those, or DataFrame
        As :func:`multitag.read_table` takes it.
    quarantine : str or Path, optional
        A CSV file for the rows that cannot be used.
    **reading
        Settings of :class:`~multitag.config.TableConfig` that differ from the bundle's. Where none is about columns,
        an annotation tool's export that lacks those of the bundle has its own.

    Raises
    ------
    DataError, ConfigError, OutputError
        As :func:`multitag.read_table`.
    """
    settings = settings_of_bundle(bundle.manifest.data, **reading)
    given = {name for name, value in reading.items() if value is not None}
    own = not given & {"text", "labels", "label_columns", "label_separator", "label_shape", "label_key", "label_names"}
    return load_tables({"test": data}, settings, quarantine, of_bundle=own)["test"]


def table_notes(table: Table) -> tuple[str, ...]:
    """Return how a table was read, in sentences; the last one counts its rows."""
    return (*table.notes, table.summary)


def encode_labels(bundle: Bundle, table: Table, *, skip_unknown: bool = False) -> NDArray[np.int64]:
    """Return the labels of a table's rows as a bundle has them: rare ones dropped or merged as in training.

    Parameters
    ----------
    bundle : Bundle
    table : Table
        As it was read.
    skip_unknown : bool, default False
        Ignore labels that the bundle does not have.

    Returns
    -------
    ndarray of int64, shape (n_rows, n_labels)
        0 and 1, and :data:`~multitag.labels.UNKNOWN` where nobody judged.

    Raises
    ------
    DataError
        If the table has a label that the bundle does not, unless ``skip_unknown``; names it.
    """
    try:
        rare = RareLabels.of_bundle(bundle.manifest.data)
        labels = rare.settle(table.labels)
        unknown = rare.settle_unknown(table.unknown, labels) if table.unknown else ()
        if skip_unknown:
            names = set(bundle.label_set.names)
            labels = tuple(tuple(name for name in row if name in names) for row in labels)
        return bundle.label_set.encode(labels, unknown=unknown)
    except DataError as error:
        raise DataError(f"{table.source}, {describe_columns(table.shape.columns)}: {error}") from error


def labels_without_column(bundle: Bundle, table: Table) -> tuple[str, ...]:
    """Return the labels of a bundle of which a table cannot tell anything: those that have no column or key in it.

    Parameters
    ----------
    bundle : Bundle
    table : Table
        As it was read. Where cells name the labels that are on, each is on a row or not: none is without a column.
    """
    shape = table.shape
    if not (isinstance(shape, IndicatorColumns) or (isinstance(shape, CellColumns) and shape.answered)):
        return ()
    (covered,) = RareLabels.of_bundle(bundle.manifest.data).settle([shape.label_names])
    return tuple(name for name in bundle.label_set.names if name not in covered)


def unknown_labels(bundle: Bundle, table: Table) -> dict[str, int]:
    """Count the rows of each label of a table that a bundle does not have, the most frequent first."""
    labels = RareLabels.of_bundle(bundle.manifest.data).settle(table.labels)
    counts = Counter(name for row in labels for name in row if name not in bundle.label_set.label2id)
    return dict(counts.most_common())


def is_trained_on(facts: Mapping[str, Any], table: Table) -> bool:
    """Return whether a bundle's model was trained on rows of this table, by its fingerprint.

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

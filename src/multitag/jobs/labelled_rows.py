"""Labelled rows for a bundle: read as its own table was, with its labels."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multitag.bundle.read import Bundle
from multitag.data.label_formats.label_columns import named
from multitag.data.read import load_tables, settings_of_bundle
from multitag.data.split.rare_labels import RareLabels
from multitag.data.table import Table
from multitag.errors import DataError


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
        Settings of :class:`~multitag.config.DataConfig` that differ from the bundle's.

    Raises
    ------
    DataError, ConfigError, OutputError
        As :func:`multitag.read_table`.
    """
    return load_tables({"test": data}, settings_of_bundle(bundle.manifest.data, **reading), quarantine)["test"]


def table_notes(table: Table) -> tuple[str, ...]:
    """Return how a table was read, in sentences; the last one counts its rows."""
    return (*table.notes, table.lines()[-1])


def encode_labels(bundle: Bundle, table: Table) -> NDArray[np.int64]:
    """Return the labels of a table's rows as the bundle has them: rare ones dropped or merged as in training.

    Returns
    -------
    ndarray of int64, shape (n_rows, n_labels)
        0 and 1.

    Raises
    ------
    DataError
        If the table has a label that the bundle does not; names it.
    """
    try:
        return bundle.label_set.encode(_settled(bundle, table))
    except DataError as error:
        raise DataError(f"{table.source}, {named(table.shape.columns)}: {error}") from error


def encode_known_labels(bundle: Bundle, table: Table) -> NDArray[np.int64]:
    """Return the labels as :func:`encode_labels` does, without those that the bundle does not have."""
    names = set(bundle.label_set.names)
    return bundle.label_set.encode([names.intersection(row) for row in _settled(bundle, table)])


def is_training_table(bundle: Bundle, table: Table) -> bool:
    """Return whether the bundle's model was trained on rows of exactly this table."""
    facts = bundle.manifest.data
    return table.fingerprint() in facts.get("trained_on", [facts.get("fingerprint")])


def _settled(bundle: Bundle, table: Table) -> tuple[tuple[str, ...], ...]:
    return RareLabels.of_bundle(bundle.manifest.data).settle(table.labels)

"""Label ids that ``datasets`` writes, and the names that it keeps with them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from multitag.data.readers.records import Record

METADATA = b"huggingface"


def class_names(schema: Any) -> dict[str, tuple[str, ...]]:
    """Read the names of label ids in what ``datasets`` writes beside the columns of Arrow and Parquet files.

    Parameters
    ----------
    schema : pyarrow.Schema

    Returns
    -------
    dict
        Column to its names, in the order of ids, for columns of one id or of a list of ids a row.
    """
    try:
        features = json.loads((schema.metadata or {})[METADATA])["info"]["features"]
        names = {str(column): _names(feature) for column, feature in features.items()}
    except (KeyError, TypeError, AttributeError, ValueError, RecursionError):  # written by something else
        return {}
    return {column: classes for column, classes in names.items() if classes}


def _names(feature: Any) -> tuple[str, ...]:
    """Read a ClassLabel, or a list of one, which older versions write as a list itself."""
    if isinstance(feature, list) and len(feature) == 1:
        feature = feature[0]
    elif isinstance(feature, Mapping) and isinstance(feature.get("feature"), Mapping):
        feature = feature["feature"]
    if not isinstance(feature, Mapping) or feature.get("_type") != "ClassLabel":
        return ()
    names = feature.get("names")
    return tuple(map(str, names)) if isinstance(names, list) else ()


def name_classes(records: Sequence[Record], names: Mapping[str, tuple[str, ...]]) -> None:
    """Replace ids by names, in place; an id without a name stays, -1 is a missing label."""
    for column, classes in names.items():
        for record in records:
            cell = record[column]
            record[column] = [_name(item, classes) for item in cell] if isinstance(cell, list) else _name(cell, classes)


def _name(cell: object, classes: tuple[str, ...]) -> object:
    if not isinstance(cell, int) or isinstance(cell, bool) or cell >= len(classes):
        return cell
    return classes[cell] if cell >= 0 else None

"""Facts about a run's rows: what its folder keeps of them, and its bundle's manifest."""

from __future__ import annotations

from typing import Any

import numpy as np

from multitag.config import Config
from multitag.data.duplicates.named_groups import count_groups
from multitag.data.left_out import count_kinds
from multitag.data.task import Task

MAX_LISTED = 1000  # rows left out that the manifest names one by one; all are counted


def data_facts(task: Task, config: Config) -> dict[str, Any]:
    """Describe where the rows came from; the two kinds of fingerprint take a pass over them each.

    Returns
    -------
    dict
        JSON-safe. ``fingerprint`` is of all rows together, as they are learned from; ``trained_on`` lists those of
        the tables, as they were read, that the final model has seen some or all rows of.
    """
    table = task.table
    fingerprint = table.fingerprint()
    seen = ("train", "validation") if config.split.refits else ("train",)
    seen_tables = [task.tables[side] for side in seen if side in task.tables]
    return {
        "source": table.source,
        **{f"{side}_source": part.source for side, part in task.tables.items() if side != "train"},
        "fingerprint": fingerprint,
        "trained_on": [fingerprint if part is table else part.fingerprint() for part in seen_tables],
        "text_column": table.text_column,
        "text_columns": list(table.text_columns.names),
        "text_pair": table.text_columns.pair,
        "label_column": table.label_column,
        "label_columns": list(table.shape.columns),
        "label_separator": table.label_separator,
        **{f"label_{name}": value for name, value in table.shape.facts().items()},
        "rare_labels": task.rare.facts(),
        "files": [list(file) for file in table.files],
        "unknown": table.unknown_rule,
        "soft": bool(table.shares),
        **({"groups": count_groups(table.groups)} if table.groups else {}),
        **({"label_descriptions": dict(task.descriptions)} if task.descriptions else {}),
        "summary": table.summary,
        **task.unlabelled.facts(),
        "rows": table.n_rows_source,
        "rows_used": len(table),
        "rows_left_out": count_kinds(table.left_out),
        "left_out": [
            [row.row, f"{row.file}: {row.reason}" if table.files else row.reason]
            for row in table.left_out[:MAX_LISTED]
        ],
    }


def split_facts(task: Task, config: Config) -> dict[str, Any]:
    """Describe the split for the manifest: its method and the number of rows of each side."""
    folds = {} if task.fold is None else {"folds": task.n_folds}
    sides = {side: len(rows) for side, rows in task.split.sides().items()}
    return {"method": config.split.method, **folds, **sides}


def saved_split(task: Task) -> dict[str, Any]:
    """Return the row numbers of each side, and of each fold where there are folds, as the run's folder keeps them."""
    sides: dict[str, Any] = task.split.to_dict(task.table.rows)
    if task.fold is not None:
        numbers = np.asarray(task.table.rows)
        sides["folds"] = [numbers[task.fold == number].tolist() for number in range(task.n_folds)]
    return sides

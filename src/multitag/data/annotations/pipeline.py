"""Hugging Face pipelines: labels and scores beside a text, of each class or the first only, and zero-shot output.

Source: the text-classification and zero-shot-classification pipelines in
huggingface.co/docs/transformers/main_classes/pipelines. These are
a model's predictions: soft labels, which nobody gave.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from typing import Any

from multitag.data.annotations.answers import Answer
from multitag.data.annotations.spacy_cats import scored
from multitag.data.annotations.task import (
    AnnotatedTask,
    Export,
    NotUnderstoodError,
    plain_cells,
    read_shares,
    text_keys,
)
from multitag.data.cells import is_missing
from multitag.data.columns import Columns
from multitag.data.readers.source import Source

NAME = "Hugging Face pipeline"
ZERO_SHOT = frozenset({"sequence", "labels", "scores"})
PAIR = frozenset({"label", "score"})
REMARK = "scores are a model's predictions, not what people said, and are read as soft labels"
WITHOUT_TEXT = "labels and scores without their texts; write objects with the text beside what the pipeline returned"


def has_signs(names: Collection[str]) -> bool:
    """Return whether columns have the names of this tool: those of other output are anybody's."""
    return set(names) >= ZERO_SHOT or set(names) >= PAIR


def recognises(columns: Columns) -> bool:
    """Return whether the cells are those of this tool."""
    names = {*columns.names}
    if names >= ZERO_SHOT or names == PAIR or (names > PAIR and len(names) == 1 + len(PAIR) and _is_flat(columns)):
        return True
    return any(_has_shares(columns, name) for name in columns.names if _holds_scores(columns, name))


def scores_not_read(columns: Columns) -> str | None:
    """Return a note on scores beside labels of a table that is not sure to be a model's output; None without any."""
    if not {*columns.names} > PAIR:
        return None
    shares = [_share(cell) for cell in columns["score"] if not is_missing(cell)]
    if any(share is None for share in shares) or not any(share not in (0, 1) for share in shares):
        return None
    return (
        "column 'score' is not read; if a model gave the scores to the labels beside them, --format pipeline reads "
        "these as soft labels"
    )


def read(source: Source) -> Export:
    """Read a text a row.

    Raises
    ------
    NotUnderstoodError
        If the texts are missing, or a score is not in [0, 1].
    """
    columns = source.columns
    if set(columns.names) == PAIR:
        raise NotUnderstoodError(WITHOUT_TEXT)
    if set(columns.names) >= ZERO_SHOT:
        tasks = [_zero_shot(columns.row(index)) for index in range(len(columns))]
        return Export(tasks, ("sequence",), ("labels",), unit="texts", remarks=(REMARK,))
    questions = tuple(name for name in columns.names if _holds_scores(columns, name))
    rows = [columns.row(index) for index in range(len(columns))]
    if questions:
        tasks = [
            AnnotatedTask(plain_cells(row, *questions), {name: [_answer(row[name])] for name in questions if row[name]})
            for row in rows
        ]
    elif {*columns.names} > PAIR:
        questions, tasks = ("label",), [*map(_flat, rows)]
    else:
        raise NotUnderstoodError("expected a list of objects with 'label' and 'score' beside each text")
    texts = text_keys([task.cells for task in tasks])
    if not texts:
        raise NotUnderstoodError(WITHOUT_TEXT)
    return Export(tasks, texts, questions, unit="texts", remarks=(REMARK,))


def _is_flat(columns: Columns) -> bool:
    """Return whether names and scores are those that a pipeline returns: numbers, of which some are no flags."""
    cells = [*zip(columns["label"], columns["score"], strict=True)]
    return any(share not in (0, 1) for _, share in cells) and all(
        isinstance(name, str) and not isinstance(share, str) and _share(share) is not None for name, share in cells
    )


def _flat(row: Mapping[str, object]) -> AnnotatedTask:
    name, score = row["label"], row["score"]
    if is_missing(name) or is_missing(score):
        return AnnotatedTask(plain_cells(row, *PAIR), {})
    share = _share(score)
    shares = read_shares([(name, score if share is None else share)], "'score'")  # which says what is wrong with it
    return AnnotatedTask(plain_cells(row, *PAIR), {"label": [scored(shares)]})


def _share(cell: object) -> float | None:
    """Return a number in [0, 1], or the text of one; None for anything else."""
    try:
        share = float(cell) if isinstance(cell, (str, int, float)) else math.nan
    except (ValueError, OverflowError):
        return None
    return share if 0 <= share <= 1 else None


def _zero_shot(row: Mapping[str, object]) -> AnnotatedTask:
    labels, scores = row["labels"], row["scores"]
    if not isinstance(labels, list) or not isinstance(scores, list) or len(labels) != len(scores):
        raise NotUnderstoodError("expected as many 'scores' as 'labels' in lists")
    shares = read_shares(zip(labels, scores, strict=True), "'scores'")
    return AnnotatedTask(plain_cells(row, "labels", "scores"), {"labels": [scored(shares)]})


def _holds_scores(columns: Columns, name: str) -> bool:
    """Return whether every cell is a list of labels with scores; it stops at the first that is not."""
    if all(cell is None for cell in columns[name]):
        return False
    return all(
        cell is None
        or ((items := _items(cell)) and all(isinstance(item, Mapping) and item.keys() == PAIR for item in items))
        for cell in columns[name]
    )


def _items(cell: object) -> list[Any]:
    """Return what a pipeline said of a text: all classes, those in a list of one text, or the first class only."""
    if isinstance(cell, list) and len(cell) == 1 and isinstance(cell[0], list):
        return cell[0]
    return cell if isinstance(cell, list) else [cell]


def _has_shares(columns: Columns, name: str) -> bool:
    """Return whether a score is more than a flag: where all are 0 or 1, anybody may have written them."""
    return any(item["score"] not in (0, 1) for cell in columns[name] if cell is not None for item in _items(cell))


def _answer(cell: object) -> Answer:
    return scored(read_shares(((item["label"], item["score"]) for item in _items(cell)), "'score'"))

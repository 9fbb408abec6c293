"""Hugging Face pipelines: the label and score of each class beside a text, and zero-shot output.

Source: the text-classification and zero-shot-classification pipelines in
huggingface.co/docs/transformers/main_classes/pipelines. These are
a model's predictions: soft labels, which nobody gave.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

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
from multitag.data.columns import Columns
from multitag.data.readers.source import Source

NAME = "Hugging Face pipeline"
ZERO_SHOT = frozenset({"sequence", "labels", "scores"})
PAIR = frozenset({"label", "score"})
REMARK = "scores are a model's predictions, not what people said, and are read as soft labels"
WITHOUT_TEXT = "labels and scores without their texts; write objects with the text beside what the pipeline returned"


def has_signs(names: Collection[str]) -> bool:
    """Return whether columns have the names of this tool: those of other output are anybody's."""
    return set(names) >= ZERO_SHOT or set(names) == PAIR


def recognises(columns: Columns) -> bool:
    """Return whether the cells are those of this tool."""
    scored = (name for name in columns.names if _holds_scores(columns, name))
    return has_signs(columns.names) or any(_has_shares(columns, name) for name in scored)


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
    if not questions:
        raise NotUnderstoodError("expected a list of objects with 'label' and 'score' beside each text")
    tasks = []
    for index in range(len(columns)):
        row = columns.row(index)
        answers = {name: [_answer(row[name])] for name in questions if row[name]}
        tasks.append(AnnotatedTask(plain_cells(row, *questions), answers))
    texts = text_keys([task.cells for task in tasks])
    if not texts:
        raise NotUnderstoodError(WITHOUT_TEXT)
    return Export(tasks, texts, questions, unit="texts", remarks=(REMARK,))


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
        or (isinstance(cell, list) and cell and all(isinstance(item, Mapping) and item.keys() == PAIR for item in cell))
        for cell in columns[name]
    )


def _has_shares(columns: Columns, name: str) -> bool:
    """Return whether a score is more than a flag: where all are 0 or 1, anybody may have written them."""
    return any(item["score"] not in (0, 1) for cell in columns[name] if cell is not None for item in cell)


def _answer(cell: object) -> Answer:
    assert isinstance(cell, list)
    return scored(read_shares(((item["label"], item["score"]) for item in cell), "'score'"))

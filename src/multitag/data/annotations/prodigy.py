"""Prodigy: what ``db-out`` writes of choices among labels, of one label asked at a time, and of ``cats``.

Source: prodi.gy/docs/api-interfaces (classification and choice) and the answers accept, reject and ignore; the recipes
textcat.manual, textcat.teach and textcat.correct.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from multitag.data.annotations.answers import Answer
from multitag.data.annotations.spacy_cats import read_cats
from multitag.data.annotations.task import (
    REJECTED,
    SKIPPED,
    AnnotatedTask,
    Export,
    NoAnswer,
    NotUnderstoodError,
    plain_cells,
    read_names,
)
from multitag.data.cells import CellError, shorten
from multitag.data.columns import Columns
from multitag.data.label_formats.cells.lists import PythonList
from multitag.data.label_formats.cells.notations import is_quoted_listing
from multitag.data.readers.source import Source

NAME = "Prodigy"
ANSWERS = ("accept", "reject", "ignore")
QUESTIONS = ("accept", "cats", "label")
OWN = (
    *QUESTIONS, "answer", "options", "config", "html", "tokens", "spans", "_input_hash", "_task_hash", "_view_id",
    "_session_id", "_annotator_id", "_timestamp", "_is_binary", "priority", "score",
)  # fmt: skip
IGNORED = NoAnswer(SKIPPED, "the annotator ignored it")
REFUSED = NoAnswer(REJECTED, "the annotator rejected it")


def has_signs(names: Collection[str]) -> bool:
    """Return whether columns have the names of this tool."""
    return "answer" in names and not {*OWN}.difference({"answer", "score"}).isdisjoint(names)


def recognises(columns: Columns) -> bool:
    """Return whether the cells are those of this tool."""
    return has_signs(columns.names) and all(cell in ANSWERS for cell in columns["answer"])


def read(source: Source) -> Export:
    """Read an answer a row; those about one text are one row.

    Raises
    ------
    NotUnderstoodError
        If an answer is of parts of a text, or is none that Prodigy writes.
    """
    columns = source.columns
    tasks = [_read_task(columns.row(index)) for index in range(len(columns))]
    questions = tuple(name for name in QUESTIONS if any(name in task.answers for task in tasks))
    if not questions:
        raise NotUnderstoodError("expected answers with 'accept', 'label' or 'cats', got none that was accepted")
    return Export(tasks, ("text",), questions, unit="answers")


def _read_task(row: Mapping[str, Any]) -> AnnotatedTask:
    answer = row.get("answer")
    if answer not in ANSWERS:
        raise NotUnderstoodError(f"expected an answer of {', '.join(ANSWERS)}, got {type(answer).__name__}")
    question = next((name for name in QUESTIONS if row.get(name) is not None), None)
    if question is None:
        raise NotUnderstoodError("expected answers with 'accept', 'label' or 'cats'; spans are not labels of texts")
    meta = row.get("meta")
    cells = plain_cells(row, *OWN, "meta")
    if isinstance(meta, Mapping):
        cells.update((f"meta.{key}", value) for key, value in meta.items())
    # Texts of one stream are one row, however many labels or annotators ask and answer.
    key = row.get("text") if isinstance(row.get("text"), str) else None
    if answer == "ignore":
        return AnnotatedTask(cells, {}, IGNORED, key)
    if answer == "reject" and question != "label":
        return AnnotatedTask(cells, {}, REFUSED, key)
    return AnnotatedTask(cells, {question: [_answer(row, question)]}, REFUSED, key)


def _answer(row: Mapping[str, Any], question: str) -> Answer:
    annotator = str(row.get("_annotator_id") or row.get("_session_id") or "")
    if question == "cats":
        return read_cats(row["cats"], annotator)
    if question == "accept":
        row = {**row, "accept": _list(row["accept"])}
    names = read_names(row[question], f"{question!r}")
    if question == "label":
        return Answer(names if row["answer"] == "accept" else (), frozenset(names), annotator)
    options = row.get("options")
    if not isinstance(options, (list, tuple)) or not options:
        return Answer(names, annotator=annotator)
    titles = dict(map(_option, options))
    names = tuple(dict.fromkeys(titles.get(name, name) for name in names))
    return Answer(names, frozenset((*titles.values(), *names)), annotator)


def _list(cell: object) -> object:
    """Return a cell of names as a list: a file of CSV has the text of one."""
    if not isinstance(cell, str):
        return cell
    if not cell.strip():
        return []
    try:
        if is_quoted_listing(cell):
            return [*PythonList().split(cell)]
    except CellError as error:
        raise NotUnderstoodError(f"'accept': {error}") from error
    raise NotUnderstoodError(f"'accept': expected a list of labels, got the text {shorten(cell)!r}; export as JSONL")


def _option(option: object) -> tuple[str, str]:
    """Return the id of an option and its label: the id, as Prodigy's own training has it, or the text of a number."""
    if not isinstance(option, Mapping) or "id" not in option:
        raise NotUnderstoodError("expected options with an 'id' each")
    (name,) = read_names(option["id"], "the id of an option") or ("",)
    title = option.get("text") if not isinstance(option["id"], str) else None
    return name, read_names(title, "the text of an option")[0] if isinstance(title, str) and title.strip() else name

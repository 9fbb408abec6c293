"""Label Studio: tasks with their annotations (JSON), and one row an annotation (JSON-MIN, CSV, TSV).

Source: the JSON format of annotated tasks in labelstud.io/guide/task_format, and the exports in
labelstud.io/guide/export.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from multitag.data.annotations.answers import Answer
from multitag.data.annotations.task import (
    NOT_ANNOTATED,
    SKIPPED,
    AnnotatedTask,
    Export,
    NoAnswer,
    NotUnderstoodError,
    plain_cells,
    read_names,
    text_keys,
)
from multitag.data.cells import is_missing
from multitag.data.columns import Columns
from multitag.data.readers.source import Source

NAME = "Label Studio"
FLAT = frozenset({"annotator", "annotation_id", "lead_time"})  # columns of JSON-MIN and CSV
KEPT = FLAT | {"id", "created_at", "updated_at", "agreement", "history"}
NO_ANSWER = NoAnswer(NOT_ANNOTATED, "nobody has annotated this task")
ALL_SKIPPED = NoAnswer(SKIPPED, "every annotator skipped this task")
MOST = 0.5  # of the cells of a column of labels that are no label of their own


def has_signs(names: Collection[str]) -> bool:
    """Return whether columns have the names of this tool."""
    return ("data" in names and not {"annotations", "completions"}.isdisjoint(names)) or set(names) >= FLAT


def recognises(columns: Columns) -> bool:
    """Return whether the cells are those of this tool."""
    if "data" not in columns.names:
        return set(columns.names) >= FLAT
    return has_signs(columns.names) and all(isinstance(cell, Mapping) for cell in columns["data"])


def read(source: Source) -> Export:
    """Read tasks, or rows of one annotation each.

    Raises
    ------
    NotUnderstoodError
        If nothing in them chooses labels for a text.
    """
    columns = source.columns
    return _read_tasks(columns) if "data" in columns.names else _read_flat(columns)


def _read_tasks(columns: Columns) -> Export:
    key = "annotations" if "annotations" in columns.names else "completions"
    if key not in columns.names:
        raise NotUnderstoodError("expected tasks with 'annotations', got none; export them as JSON")
    given = [[*_given(cell)] for cell in columns[key]]
    types = Counter(str(result.get("type")) for one in given for annotation in one for result in _results(annotation))
    questions = tuple(dict.fromkeys(
        str(result.get("from_name")) for one in given for annotation in one for result in _choices(annotation)
    ))  # fmt: skip
    if not questions:
        held = f"results of type {', '.join(map(repr, types))}" if types else "no result"
        raise NotUnderstoodError(f"expected a Choices control, whose results have the type 'choices', got {held}")
    tasks = []
    for index, (cell, kept) in enumerate(zip(columns[key], given, strict=True)):
        data = columns["data"][index]
        if not isinstance(data, Mapping):
            raise NotUnderstoodError(f"expected the 'data' of a task as an object, got {type(data).__name__}")
        answers = {question: [_answer(annotation, question) for annotation in kept] for question in questions}
        cells = {**({"id": columns["id"][index]} if "id" in columns.names else {}), **data}
        tasks.append(AnnotatedTask(cells, answers, ALL_SKIPPED if cell and not kept else NO_ANSWER))
    return Export(tasks, text_keys([*map(_data, tasks)]), questions, unit="tasks")


def _data(task: AnnotatedTask) -> Mapping[str, Any]:
    return plain_cells(task.cells, "id")


def _given(cell: object) -> Iterator[Mapping[str, Any]]:
    """Yield the annotations of a task but for those that were skipped."""
    for annotation in cell if isinstance(cell, (list, tuple)) else ():
        if not isinstance(annotation, Mapping):
            raise NotUnderstoodError(f"expected annotations as objects, got {type(annotation).__name__}")
        if not (annotation.get("was_cancelled") or annotation.get("skipped")):
            yield annotation


def _results(annotation: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    results = annotation.get("result") or ()
    return [result for result in results if isinstance(result, Mapping)] if isinstance(results, (list, tuple)) else []


def _choices(annotation: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for result in _results(annotation):
        value = result.get("value")
        if not isinstance(value, Mapping) or "choices" not in value:
            continue
        if {"start", "end"} & value.keys():
            raise NotUnderstoodError("choices for spans of a text, of which whole texts have none")
        yield result


def _answer(annotation: Mapping[str, Any], question: str) -> Answer:
    """Return what an annotation says of a question: nothing chosen is no label."""
    chosen = [result["value"]["choices"] for result in _choices(annotation) if result.get("from_name") == question]
    names = [name for values in chosen for name in read_names(values, f"the choices of {question!r}")]
    return Answer(tuple(dict.fromkeys(names)), annotator=_annotator(annotation.get("completed_by")))


def _annotator(written: object) -> str:
    if isinstance(written, Mapping):
        written = next((written[key] for key in ("email", "id", "username") if written.get(key)), "")
    return str(written) if isinstance(written, (str, int)) else ""


def _read_flat(columns: Columns) -> Export:
    others = [name for name in columns.names if name not in KEPT]
    answered = columns["annotation_id"] if "annotation_id" in columns.names else [True] * len(columns)
    answers: dict[str, Sequence[tuple[str, ...]]] = {}
    for name in others:
        try:
            answers[name] = [_names_in(cell, name) for cell in columns[name]]
        except NotUnderstoodError:  # another control's, or data
            continue
    structured = [name for name in answers if any(_is_structured(cell) for cell in columns[name])]
    # A text recurs where several annotators have answered: of each task one row tells.
    ids = columns["id"] if "id" in columns.names else range(len(columns))
    first = {str(task): index for index, task in reversed([*enumerate(ids)])}.values()
    questions = structured or [name for name in answers if _recurs([columns[name][index] for index in first])]
    tasks = []
    for index in range(len(columns)):
        row = columns.row(index)
        annotator = _annotator(row.get("annotator"))
        said = {name: [Answer(cells[index], annotator=annotator)] for name, cells in answers.items()}
        key = None
        if not is_missing(row.get("id")):
            key = (str(row["id"]), *(str(row[name]) for name in others if name not in questions))
        tasks.append(AnnotatedTask(row, {} if is_missing(answered[index]) else said, NO_ANSWER, key))
    texts = text_keys([plain_cells(task.cells, *KEPT, *questions) for task in tasks])
    return Export(tasks, texts, tuple(questions), unit="annotations")


def _is_structured(cell: object) -> bool:
    return isinstance(cell, (Mapping, list)) or (isinstance(cell, str) and cell.lstrip().startswith('{"choices"'))


def _names_in(cell: object, column: str) -> tuple[str, ...]:
    """Return the choices in a cell: one is text, several are an object, and several objects a list."""
    if isinstance(cell, str) and cell.lstrip().startswith(('{"choices"', '[{"choices"')):
        try:
            cell = json.loads(cell)
        except (ValueError, RecursionError) as error:
            raise NotUnderstoodError(f"column {column!r}: not JSON: {error}") from error
    items = cell if isinstance(cell, (list, tuple)) else [cell]
    names: list[str] = []
    for item in items:
        if isinstance(item, Mapping):
            if "choices" not in item or "start" in item:
                raise NotUnderstoodError(f"column {column!r}: expected choices of whole texts, got another object")
            item = item["choices"]
        names += read_names(item, f"column {column!r}")
    return tuple(dict.fromkeys(names))


def _recurs(cells: Sequence[object]) -> bool:
    present = [str(cell) for cell in cells if not is_missing(cell)]
    return bool(present) and len(set(present)) <= max(1, MOST * len(present))

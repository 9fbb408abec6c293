"""Argilla: records with the responses of several users, of versions 2 and 1, nested or flat, and of before feedback.

Source: ``Record.to_dict`` and the exports of argilla 2.8; the feedback data model and ``to_datasets`` of version 1
(docs.argilla.io/en/v1.29); text classification records of before.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from multitag.data.annotations.answers import Answer
from multitag.data.annotations.task import (
    DISCARDED,
    NOT_ANNOTATED,
    AnnotatedTask,
    Export,
    NoAnswer,
    NotUnderstoodError,
    read_names,
    text_keys,
)
from multitag.data.columns import Columns
from multitag.data.readers.source import Source

NAME = "Argilla"
BEFORE_FEEDBACK = frozenset({"annotation", "prediction", "status"})
RESPONSES, SUGGESTION = ".responses", "-suggestion"  # ends of the columns of flat exports, of versions 2 and 1
NO_RESPONSE = NoAnswer(NOT_ANNOTATED, "nobody has submitted a response; suggestions and drafts do not count")
ALL_DISCARDED = NoAnswer(DISCARDED, "whoever looked at this record discarded it")
NO_STATUS = "it does not tell which responses are drafts, so all count"


class Response(NamedTuple):
    """A user's value for a question."""

    question: str
    value: object
    user: str
    status: str | None


def has_signs(names: Collection[str]) -> bool:
    """Return whether columns have the names of this tool."""
    flat = any(name.endswith(RESPONSES) for name in names)
    old_flat = "external_id" in names and any(name.endswith(SUGGESTION) for name in names)
    return {"fields", "responses"} <= {*names} or flat or old_flat or set(names) >= BEFORE_FEEDBACK


def recognises(columns: Columns) -> bool:
    """Return whether the cells are those of this tool."""
    if not has_signs(columns.names):
        return False
    return "fields" not in columns.names or all(isinstance(cell, Mapping) for cell in columns["fields"])


def read(source: Source) -> Export:
    """Read a record a row.

    Raises
    ------
    NotUnderstoodError
        If no question has labels for an answer.
    """
    columns = source.columns
    rows = [columns.row(index) for index in range(len(columns))]
    responses = [[*_responses(row)] for row in rows]
    cells = [_cells(row) for row in rows]
    asked = dict.fromkeys(response.question for one in responses for response in one)
    questions = [name for name in asked if _are_labels(response.value for response in _of(responses, name))]
    if not questions:
        held = f"; the questions are {', '.join(map(repr, asked))}" if asked else ""
        raise NotUnderstoodError(f"expected responses to a question with labels, got none{held}")
    several = [name for name in questions if any(isinstance(one.value, list) for one in _of(responses, name))]
    tasks = [_task(row, one, questions) for row, one in zip(cells, responses, strict=True)]
    no_status = any(response.status is None for one in responses for response in one)
    texts = text_keys([_fields(row) for row in rows])
    remarks = (NO_STATUS,) if no_status else ()
    return Export(tasks, texts, tuple(several or questions), unit="records", remarks=remarks)


def _task(cells: Mapping[str, Any], responses: Sequence[Response], questions: Sequence[str]) -> AnnotatedTask:
    submitted = [one for one in responses if one.status in (None, "submitted") and one.question in questions]
    answers: dict[str, list[Answer]] = {}
    for one in submitted:
        if one.value is not None:
            names = read_names(one.value, f"the responses to {one.question!r}")
            answers.setdefault(one.question, []).append(Answer(names, annotator=one.user))
    discarded = any(one.status == "discarded" for one in responses)
    return AnnotatedTask(cells, answers, ALL_DISCARDED if discarded else NO_RESPONSE)


def _of(responses: Sequence[Sequence[Response]], question: str) -> Iterator[Response]:
    return (one for record in responses for one in record if one.question == question)


def _are_labels(values: Iterator[object]) -> bool:
    """Return whether values are labels, and not ratings, rankings or spans; nothing yet is none."""
    present = [value for value in values if value is not None]
    return bool(present) and all(
        isinstance(value, str) or (isinstance(value, list) and all(isinstance(item, str) for item in value))
        for value in present
    )


def _responses(row: Mapping[str, Any]) -> Iterator[Response]:
    responses = row.get("responses")
    if isinstance(responses, Mapping):
        for question, values in responses.items():
            yield from _values(str(question), values)
    elif isinstance(responses, list):
        for response in responses:
            yield from _user_values(response)
    elif row.keys() >= BEFORE_FEEDBACK:
        status = {"Validated": "submitted", "Discarded": "discarded"}.get(str(row["status"]), "draft")
        yield Response("annotation", row["annotation"], str(row.get("annotation_agent") or ""), status)
    else:
        for name, cell in row.items():
            if name.endswith(RESPONSES):
                yield from _parallel(row, name, cell)
            elif f"{name}{SUGGESTION}" in row:
                yield from _values(name, cell)


def _values(question: str, values: object) -> Iterator[Response]:
    """Read the responses to one question: a list of objects."""
    for value in values if isinstance(values, list) else ():
        if not isinstance(value, Mapping):
            raise NotUnderstoodError(f"the responses to {question!r}: expected objects, got {type(value).__name__}")
        yield Response(question, value.get("value"), _user(value), _status(value.get("status")))


def _user_values(response: object) -> Iterator[Response]:
    """Read the responses of one user, of version 1: an object by question."""
    if not isinstance(response, Mapping):
        raise NotUnderstoodError(f"expected responses as objects, got {type(response).__name__}")
    values = response.get("values") or {}
    if not isinstance(values, Mapping):
        raise NotUnderstoodError(f"expected the values of a response by question, got {type(values).__name__}")
    status = _status(response.get("status"))
    if not values:
        yield Response("", None, _user(response), status)
    for question, value in values.items():
        value = value.get("value") if isinstance(value, Mapping) else value
        yield Response(str(question), value, _user(response), status)


def _parallel(row: Mapping[str, Any], name: str, values: object) -> Iterator[Response]:
    """Read a flat column of values, with those of users and statuses beside it."""
    values = values if isinstance(values, list) else []
    users, statuses = row.get(f"{name}.users") or [], row.get(f"{name}.status") or []
    for index, value in enumerate(values):
        user = str(users[index]) if isinstance(users, list) and index < len(users) else ""
        status = statuses[index] if isinstance(statuses, list) and index < len(statuses) else None
        yield Response(name.removesuffix(RESPONSES), value, user, _status(status))


def _user(response: Mapping[str, Any]) -> str:
    user = response.get("user_id")
    return str(user) if isinstance(user, (str, int)) else ""


def _status(status: object) -> str | None:
    """Return a status; version 2 writes some as ``ResponseStatus.submitted``."""
    return None if status is None else str(status).rpartition(".")[2].lower()


def _fields(row: Mapping[str, Any]) -> Mapping[str, Any]:
    fields = row.get("fields")
    if isinstance(fields, Mapping):
        return fields
    return {name: cell for name, cell in _cells(row).items() if name not in ("id", "_server_id", "external_id")}


def _cells(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is plain of a record: its id, its fields and its metadata."""
    fields, metadata = row.get("fields"), row.get("metadata")
    cells = {
        name: cell for name, cell in row.items()
        if isinstance(cell, (str, int, float)) and RESPONSES not in name and SUGGESTION not in name
        and ".suggestion" not in name and name not in ("annotation", "status", "metadata")
    }  # fmt: skip
    for part in (fields, metadata):
        if isinstance(part, Mapping):
            cells.update((str(name), cell) for name, cell in part.items())
    return cells

"""Small exports as each tool writes them, with what is right to read of them; also where the fuzzer starts."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

STORM, CHEFS, WIDOW = "A storm sinks the fleet.", "Two chefs share a food truck.", "A widow hires a detective."


class Sample(NamedTuple):
    """A file and what is right.

    Parameters
    ----------
    name : str
        Of the file.
    content : str
    tool : str
        As ``--format`` has it.
    labels : dict of str to tuple of str
        Labels of each text that is used.
    left_out : dict of str to int
        Rows that are not, by kind.
    """

    name: str
    content: str
    tool: str
    labels: dict[str, tuple[str, ...]]
    left_out: dict[str, int] = {}  # noqa: RUF012


def lines(records: Sequence[dict[str, Any]]) -> str:
    return "".join(json.dumps(record) + "\n" for record in records)


def choice(*names: str, question: str = "topic") -> dict[str, Any]:
    """A result of a Choices control, as in labelstud.io/guide/task_format."""
    value = {"choices": list(names)}
    return {"id": "a1", "from_name": question, "to_name": "text", "type": "choices", "value": value}


def task(number: int, text: str, *annotations: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": number, "data": {"text": text, "year": 1990 + number}, "annotations": list(annotations),
        "predictions": [{"model_version": "1", "score": 0.5, "result": [choice("Wrong")]}], "project": 1,
    }  # fmt: skip


def annotation(*results: dict[str, Any], by: int = 1, cancelled: bool = False) -> dict[str, Any]:
    return {"id": 10 + by, "completed_by": by, "was_cancelled": cancelled, "result": list(results), "lead_time": 1.5}


def min_row(number: int, text: str, topic: object, by: int = 1, annotated: bool = True) -> dict[str, Any]:
    """A row of JSON-MIN; one choice is text, several are an object."""
    row = {
        "id": number, "text": text, "annotator": by, "annotation_id": number * 10 + by if annotated else None,
        "created_at": "2024-01-01", "updated_at": "2024-01-01", "lead_time": 1.5,
    }  # fmt: skip
    return {**row, "topic": topic} if annotated else row


LABEL_STUDIO = json.dumps([
    task(1, STORM, annotation(choice("War", "Drama"))),
    task(2, CHEFS, annotation(choice("Comedy")), annotation(choice("War"), by=2, cancelled=True)),
    task(3, WIDOW, annotation()),
    task(4, "skipped", annotation(cancelled=True)),
    task(5, "not seen"),
])  # fmt: skip
LABEL_STUDIO_MIN = json.dumps([
    min_row(1, STORM, {"choices": ["War", "Drama"]}), min_row(2, CHEFS, "Comedy"), min_row(3, WIDOW, "Drama"),
    min_row(4, "not seen", None, annotated=False),
])  # fmt: skip
LABEL_STUDIO_CSV = (
    "annotation_id,annotator,created_at,id,lead_time,text,topic,updated_at\n"
    f'11,1,2024,1,1.5,{STORM},"{{""choices"": [""War"", ""Drama""]}}",2024\n'
    f"12,1,2024,2,1.5,{CHEFS},Comedy,2024\n13,1,2024,3,1.5,{WIDOW},Drama,2024\n"
)
DOCCANO = lines([
    {"id": 1, "text": STORM, "label": ["Drama", "War"], "Comments": []},
    {"id": 2, "text": CHEFS, "label": ["Comedy"], "Comments": ["sure?"]},
    {"id": 3, "text": WIDOW, "label": ["Drama"], "Comments": []},
])  # fmt: skip
DOCCANO_CSV = f"id,text,label,Comments\n1,{STORM},Drama#War,\n2,{CHEFS},Comedy,sure?\n3,{WIDOW},Drama,\n"
OPTIONS = [{"id": name, "text": name} for name in ("War", "Drama", "Comedy")]


def choose(text: str, *names: str, answer: str = "accept") -> dict[str, Any]:
    return {
        "text": text, "options": OPTIONS, "accept": list(names), "answer": answer, "_input_hash": len(text),
        "_task_hash": len(names), "_view_id": "choice", "config": {"choice_style": "multiple"}, "meta": {"page": 3},
    }  # fmt: skip


def ask(text: str, label: str, answer: str) -> dict[str, Any]:
    return {"text": text, "label": label, "answer": answer, "_input_hash": len(text), "_view_id": "classification"}


PRODIGY = lines([
    choose(STORM, "War", "Drama"), choose(CHEFS, "Comedy"), choose(WIDOW),
    choose("rejected", "War", answer="reject"), choose("ignored", answer="ignore"),
])  # fmt: skip
PRODIGY_BINARY = lines([
    ask(STORM, "War", "accept"), ask(CHEFS, "War", "reject"), ask(STORM, "Drama", "accept"),
    ask(CHEFS, "Comedy", "accept"), ask(STORM, "Comedy", "ignore"), ask(WIDOW, "Drama", "accept"),
])  # fmt: skip
PRODIGY_CATS = lines([
    {"text": STORM, "cats": {"War": 1.0, "Comedy": 0.0}, "answer": "accept", "_task_hash": 1},
    {"text": CHEFS, "cats": {"War": 0.0, "Comedy": 1.0}, "answer": "accept", "_task_hash": 2},
    {"text": "no", "cats": {"War": 0.0, "Comedy": 1.0}, "answer": "reject", "_task_hash": 3},
])  # fmt: skip
SPACY = lines([
    {"text": STORM, "cats": {"War": 1, "Comedy": 0, "Drama": True}},
    {"text": CHEFS, "cats": {"War": 0, "Comedy": 1, "Drama": 0}},
])  # fmt: skip
U1, U2 = "4c4b7a3e-0000-4000-8000-000000000001", "4c4b7a3e-0000-4000-8000-000000000002"


def record(text: str, responses: object, **more: Any) -> dict[str, Any]:
    suggestions = {"topic": {"value": ["Wrong"], "score": None, "agent": "model"}}
    return {
        "id": text[:5], "fields": {"text": text}, "metadata": {"year": 1999}, "suggestions": suggestions,
        "responses": responses, "vectors": {}, "_server_id": None, **more,
    }  # fmt: skip


def says(*names: str, user: str = U1) -> dict[str, Any]:
    return {"value": list(names), "user_id": user}


def old(*names: str, status: str = "submitted") -> list[dict[str, Any]]:
    return [{"user_id": U1, "status": status, "values": {"topic": {"value": list(names)}} if names else {}}]


ARGILLA = json.dumps([
    record(STORM, {"topic": [says("War", "Drama")]}), record(CHEFS, {"topic": [says("Comedy")]}),
    record("not seen", {}),
])  # fmt: skip
ARGILLA_1 = json.dumps([
    record(STORM, old("War", "Drama")), record(CHEFS, old("Comedy")), record("draft", old("War", status="draft")),
    record("discarded", old(status="discarded")), record("discarded 2", old("War", status="discarded")),
])  # fmt: skip
ARGILLA_FLAT = lines([
    {"id": "1", "text": STORM, "topic.responses": [["War", "Drama"]], "topic.responses.users": [U1],
     "topic.responses.status": ["submitted"], "topic.suggestion": ["Wrong"], "topic.suggestion.score": None},
    {"id": "2", "text": CHEFS, "topic.responses": [["Comedy"]], "topic.responses.users": [U1],
     "topic.responses.status": ["submitted"], "topic.suggestion": None, "topic.suggestion.score": None},
    {"id": "3", "text": "draft", "topic.responses": [["War"]], "topic.responses.users": [U1],
     "topic.responses.status": ["draft"], "topic.suggestion": None, "topic.suggestion.score": None},
])  # fmt: skip
ARGILLA_1_FLAT = lines([
    {"text": STORM, "topic": [{"user_id": U1, "value": ["War", "Drama"], "status": "submitted"}],
     "topic-suggestion": None, "external_id": "1", "metadata": "{}"},
    {"text": CHEFS, "topic": [{"user_id": U1, "value": ["Comedy"], "status": "submitted"}],
     "topic-suggestion": ["War"], "external_id": "2", "metadata": "{}"},
])  # fmt: skip
ARGILLA_0 = lines([
    {"text": STORM, "prediction": [["War", 0.9]], "annotation": ["War", "Drama"], "status": "Validated", "id": "1"},
    {"text": CHEFS, "prediction": None, "annotation": ["Comedy"], "status": "Validated", "id": "2"},
    {"text": "not seen", "prediction": [["War", 0.9]], "annotation": None, "status": "Default", "id": "3"},
    {"text": "no", "prediction": None, "annotation": ["War"], "status": "Discarded", "id": "4"},
])  # fmt: skip
PIPELINE = lines([
    {"text": STORM, "output": [{"label": "War", "score": 0.9}, {"label": "Drama", "score": 0.5}]},
    {"text": CHEFS, "output": [{"label": "Comedy", "score": 0.8}, {"label": "War", "score": 0.1}]},
])  # fmt: skip
ZERO_SHOT = json.dumps([
    {"sequence": STORM, "labels": ["War", "Drama", "Comedy"], "scores": [0.9, 0.6, 0.1]},
    {"sequence": CHEFS, "labels": ["Comedy", "War", "Drama"], "scores": [0.8, 0.2, 0.1]},
])  # fmt: skip

BOTH = {STORM: ("War", "Drama"), CHEFS: ("Comedy",)}
THREE = {**BOTH, WIDOW: ("Drama",)}
SAMPLES = (
    Sample("tasks.json", LABEL_STUDIO, "label-studio", {**BOTH, WIDOW: ()},
           {"skipped by annotators": 1, "not annotated": 1}),
    Sample("min.json", LABEL_STUDIO_MIN, "label-studio", THREE, {"not annotated": 1}),
    Sample("export.csv", LABEL_STUDIO_CSV, "label-studio", THREE),
    Sample("doccano.jsonl", DOCCANO, "doccano", THREE),
    Sample("doccano.csv", DOCCANO_CSV, "doccano", THREE),
    Sample("choices.jsonl", PRODIGY, "prodigy", {**BOTH, WIDOW: ()},
           {"rejected by annotators": 1, "skipped by annotators": 1}),
    Sample("binary.jsonl", PRODIGY_BINARY, "prodigy", THREE,
           {"merged with an earlier row of their text": 2, "skipped by annotators": 1}),
    Sample("cats.jsonl", PRODIGY_CATS, "prodigy", {STORM: ("War",), CHEFS: ("Comedy",)}, {"rejected by annotators": 1}),
    Sample("spacy.jsonl", SPACY, "spacy", BOTH),
    Sample("argilla.json", ARGILLA, "argilla", BOTH, {"not annotated": 1}),
    Sample("argilla_1.json", ARGILLA_1, "argilla", BOTH, {"discarded by annotators": 2, "not annotated": 1}),
    Sample("argilla_flat.jsonl", ARGILLA_FLAT, "argilla", BOTH, {"not annotated": 1}),
    Sample("argilla_1_flat.jsonl", ARGILLA_1_FLAT, "argilla", BOTH),
    Sample("argilla_0.jsonl", ARGILLA_0, "argilla", BOTH, {"not annotated": 1, "discarded by annotators": 1}),
    Sample("output.jsonl", PIPELINE, "pipeline", BOTH),
    Sample("zero_shot.json", ZERO_SHOT, "pipeline", BOTH),
)  # fmt: skip

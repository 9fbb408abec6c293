"""The OpenAPI document with the bundle's own labels, and a page that shows it without asking anyone else."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from multitag.serve.http.keys import ApiKeys
from multitag.serve.http.refusals import STATUS, error_body
from multitag.serve.routes.schemas import ErrorResponse
from multitag.serve.scoring.model import WARM_UP, ServedModel
from multitag.serve.service import Service

REFUSED = {
    "malformed": "the body is not valid JSON in UTF-8: NaN is not a JSON number",
    "unauthorized": "expected a key of this service, as Authorization: Bearer KEY or X-API-Key: KEY",
    "timeout": "the body did not arrive within 10 seconds",
    "too_large": "expected at most 128 texts in a request, got 200",
    "invalid": "texts: missing; expected a list of at least one text, or pair of texts",
    "overloaded": "the queue is full; ask again later",
    "headers_too_large": "expected at most 100 headers and 65536 bytes of them; send fewer",
    "unavailable": "no answer within 20 seconds; ask again later",
}
DESCRIPTIONS = {
    "malformed": "The body is not strict JSON in UTF-8.",
    "unauthorized": "The service asks for a key, and none of its own came.",
    "timeout": "The body stopped half way.",
    "too_large": "The body, the number of texts or a text is beyond a limit.",
    "invalid": "The body is JSON, but not what is expected.",
    "overloaded": "The queue is full; Retry-After says when to ask again.",
    "headers_too_large": "More than 64 KB or 100 of headers.",
    "unavailable": "No answer in time, or the service is ending.",
}


def documented_refusals(*kinds: str) -> dict[int | str, dict[str, Any]]:
    """Return what FastAPI takes as ``responses``: each kind of error with an example."""
    return {
        STATUS[kind]: {
            "model": ErrorResponse,
            "description": DESCRIPTIONS[kind],
            "content": {"application/json": {"example": error_body(STATUS[kind], REFUSED[kind])}},
        }
        for kind in kinds or REFUSED
    }


def document(app: FastAPI, service: Service, keys: ApiKeys) -> None:
    """Have the app describe itself with examples of the model that it serves."""
    made: dict[str, dict[str, Any]] = {}

    def openapi() -> dict[str, Any]:
        model = service.model
        if model.fingerprint not in made:
            made.clear()
            made[model.fingerprint] = _openapi(app, model, keys)
        return made[model.fingerprint]

    app.openapi = openapi  # type: ignore[method-assign]  # as FastAPI's documentation has it


def _openapi(app: FastAPI, model: ServedModel, keys: ApiKeys) -> dict[str, Any]:
    values = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
    paths = values["paths"]
    for path, (request, answer) in _examples(model).items():
        if path in paths:
            operation = paths[path]["post"]
            operation["requestBody"]["content"]["application/json"]["example"] = request
            operation["responses"]["200"]["content"]["application/json"]["example"] = answer
    if keys:
        schemes = {"bearer": {"type": "http", "scheme": "bearer"}}
        values.setdefault("components", {})["securitySchemes"] = schemes
        for path, operations in paths.items():
            if path.startswith(("/v1/", "/predict", "/metrics")):
                for operation in operations.values():
                    operation["security"] = [{"bearer": []}]
    return values


def _examples(model: ServedModel) -> dict[str, tuple[Any, Any]]:
    """Return a request and its answer for each path that has a body."""
    probabilities = {name: round(value, 4) for name, value in model.example.items()}
    cuts = dict(zip(model.classifier.label_names, map(float, model.classifier.cuts), strict=True))
    ranked = sorted(probabilities, key=lambda name: -probabilities[name])
    prediction = {
        "labels": [name for name in ranked if model.example[name] >= cuts[name]],
        "probabilities": probabilities, "thresholds": cuts, "truncated": False,
    }  # fmt: skip
    words = [{"text": "detective", "start": 10, "end": 19, "effect": 0.12}]
    return {
        "/v1/predict": (
            {"texts": [WARM_UP]},
            {"predictions": [prediction], "decided_by": "bundle", "fingerprint": model.fingerprint},
        ),
        "/v1/explain": (
            {"text": WARM_UP},
            {
                "label": ranked[0], "probability": probabilities[ranked[0]], "words": words, "truncated": False,
                "fingerprint": model.fingerprint,
            },
        ),
        "/predict": ({"inputs": WARM_UP}, [{"score": probabilities[name], "label": name} for name in ranked]),
    }  # fmt: skip

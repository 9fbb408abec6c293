"""POST /v1/predict and POST /v1/explain."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np
from fastapi import APIRouter, Request, Response
from numpy.typing import NDArray

from multitag.errors import ConfigError
from multitag.evaluation.thresholds.thresholds import apply_thresholds
from multitag.inference.classifier import Classifier
from multitag.inference.prediction import ranked_labels
from multitag.serve.http.refusals import Refusal
from multitag.serve.http.strict_json import StrictRoute
from multitag.serve.routes.checked import check_texts
from multitag.serve.routes.schemas import ExplainRequest, ExplainResponse, PredictRequest, PredictResponse
from multitag.serve.scoring.model import ServedModel
from multitag.serve.service import Scored, Service


def predict_router(service: Service, refusals: dict[int | str, dict[str, Any]]) -> APIRouter:
    """Return the routes; ``refusals`` documents their errors."""
    router = APIRouter(route_class=StrictRoute, responses=refusals)

    @router.post("/v1/predict", responses={200: {"model": PredictResponse}}, response_class=Response)
    async def predict(body: PredictRequest, request: Request) -> Response:
        """Label texts."""
        texts = check_texts(body.texts, service.settings)
        _cuts(service.model.classifier, body)  # a mistake is told before anything is computed
        scored = await service.score(texts, request.receive)
        answer = _answer(scored, body)
        service.measures.predictions(label for one in answer["predictions"] for label in one["labels"])
        return json_response(answer)

    @router.post("/v1/explain", responses={200: {"model": ExplainResponse}}, response_class=Response)
    async def explain(body: ExplainRequest, request: Request) -> Response:
        """Tell how much each word of a text counts for a label: by leaving it out."""
        check_texts([body.text], service.settings)
        names = service.model.classifier.label_names
        if body.label is not None and body.label not in names:
            raise Refusal("invalid", f"label: {body.label[:100]!r} is none of the model's labels; /v1/model lists them")
        limit = service.settings.explain_words
        if body.max_words is not None and body.max_words > limit:
            raise Refusal("invalid", f"max_words: expected at most {limit}, the service's limit, got {body.max_words}")
        most = body.max_words or limit

        def explain_with(model: ServedModel) -> dict[str, Any]:
            explanation = model.classifier.explain(body.text, body.label, max_words=most)
            return {**asdict(explanation), "fingerprint": model.fingerprint}

        try:
            return json_response(await service.call(explain_with, request.receive))
        except ConfigError as error:  # the label is not one of a bundle that was swapped in meanwhile
            raise Refusal("invalid", str(error)) from error

    return router


def json_response(values: object) -> Response:
    """Answer with JSON, not checked against its schema once more: large answers are many numbers."""
    body = json.dumps(values, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return Response(body.encode("utf-8"), media_type="application/json")


def _cuts(classifier: Classifier, body: PredictRequest) -> NDArray[np.float64]:
    """Return the probability from which each label is predicted, shape (n_labels,)."""
    threshold, names = body.threshold, classifier.label_names
    if classifier.guarantee is not None and (threshold is not None or body.top_k is not None):
        raise Refusal(
            "invalid", "threshold, top_k: would give other labels than the guarantee holds for; leave them out"
        )
    if body.top_k is not None and body.top_k > len(names):
        raise Refusal("invalid", f"top_k: expected at most {len(names)}, the model's labels, got {body.top_k}")
    if isinstance(threshold, Mapping):
        unknown = sorted(set(threshold) - set(names))
        if unknown:
            name = unknown[0][:100]
            raise Refusal("invalid", f"threshold: {name!r} is none of the model's labels; /v1/model lists them")
        own = zip(names, classifier.cuts, strict=True)
        return np.array([threshold.get(name, cut) for name, cut in own], dtype=np.float64)
    return classifier.cuts if threshold is None else np.full(len(names), threshold, dtype=np.float64)


def _answer(scored: Scored, body: PredictRequest) -> dict[str, Any]:
    classifier, y_prob = scored.model.classifier, scored.y_prob
    names, cuts = classifier.label_names, _cuts(scored.model.classifier, body)
    y_pred = apply_thresholds(y_prob, cuts, top_k=body.top_k)
    thresholds = None if body.top_k is not None else dict(zip(names, cuts.tolist(), strict=True))
    predictions = []
    for probabilities, predicted, truncated in zip(y_prob, y_pred, scored.truncated, strict=True):
        labels = list(ranked_labels(names, probabilities, predicted))
        one: dict[str, Any] = {"labels": labels, "truncated": truncated}
        if not body.labels_only:
            one["probabilities"] = dict(zip(names, probabilities.tolist(), strict=True))
            one["thresholds"] = thresholds
        predictions.append(one)
    decided_by = "top_k" if body.top_k is not None else "bundle" if body.threshold in (None, {}) else "request"
    return {"predictions": predictions, "decided_by": decided_by, "fingerprint": scored.model.fingerprint}

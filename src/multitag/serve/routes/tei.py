"""POST /predict as text-embeddings-inference answers it, with the sigmoid that a multi-label model needs."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from multitag.evaluation.log_odds import logit
from multitag.serve.http.refusals import Refusal
from multitag.serve.http.strict_json import StrictRoute
from multitag.serve.routes.checked import check_texts
from multitag.serve.routes.predict import json_response
from multitag.serve.routes.schemas import OneText, Pair
from multitag.serve.service import Service

Single = Annotated[list[OneText], Field(min_length=1, max_length=1)]
Batch = Annotated[list[Single | Pair], Field(min_length=1)]


class TeiRequest(BaseModel):
    """Inputs as TEI takes them; keys that it does not know are ignored, as there."""

    inputs: Annotated[
        OneText | Single | Pair | Batch,
        Field(description="A text, a pair of texts, or a batch: a list of lists of one text or of two."),
    ]
    truncate: Annotated[
        bool | None,
        Field(strict=True, description="Cut texts that are longer than the model reads; false refuses them."),
    ] = None
    truncation_direction: Annotated[
        Literal["Right", "right", "Left", "left"] | None, Field(description="Only Right: the start of a text is read.")
    ] = None
    raw_scores: Annotated[bool, Field(strict=True, description="Scores before sigmoid and calibration.")] = False


class TeiScore(BaseModel):
    """A label and its score."""

    score: float
    label: str


def tei_router(service: Service, refusals: dict[int | str, dict[str, Any]]) -> APIRouter:
    """Return the route."""
    router = APIRouter(route_class=StrictRoute, responses=refusals)
    settings = service.settings

    @router.post(
        "/predict",
        responses={200: {"model": list[TeiScore] | list[list[TeiScore]]}},
        response_class=Response,
    )
    async def predict(body: TeiRequest, request: Request) -> Response:
        """Score every label, the highest first."""
        if body.truncation_direction in ("Left", "left"):
            raise Refusal("invalid", "truncation_direction: expected Right, got Left: the start of a text is read")
        several = isinstance(body.inputs, list) and isinstance(body.inputs[0], list)
        inputs: Any = body.inputs if several else [body.inputs]
        texts = check_texts([one[0] if isinstance(one, list) and len(one) == 1 else one for one in inputs], settings)
        scored = await service.score(texts, request.receive)
        if body.truncate is False and any(scored.truncated):
            longest = scored.model.classifier.max_length
            raise Refusal("too_large", f"inputs must have at most {longest} tokens; ask with truncate: true")
        scores = logit(scored.y_raw) if body.raw_scores else scored.y_prob
        answer = [
            sorted(
                ({"score": score, "label": name} for name, score in zip(names, row.tolist(), strict=True)),
                key=lambda one: -one["score"],
            )
            for names, row in ((scored.model.classifier.label_names, row) for row in scores)
        ]
        return json_response(answer if several else answer[0])

    return router

"""GET /v1/model and the bundle's download."""

from __future__ import annotations

import asyncio
from typing import Any

from fastapi import APIRouter, Response
from fastapi.responses import FileResponse

from multitag.errors import MultitagError
from multitag.serve.http.refusals import Refusal
from multitag.serve.routes.predict import json_response
from multitag.serve.routes.schemas import ModelResponse
from multitag.serve.service import Service

SHOWN_LIMITS = ("max_body_bytes", "max_texts", "max_characters", "answer_timeout", "explain_words")


def model_router(service: Service, refusals: dict[int | str, dict[str, Any]]) -> APIRouter:
    """Return the routes; the download is there only where it is allowed."""
    router = APIRouter(responses=refusals)
    settings = service.settings

    @router.get("/v1/model", responses={200: {"model": ModelResponse}}, response_class=Response)
    async def model() -> Response:
        """Tell what is served: labels, thresholds, figures, card and limits."""
        limits = {name: getattr(settings, name) for name in SHOWN_LIMITS}
        more = {"examples": [], "allow_download": settings.allow_download, "limits": limits}
        return json_response({**service.model.facts(), **more})

    if settings.allow_download:
        ranges: dict[int | str, dict[str, Any]] = {
            206: {"description": "The part that was asked for.", "content": {"application/zip": {}}},
            416: {"description": "There is no such part.", "content": {"text/plain": {}}},
        }

        @router.get("/v1/bundle.zip", responses=ranges, response_class=FileResponse)
        async def bundle() -> FileResponse:
            """Send the bundle as a zip, the one that multitag pack makes."""
            served = service.model
            try:
                path = await asyncio.to_thread(served.packed)
            except MultitagError as error:
                raise Refusal("unavailable", str(error)) from error
            return FileResponse(path, filename=f"{served.name}.zip", media_type="application/zip")

    return router

"""GET /livez, /readyz and /metrics: for the machines that watch."""

from __future__ import annotations

import asyncio
from typing import Any

from fastapi import APIRouter, Response

from multitag.serve.http.refusals import Refusal
from multitag.serve.measures import CONTENT_TYPE
from multitag.serve.routes.schemas import Health
from multitag.serve.service import Service


def health_router(service: Service, refusals: dict[int | str, dict[str, Any]]) -> APIRouter:
    """Return the routes; none of them waits behind work."""
    router = APIRouter()
    unavailable: dict[int | str, dict[str, Any]] = {503: refusals[503]}

    @router.get("/livez", response_model=Health)
    async def livez() -> dict[str, str]:
        """Tell that the process answers."""
        return {"status": "alive"}

    @router.get("/readyz", response_model=Health, responses=unavailable)
    async def readyz() -> dict[str, str]:
        """Tell whether requests are welcome: the model is warm, and the service not about to end."""
        if service.draining:
            raise Refusal("unavailable", "the service is ending; ask another one")
        return {"status": "ready"}

    @router.get("/metrics", responses={401: refusals[401]}, response_class=Response)
    async def metrics() -> Response:
        """Return figures in Prometheus' format."""
        return Response(await asyncio.to_thread(service.measures.page), media_type=CONTENT_TYPE)

    return router

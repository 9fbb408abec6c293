"""Bodies read as strict JSON: what parsers disagree on is refused before anything is made of it."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute

from multitag.bundle.strict_json import parse_strictly
from multitag.errors import printable
from multitag.serve.http.refusals import Refusal


class StrictRequest(Request):
    """A request whose JSON holds no NaN, no key twice, no half of a surrogate pair, and is not deep."""

    async def json(self) -> Any:
        """Return the body's value; refuses what is not strict JSON with 400."""
        try:
            return parse_strictly(await self.body())
        except ValueError as error:  # UnicodeDecodeError too
            reason = printable(str(error))[:200]
            raise Refusal("malformed", f"the body is not valid JSON in UTF-8: {reason}") from error


class StrictRoute(APIRoute):
    """A route whose handler gets a :class:`StrictRequest`."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the usual handler, on a strict request."""
        handle = super().get_route_handler()

        async def handle_strictly(request: Request) -> Response:
            return await handle(StrictRequest(request.scope, request.receive))

        return handle_strictly

"""The outermost layer: request ids, keys, early refusals, limits, headers, figures and logs of every request."""

from __future__ import annotations

import asyncio
import json
import logging
import re
import time
import uuid
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import Any

from multitag.serve.http.keys import ApiKeys
from multitag.serve.http.protocol import DEADLINE
from multitag.serve.http.refusals import FAILED, Refusal, error_body
from multitag.serve.service import Service

log = logging.getLogger("multitag.serve")

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]

SCORING = ("/v1/predict", "/v1/explain", "/predict")
GUARDED = ("/v1/", "/predict", "/metrics", "/openapi.json")
READING = ("/openapi.json", "/livez", "/readyz", "/metrics", "/v1/model", "/v1/bundle.zip")
KNOWN = ("/", "/docs", *READING, *SCORING)
REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")
HEADERS = (
    (b"content-security-policy", (
        b"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        b"font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
)  # fmt: skip


@dataclass
class _Exchange:
    """What is known of a request and its answer."""

    request_id: str
    began: float
    status: int = 0
    finished: bool = False


class Gate:
    """An ASGI application around another one.

    Parameters
    ----------
    app : ASGI application
    service : Service
    keys : ApiKeys
    """

    def __init__(self, app: App, service: Service, keys: ApiKeys) -> None:
        self._app, self._service, self._keys = app, service, keys
        self._max_body = service.settings.max_body_bytes
        optional = {"/v1/bundle.zip": service.settings.allow_download, "/predict": service.settings.dialect == "tei"}
        self._methods = {
            path: methods
            for paths, methods in ((READING, ("GET", "HEAD")), (SCORING, ("POST",)))
            for path in paths
            if optional.get(path, True)
        }

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        method = scope["method"]
        exchange = _Exchange(_request_id(scope["headers"]), time.perf_counter())

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                exchange.status = message["status"]
                present = {name for name, _ in message["headers"]}
                added = [*HEADERS, (b"x-request-id", exchange.request_id.encode()), (b"cache-control", b"no-store")]
                message["headers"] = [
                    *message["headers"], *((name, value) for name, value in added if name not in present)
                ]  # fmt: skip
            elif method == "HEAD":
                message = {**message, "body": b""}
            await send(message)
            exchange.finished = message["type"] == "http.response.body" and not message.get("more_body", False)

        try:
            self._check(scope)
            if scope["method"] == "HEAD" and scope["path"] in self._methods:  # FastAPI's routes have none
                scope = {**scope, "method": "GET"}
            await self._app(scope, self._limited(receive, scope.get(DEADLINE)), send_with_headers)
        except Refusal as refusal:
            await _answer(send_with_headers, refusal.status_code, refusal.detail, dict(refusal.headers or {}))
        except Exception:
            log.exception("a request failed", extra={"request_id": exchange.request_id})
            if exchange.status and not exchange.finished:  # all that is left is to break the answer off
                raise
            if not exchange.status:
                await _answer(send_with_headers, 500, FAILED, {})
        finally:
            self._record({**scope, "method": method}, exchange)

    def _check(self, scope: MutableMapping[str, Any]) -> None:
        """Refuse what need not be read."""
        path = scope["path"]
        if path.startswith(GUARDED) and scope["method"] != "OPTIONS" and not self._keys.allow(scope["headers"]):
            raise Refusal(
                "unauthorized", "expected a key of this service, as Authorization: Bearer KEY or X-API-Key: KEY"
            )
        allowed = self._methods.get(path)
        if allowed is not None and scope["method"] not in allowed:
            raise Refusal("method_not_allowed", f"expected {allowed[0]}", {"Allow": ", ".join(allowed)})
        length = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
        if length.isdigit() and int(length[:20]) > self._max_body:
            raise self._too_large()
        if path in SCORING and scope["method"] == "POST" and self._service.queue.is_full:
            raise Refusal("overloaded", "the queue is full; ask again later")

    def _limited(self, receive: Receive, deadline: float | None) -> Receive:
        """Count the body while it is read, as a chunked one says no length before, and wait no longer than agreed."""
        read, whole = 0, False

        async def receive_limited() -> Message:
            nonlocal read, whole
            try:
                async with asyncio.timeout_at(None if whole else deadline):
                    message = await receive()
            except TimeoutError as error:
                seconds = self._service.settings.receive_timeout
                raise Refusal("timeout", f"the body did not arrive within {seconds:g} seconds") from error
            read += len(message.get("body", b""))
            if read > self._max_body:
                raise self._too_large()
            whole = not message.get("more_body", False)
            return message

        return receive_limited

    def _too_large(self) -> Refusal:
        return Refusal("too_large", f"the body is larger than {self._max_body} bytes; send fewer texts at a time")

    def _record(self, scope: MutableMapping[str, Any], exchange: _Exchange) -> None:
        path = scope["path"] if scope["path"] in KNOWN else "/page" if scope["path"].startswith("/page/") else "other"
        seconds = time.perf_counter() - exchange.began
        self._service.measures.request(path, exchange.status, seconds)
        if path in ("/livez", "/readyz", "/metrics") and exchange.status == 200:
            return  # asked every few seconds by machines
        log.info(
            "request",
            extra={
                "request_id": exchange.request_id, "method": scope["method"], "path": path,
                "status": exchange.status, "milliseconds": round(seconds * 1000, 1),
            },
        )  # fmt: skip


async def _answer(send: Send, status: int, message: str, headers: dict[str, str]) -> None:
    body = json.dumps(error_body(status, message)).encode()
    lines = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    start = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode()), *lines]
    await send({"type": "http.response.start", "status": status, "headers": start})
    await send({"type": "http.response.body", "body": body})


def _request_id(headers: list[tuple[bytes, bytes]]) -> str:
    """Return the client's own request id where it is harmless, otherwise a new one."""
    offered = next((value for name, value in headers if name == b"x-request-id"), b"")
    return offered.decode("ascii") if REQUEST_ID.fullmatch(offered) else uuid.uuid4().hex

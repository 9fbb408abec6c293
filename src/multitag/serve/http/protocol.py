"""HTTP/1.1 with deadlines: uvicorn has none for receiving a request, nor for a client that does not read."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from multitag.serve.http.refusals import error_body

STALLED = 30.0  # seconds in which a client reads nothing of its answer


class DeadlineProtocol(HttpToolsProtocol):
    """A connection that is closed where its client is too slow; see :func:`protocol_with`."""

    receive_timeout: float
    max_connections: int

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        self._receiving: asyncio.TimerHandle | None = None
        self._writing: asyncio.TimerHandle | None = None
        self._incomplete = False  # whether a request has begun and not ended

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Close the connection where there are too many; otherwise its first request must arrive in time."""
        super().connection_made(transport)
        if len(self.connections) > self.max_connections:
            transport.abort()
            return
        self._expect_request()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the deadlines."""
        super().connection_lost(exc)
        self._stop_receiving()
        self._stop_writing()

    def data_received(self, data: bytes) -> None:
        """Begin the deadline of a request at its first byte."""
        if self._receiving is None and not self._incomplete:
            self._expect_request()
        super().data_received(data)

    def on_message_begin(self) -> None:
        """Note that a request has begun."""
        self._incomplete = True
        super().on_message_begin()

    def on_message_complete(self) -> None:
        """Note that the request is whole."""
        self._incomplete = False
        self._stop_receiving()
        super().on_message_complete()

    def pause_writing(self) -> None:
        """Begin the deadline of a client that does not read."""
        super().pause_writing()
        self._writing = self.loop.call_later(STALLED, self.transport.abort)

    def resume_writing(self) -> None:
        """End it: the client reads."""
        super().resume_writing()
        self._stop_writing()

    def send_400_response(self, msg: str) -> None:
        """Answer what is not HTTP in the form of every other refusal."""
        body = json.dumps(error_body(400, msg)).encode()
        self.transport.write(
            b"HTTP/1.1 400 Bad Request\r\ncontent-type: application/json\r\nconnection: close\r\n"
            b"content-length: %d\r\n\r\n%s" % (len(body), body)
        )
        self.transport.close()

    def _expect_request(self) -> None:
        self._receiving = self.loop.call_later(self.receive_timeout, self.transport.abort)

    def _stop_receiving(self) -> None:
        if self._receiving is not None:
            self._receiving.cancel()
            self._receiving = None

    def _stop_writing(self) -> None:
        if self._writing is not None:
            self._writing.cancel()
            self._writing = None


def protocol_with(receive_timeout: float, max_connections: int) -> type[DeadlineProtocol]:
    """Return a protocol with its limits set: uvicorn makes one for each connection and passes none."""
    limits = {"receive_timeout": receive_timeout, "max_connections": max_connections}
    return type("LimitedProtocol", (DeadlineProtocol,), limits)

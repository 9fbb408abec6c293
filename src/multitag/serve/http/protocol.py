"""HTTP/1.1 with deadlines and bounded headers: uvicorn has none of them."""

from __future__ import annotations

import asyncio
import json
import logging
from http import HTTPStatus
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from multitag.serve.http.refusals import error_body

log = logging.getLogger("multitag.serve")

STALLED = 30.0  # seconds in which a client reads nothing of its answer
LINGER = 2.0  # seconds in which the rest of a refused request is read and dropped: closed at once, the answer is lost
MAX_HEAD_BYTES, MAX_HEADERS = 2**16, 100  # of the first line and all headers; of the headers
PIECE = 2**14  # bytes given to the parser at once: it keeps a header until it is whole
DEADLINE = "multitag.deadline"  # in the ASGI scope: the loop's time by which the body must be there


class DeadlineProtocol(HttpToolsProtocol):
    """A connection that is closed where its client is too slow; see :func:`protocol_with`."""

    receive_timeout: float
    max_connections: int

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        self._receiving: asyncio.TimerHandle | None = None
        self._writing: asyncio.TimerHandle | None = None
        self._incomplete = False  # whether a request has begun and not ended
        self._has_head = False  # whether its headers are whole
        self._kept = 0  # bytes that the parser got since it last gave something: a first line, headers or trailers
        self._head_bytes = 0
        self._too_large = self._refused = False

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
        """Begin the deadline of a request at its first byte, and refuse headers as soon as they are too large."""
        if self._receiving is None and not self._incomplete:
            self._expect_request()
        for start in range(0, len(data), PIECE):
            if self._refused or self.transport.is_closing():
                return
            piece = data[start : start + PIECE]
            self._kept += len(piece)
            super().data_received(piece)
            if self._kept > MAX_HEAD_BYTES and not self._refused:
                self._refuse_headers()

    def on_message_begin(self) -> None:
        """Note that a request has begun."""
        self._incomplete, self._has_head, self._kept, self._head_bytes = True, False, 0, 0
        super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        """Count the headers, and the trailers of a body in chunks."""
        super().on_header(name, value)
        self._head_bytes += len(name) + len(value) + 4  # a colon, a space and the end of the line
        self._too_large = len(self.headers) > MAX_HEADERS or len(self.url) + self._head_bytes > MAX_HEAD_BYTES
        if self._too_large:
            raise ValueError("too large")  # ends the parser, whose error comes to send_400_response

    def on_headers_complete(self) -> None:
        """Pass on by when the body must be there."""
        self._has_head, self._kept = True, 0
        if self._receiving is not None:
            self.scope[DEADLINE] = self._receiving.when()  # type: ignore[literal-required]
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Forget what the parser got: it keeps nothing of a body."""
        self._kept = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        """Note that the request is whole."""
        self._incomplete, self._kept = False, 0
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
        """Answer what the parser could not read: no HTTP, or a header too many."""
        if self._too_large:
            self._refuse_headers()
        else:
            self._refuse(400, "this is not HTTP/1.1")

    def _refuse_headers(self) -> None:
        self._refuse(431, f"expected at most {MAX_HEADERS} headers and {MAX_HEAD_BYTES} bytes of them; send fewer")

    def _refuse(self, status: int, message: str) -> None:
        """Answer in the form of every other refusal, below ASGI, and close the connection."""
        self._refused = True
        log.info("request", extra={"path": "other", "status": status})
        self._stop_receiving()
        if self.cycle is not None and not self.cycle.response_complete:  # another answer would get into this one's
            self.transport.abort()
            return
        body = json.dumps(error_body(status, message)).encode()
        self.transport.write(
            b"HTTP/1.1 %d %s\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: %d\r\n\r\n%s"
            % (status, HTTPStatus(status).phrase.encode(), len(body), body)
        )
        self.transport.write_eof()
        self._receiving = self.loop.call_later(LINGER, self.transport.abort)

    def _expect_request(self) -> None:
        self._receiving = self.loop.call_later(self.receive_timeout, self._end_receiving)

    def _end_receiving(self) -> None:
        """Close a connection whose request is not there in time; the gate answers where the body is missing."""
        self._receiving = None
        if self._has_head and self._incomplete:
            self._receiving = self.loop.call_later(LINGER, self.transport.abort)
        elif self._incomplete:
            self._refuse(408, f"the request did not arrive within {self.receive_timeout:g} seconds")
        else:
            self.transport.abort()

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

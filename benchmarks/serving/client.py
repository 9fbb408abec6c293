"""A lean HTTP/1.1 client on asyncio: it shares the machine with the server and must take little of it."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Answer:
    """What came back.

    Parameters
    ----------
    status : int
        0 where the connection failed.
    body : bytes
    seconds : float
        From the first byte sent to the last received.
    """

    status: int
    body: bytes
    seconds: float

    def json(self) -> Any:
        """Return the value of the body."""
        return json.loads(self.body)


class Connection:
    """One connection, opened when needed and kept."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def get(self, path: str) -> Answer:
        """Ask for a path."""
        return await self._ask(f"GET {path} HTTP/1.1\r\nHost: a\r\n\r\n".encode())

    async def predict(self, texts: list[str]) -> Answer:
        """Ask for the labels of texts."""
        return await self._ask(request(texts))

    async def _ask(self, message: bytes) -> Answer:
        began = time.perf_counter()
        try:
            if self._streams is None:
                self._streams = await asyncio.open_connection("127.0.0.1", self._port, limit=2**24)
            reader, writer = self._streams
            writer.write(message)
            head = await reader.readuntil(b"\r\n\r\n")
            lines = head.lower().split(b"\r\n")
            length = next(int(line.partition(b":")[2]) for line in lines if line.startswith(b"content-length:"))
            body = await reader.readexactly(length)
        except (OSError, asyncio.IncompleteReadError):
            self.close()
            return Answer(0, b"", time.perf_counter() - began)
        if b"connection: close" in lines:
            self.close()
        return Answer(int(head[9:12]), body, time.perf_counter() - began)

    def close(self) -> None:
        """Close it, if it is open."""
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None


def request(texts: list[str]) -> bytes:
    """Return the bytes of a request for the labels of texts."""
    body = json.dumps({"texts": texts}).encode()
    head = b"POST /v1/predict HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
    return head % len(body) + body

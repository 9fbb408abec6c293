"""The server under load, in a process of its own."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import psutil
from benchmarks.serving.client import Connection


@dataclass(frozen=True)
class Running:
    """A server that is ready.

    Parameters
    ----------
    port : int
    process : psutil.Process
    """

    port: int
    process: psutil.Process

    def megabytes(self) -> float:
        """Return the memory that it holds."""
        return float(self.process.memory_info().rss) / 2**20

    def reload(self) -> None:
        """Have it load its bundle again."""
        self.process.send_signal(signal.SIGHUP)

    async def waiting(self) -> int:
        """Return how many texts wait in its queue."""
        page = (await Connection(self.port).get("/metrics")).body.decode()
        values = dict(line.rsplit(" ", 1) for line in page.splitlines() if not line.startswith("#"))
        return int(float(values["multitag_queue_texts"]))


@contextlib.asynccontextmanager
async def running(bundle: Path, *options: str) -> AsyncIterator[Running]:
    """Start a server and end it, which must give 0."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "multitag", "serve", str(bundle), "--port", str(port), *options]
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(command, stderr=log)
        try:
            deadline = time.monotonic() + 120
            while (await Connection(port).get("/readyz")).status != 200:
                if process.poll() is not None or time.monotonic() > deadline:
                    log.seek(0)
                    raise RuntimeError(log.read().decode())
                await asyncio.sleep(0.2)
            yield Running(port, psutil.Process(process.pid))
        finally:
            process.send_signal(signal.SIGTERM)
            code = process.wait(30)
    if code != 0:
        raise RuntimeError(f"the server ended with {code}")

"""``multitag serve`` in a process of its own."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2

STARTING = 60.0  # seconds, on a machine that does other things too
ENDING = 30.0


class Server:
    """A ``multitag serve`` on a free port."""

    def __init__(self, bundle: Path, log: Path, *options: object) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.log = log
        command = [sys.executable, "-m", "multitag", "serve", str(bundle), "--port", str(self.port), *map(str, options)]
        with log.open("wb") as sink:
            self.process = subprocess.Popen(command, stderr=sink, stdout=subprocess.DEVNULL)
        self.http = httpx2.Client(base_url=f"http://127.0.0.1:{self.port}", timeout=30)

    def wait_until_ready(self) -> Server:
        self.wait_for(lambda: self.get("/readyz") == 200, STARTING)
        return self

    def get(self, path: str) -> int:
        try:
            return self.http.get(path).status_code
        except httpx2.TransportError:
            return 0

    def predict(self, *texts: str) -> Any:
        return self.http.post("/v1/predict", json={"texts": list(texts)})

    def fingerprint(self) -> str:
        return str(self.http.get("/v1/model").json()["fingerprint"])

    def wait_for(self, holds: Callable[[], bool], seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while not holds():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(self.log.read_text())
            time.sleep(0.1)

    def logged(self, part: str) -> bool:
        return part in self.log.read_text()

    def end(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(ENDING)

    def close(self) -> None:
        self.http.close()
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(ENDING)
            except subprocess.TimeoutExpired:
                self.process.kill()
                raise

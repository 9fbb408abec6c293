"""A local server that speaks as much of the Hugging Face hub's API as a download needs."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from multitag.model.base import HUB_TIMEOUT

COMMIT = "0123456789abcdef0123456789abcdef01234567"
ASK = """
import json, sys, time
from multitag.errors import MultitagError
from multitag.model import base as resolving
started = time.monotonic()
resolving.HUB_TIMEOUT = float(sys.argv[2])
try:
    base = resolving.resolve_base_model(sys.argv[1])
    answer = {"name": base.name, "asked_for": base.asked_for, "folder": str(base.folder),
              "weights_sha256": base.weights_sha256, "reason": base.reason}
except MultitagError as error:
    answer = {"error": str(error), "kind": type(error).__name__}
print(json.dumps(answer | {"seconds": time.monotonic() - started, "torch": "torch" in sys.modules}))
"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what asks a hub from a process of its own as slow."""
    for item in items:
        if "ask" in getattr(item, "fixturenames", ()):
            item.add_marker("slow")


class Hub(ThreadingHTTPServer):
    """Gives folders under the names they are published by; requests that hold ``hangs_on`` get no answer."""

    daemon_threads = True
    block_on_close = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.models: dict[str, Path] = {}
        self.requests: list[str] = []
        self.hangs_on: str | None = None
        self.is_over = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: Hub
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._answer()

    def do_HEAD(self) -> None:
        self._answer()

    def _answer(self) -> None:
        path = self.path.partition("?")[0]
        self.server.requests.append(f"{self.command} {path}")
        if self.server.hangs_on is not None and self.server.hangs_on in self.requestline:
            self.server.is_over.wait()
            self.close_connection = True
            return
        for name, folder in self.server.models.items():
            if path in (f"/api/models/{name}", f"/api/models/{name}/revision/{COMMIT}"):
                siblings = [{"rfilename": each.name} for each in sorted(folder.iterdir())]
                info = {"id": name, "modelId": name, "sha": COMMIT, "siblings": siblings, "tags": []}
                return self._send(json.dumps(info).encode(), "application/json")
            resolved = re.fullmatch(rf"/{re.escape(name)}/resolve/(?:main|{COMMIT})/([^/]+)", path)
            if resolved and (folder / resolved[1]).is_file():
                return self._send((folder / resolved[1]).read_bytes(), "application/octet-stream")
        return self._send(b'{"error": "Repository not found"}', "application/json", 404)

    def _send(self, body: bytes, kind: str, status: int = 200) -> None:
        self.send_response(status)
        headers = {"Content-Type": kind, "Content-Length": str(len(body)), "X-Repo-Commit": COMMIT}
        if status == 404:
            headers["X-Error-Code"] = "RepoNotFound"
        else:
            headers["ETag"] = f'"{hashlib.sha256(body).hexdigest()}"'
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *arguments: Any) -> None:
        pass


@pytest.fixture
def hub() -> Iterator[Hub]:
    server = Hub()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.is_over.set()
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def ask(tmp_path: Path) -> Callable[..., dict[str, Any]]:
    """Give a function that resolves a base model in a process with a hub and an empty cache of its own."""

    def resolve(asked_for: str, endpoint: str, patience: float = HUB_TIMEOUT) -> dict[str, Any]:
        own = {"HF_ENDPOINT": endpoint, "HF_HOME": str(tmp_path / "hf"), "HF_HUB_DISABLE_XET": "1"}
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("HF_")}
        done = subprocess.run(
            [sys.executable, "-c", ASK, asked_for, str(patience)], env=inherited | own, cwd=tmp_path,
            capture_output=True, text=True, timeout=120, check=True,
        )  # fmt: skip
        assert done.stderr == ""  # no bar where nobody watches
        answer: dict[str, Any] = json.loads(done.stdout)
        assert not answer.pop("torch")  # finding weights takes no torch
        return answer

    return resolve

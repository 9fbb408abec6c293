"""A tiny bundle, served in this process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("fastapi", reason="needs the serve extra")

from starlette.testclient import TestClient

import multitag
from multitag.config.serve import ServeConfig
from multitag.serve.app import build_app
from multitag.serve.http.keys import ApiKeys
from multitag.serve.service import Service
from serve.process import Server

Serve = Callable[..., Any]


@pytest.fixture(scope="session")
def bundle(train_once: Callable[..., multitag.Run]) -> Path:
    """A tiny bundle with an ONNX graph; not to be changed."""
    return train_once(onnx=True).bundle


@pytest.fixture(scope="session")
def offline(bundle: Path) -> multitag.Classifier:
    """The same bundle, loaded as anybody would."""
    return multitag.load(bundle)


@contextmanager
def served(bundle: Path, keys: tuple[str, ...] = (), **settings: Any) -> Iterator[TestClient]:
    """Serve a bundle in this process; the service is the client's attribute."""
    service = Service(str(bundle), ServeConfig(**settings))
    with TestClient(build_app(service, ApiKeys(keys)), raise_server_exceptions=False) as client:
        client.service = service  # type: ignore[attr-defined]
        client.portal.call(service.start)
        yield client
        client.portal.call(service.stop)


@pytest.fixture(scope="session")
def client(bundle: Path) -> Iterator[TestClient]:
    """A client of the service at its defaults, with download and TEI's dialect."""
    with served(bundle, allow_download=True, dialect="tei") as one:
        yield one


@pytest.fixture
def serve(bundle: Path) -> Iterator[Serve]:
    """Return a function that serves the bundle, or another one, with other settings."""
    with ExitStack() as stack:
        yield lambda path=bundle, **settings: stack.enter_context(served(path, **settings))


@pytest.fixture
def start(bundle: Path, tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """Return a function that starts a server of the tiny bundle, or of another one."""
    servers: list[Server] = []

    def start_one(*options: object, path: Path = bundle) -> Server:
        servers.append(Server(path, tmp_path / f"log-{len(servers)}", *options))
        return servers[-1]

    yield start_one
    for server in servers:
        server.close()

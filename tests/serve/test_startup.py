"""What keeps the service from starting is one line, and exit code 2."""

from __future__ import annotations

import os

import pytest

from multitag.config.serve import ServeConfig
from multitag.errors import ConfigError
from multitag.serve.server import bind, starting


@pytest.mark.parametrize(("settings", "words"), [
    ({"threads": 100_000}, "threads: expected 1 to 256"),
    ({"host": ""}, "host: expected an address"),
    ({"cors_origin": ("*",)}, "every website"),
    ({"cors_origin": ("https://example.com/",)}, "SCHEME://HOST"),
    ({"cors_origin": ("https://example.com", "example.com")}, "got 'example.com'"),
    ({"cors_origin": ("https://Example.com",)}, "lower case"),
    ({"cors_origin": ("null",)}, "got 'null'"),
    ({"max_texts": 300}, "^max_texts and queue_size: "),
])  # fmt: skip
def test_settings_that_cannot_be_meant(settings, words):
    with pytest.raises(ConfigError, match=words):
        ServeConfig(**settings)


@pytest.mark.parametrize("origin", ["https://example.com", "http://localhost:3000", "http://[::1]:80"])
def test_websites_that_may_call(origin):
    assert ServeConfig(cors_origin=(origin,)).cors_origin == (origin,)


@pytest.mark.parametrize("host", ["no-such-host.invalid", "203.0.113.9", "a" * 300])
def test_a_host_that_is_not_this_machine(host):
    with pytest.raises(ConfigError, match=r"^host: "):
        bind(host, 0)


def test_whatever_else_it_is():
    words = "cannot start: RuntimeError: can't start new thread; lower --threads"
    with pytest.raises(ConfigError, match=words), starting():
        raise RuntimeError("can't start new thread")


@pytest.mark.slow
@pytest.mark.parametrize("workers", [1, 2])
def test_threads_that_cannot_be_started(start, monkeypatch, tmp_path, workers):
    (tmp_path / "sitecustomize.py").write_text(
        "import threading\n"
        "start = threading.Thread.start\n"
        "def refuse(self):\n"
        "    if self.name.startswith('score-'):\n"
        "        raise RuntimeError(\"can't start new thread\")\n"
        "    start(self)\n"
        "threading.Thread.start = refuse\n"
    )
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")]))
    server = start("--workers", workers)
    assert server.process.wait(60) == 2
    lines = server.log.read_text().splitlines()
    assert len(lines) <= 2 * workers
    assert "can't start new thread" in lines[0]
    assert "Traceback" not in server.log.read_text()

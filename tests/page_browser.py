"""Fixtures of tests in a browser: pages in it; whatever one complains about or asks another host for fails the test."""

from __future__ import annotations

import base64
import hashlib
import io
import shutil
import subprocess
import tarfile
import urllib.parse
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"]
FLAGS += ["--disable-background-networking", "--disable-component-update"]

AXE_VERSION = "4.14.1"
AXE_SHA512 = "FHfa+lmNjQZfJz1q8wKqIDwC6DExcHt/pkjNQb09a3NPjCKg2rhu5qb2S4r76ASyFNNtuFooJpZe37OgudVGtQ=="

Open = Callable[..., Any]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    if not CHROMIUM.exists():
        pytest.skip("needs Chromium at /usr/bin/chromium (apt-get install chromium)")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def open_page(browser: Any) -> Iterator[Open]:
    """Return a function that opens an address; ``expected`` are complaints that the test is about."""
    complaints: list[str] = []
    expected: list[str] = []
    contexts = []

    def open_(url: str, width: int = 1280, *, ready: bool = True, expect: str | None = None, **options: Any) -> Any:
        host = urllib.parse.urlsplit(url).netloc
        if expect is not None:
            expected.append(expect)
        context = browser.new_context(viewport={"width": width, "height": 900}, **options)
        contexts.append(context)
        context.route(lambda asked: urllib.parse.urlsplit(asked).netloc not in (host, ""), lambda route: route.abort())
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", lambda dialog: (complaints.append(dialog.message), dialog.dismiss()))
        page.on(
            "request",
            lambda request: request.url.startswith(("blob:", "data:"))
            or urllib.parse.urlsplit(request.url).netloc == host
            or complaints.append(f"asked for {request.url}"),
        )
        page.goto(url)
        if ready:
            page.wait_for_selector("html[data-ready]")
        return page

    yield open_
    for context in contexts:
        context.close()
    assert [words for words in complaints if not any(part in words for part in expected)] == []


@pytest.fixture(scope="session")
def axe(make_once: Callable[[str, Callable[[Path], object]], Path]) -> str:
    """The source of axe-core, from npm; its archive's SHA-512 is checked."""
    (path,) = make_once("axe", _fetch_axe).glob("*.tgz")
    content = path.read_bytes()
    assert base64.b64encode(hashlib.sha512(content).digest()).decode() == AXE_SHA512
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        member = archive.extractfile("package/axe.min.js")
        assert member is not None
        return member.read().decode("utf-8")


def _fetch_axe(folder: Path) -> None:
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("needs npm, which fetches axe-core")
    folder.mkdir()
    command = [npm, "pack", f"axe-core@{AXE_VERSION}", "--silent", "--ignore-scripts"]
    done = subprocess.run(command, cwd=folder, capture_output=True, timeout=120, check=False)
    if done.returncode or not list(folder.glob("*.tgz")):
        pytest.skip(f"npm cannot fetch axe-core: {done.stderr.decode()[:200]}")

"""The page as multitag serve shows it, in a process of its own: the whole way through each tab."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest

pytest.importorskip("multitag.serve.server", reason="needs the service", exc_type=ImportError)
pytestmark = pytest.mark.slow

TEXT = "A detective hunts a killer who leaves a chess piece beside every victim."
KEY = "a-long-key-for-the-test-0123456789"
STARTING = 120.0  # seconds, on a machine that does other things too


@pytest.fixture
def address(classifier, tmp_path) -> Iterator[str]:
    (tmp_path / "keys").write_text(f"{KEY}\n")
    (tmp_path / "keys").chmod(0o600)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = ["--port", str(port), "--allow-download", "--api-key-file", str(tmp_path / "keys")]
    command = [sys.executable, "-m", "multitag", "serve", str(classifier.bundle.folder), *options]
    with (tmp_path / "log").open("wb") as log, subprocess.Popen(command, stdout=log, stderr=log) as process:
        deadline = time.monotonic() + STARTING
        while not is_ready(port):
            assert process.poll() is None and time.monotonic() < deadline, (tmp_path / "log").read_text()
            time.sleep(0.2)
        yield f"http://127.0.0.1:{port}/"
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0


def is_ready(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def test_every_tab_works_with_the_real_service(open_page, address, classifier, tmp_path):
    page = open_page(address, ready=False, expect="401")
    page.wait_for_selector("#key-dialog[open]")
    page.fill("#key", KEY)
    page.keyboard.press("Enter")
    page.wait_for_selector("html[data-ready]")

    page.fill("#text", TEXT)
    page.wait_for_selector("#labels li")
    prediction = classifier.predict([TEXT])[0]
    chosen = page.eval_on_selector_all("#labels li.chosen .name", "names => names.map(name => name.textContent)")
    assert set(chosen) == set(prediction.labels)
    assert "were right (precision)" in page.inner_text("#cut-figures")  # the bundle's curves came

    page.click("#labels button >> nth=0")
    page.wait_for_selector(".shaded")
    label = page.eval_on_selector("#labels .name", "name => name.textContent")
    words = classifier.explain(TEXT, label).words
    marks = page.eval_on_selector_all(".shaded mark", "marks => marks.map(mark => mark.textContent)")
    assert marks == [word.text for word in words if abs(word.effect) >= 0.005]

    page.click("#tab-table")
    rows = "plot\n" + "".join(f'"Story {number}, of love."\n' for number in range(100))
    page.set_input_files("#file", {"name": "films.csv", "mimeType": "text/csv", "buffer": rows.encode()})
    page.click("#run-table")
    page.wait_for_selector("#table-result:visible")
    assert "100 rows predicted" in page.inner_text("#table-summary")

    page.click("#tab-model")
    assert "A classifier of" in page.inner_text("#card")
    assert "Macro F1" in page.inner_text("#metrics")
    with page.expect_download() as download:
        page.click("#download-bundle")
    assert download.value.path().read_bytes()[:2] == b"PK"

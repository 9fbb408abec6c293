"""A known table is the right file or an error: whatever the server does, nothing wrong is ever kept."""

from __future__ import annotations

import hashlib
import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from multitag.data import samples
from multitag.data.read import read_table
from multitag.data.samples import MAX_BYTES, cache_folder, fetch, sample_path
from multitag.errors import DataError, OutputError

CONTENT = b"Description,Genre\nA storm at sea.,Drama\n" * 50
SHA256 = hashlib.sha256(CONTENT).hexdigest()
SIGN_IN = b"<html>sign in</html>"  # what a hotel's network answers to everything
TIMED_OUT = "timed out (limits: 0.2 s for an answer, 0.5 s in all); "


class Site(ThreadingHTTPServer):
    """A local server with one page for each way a download can go."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.hits = 0
        self.closing = threading.Event()

    def url(self, page: str) -> str:
        return f"http://127.0.0.1:{self.server_port}/{page}"


class Handler(BaseHTTPRequestHandler):
    server: Site

    def do_GET(self) -> None:
        self.server.hits += 1
        if self.path == "/hangs":
            self.server.closing.wait()
            return
        if self.path == "/missing":
            self.send_error(404)
            return
        if self.path == "/moved":
            self.send_response(302)
            self.send_header("Location", "/right")
            self.end_headers()
            return
        body = {"/wrong": SIGN_IN, "/huge": b"x" * (MAX_BYTES + 1), "/short": CONTENT[:-9]}.get(
            self.path, CONTENT
        )
        self.send_response(200)
        self.send_header("Content-Length", str(len(CONTENT if self.path == "/short" else body)))
        self.end_headers()
        if self.path == "/trickles":
            for byte in body:
                if self.server.closing.wait(0.02):
                    return
                self.wfile.write(bytes([byte]))
        else:
            self.wfile.write(body)

    def handle(self) -> None:
        try:
            super().handle()
        except ConnectionError:
            self.close_connection = True  # the client gave up, as it should

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    server = Site()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.closing.set()
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "table.csv"


def left_behind(target: Path) -> list[Path]:
    return list(target.parent.iterdir()) if target.parent.exists() else []


def test_the_right_file_is_kept_and_not_fetched_again(site: Site, target: Path) -> None:
    assert fetch(site.url("right"), SHA256, target) == target
    assert target.read_bytes() == CONTENT
    assert fetch(site.url("right"), SHA256, target) == target
    assert site.hits == 1
    assert left_behind(target) == [target]


def test_a_redirect_is_followed(site: Site, target: Path) -> None:
    fetch(site.url("moved"), SHA256, target)
    assert target.read_bytes() == CONTENT


def test_a_damaged_cached_file_is_replaced(site: Site, target: Path) -> None:
    target.parent.mkdir()
    target.write_bytes(CONTENT[:-1])
    fetch(site.url("right"), SHA256, target)
    assert target.read_bytes() == CONTENT
    assert site.hits == 1


@pytest.mark.parametrize(
    ("page", "message"),
    [
        ("missing", "the server answered HTTP 404 Not Found; "),
        ("wrong", f"expected a file with SHA-256 {SHA256}, got {hashlib.sha256(SIGN_IN).hexdigest()}; "),
        ("short", "; "),
        ("huge", "more than the 4 MB expected; "),
        ("hangs", TIMED_OUT),
        ("trickles", TIMED_OUT),
    ],
)
def test_a_failed_download_says_why_and_leaves_nothing(
    site: Site, target: Path, page: str, message: str
) -> None:
    start = time.monotonic()
    with pytest.raises(DataError) as caught:
        fetch(site.url(page), SHA256, target, timeout=0.2, deadline=0.5)
    assert time.monotonic() - start < 2
    said = str(caught.value)
    assert said.startswith(f"{site.url(page)}: ")
    assert f"{message}download it by hand and pass its path, or use 'sample'" in said
    assert "\n" not in said
    assert left_behind(target) == []


def test_a_failed_download_keeps_no_hold_on_a_damaged_file(site: Site, target: Path) -> None:
    target.parent.mkdir()
    target.write_bytes(b"damaged")
    with pytest.raises(DataError, match="HTTP 404"):
        fetch(site.url("missing"), SHA256, target)
    assert left_behind(target) == [target]
    fetch(site.url("right"), SHA256, target)
    assert target.read_bytes() == CONTENT


def test_a_header_sent_byte_by_byte_is_bounded_too(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    closing = threading.Event()

    def trickle(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with connection:
            for byte in b"HTTP/1.1 200 OK\r\nX-Slow: " + b"x" * 1000:
                if closing.wait(0.05):
                    return
                try:
                    connection.sendall(bytes([byte]))
                except ConnectionError:
                    return

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=trickle, args=(listener,))
        thread.start()
        try:
            with pytest.raises(DataError, match="timed out"):
                fetch(
                    f"http://127.0.0.1:{listener.getsockname()[1]}/",
                    SHA256,
                    target,
                    timeout=0.2,
                    deadline=0.4,
                )
        finally:
            closing.set()
            thread.join()
    assert left_behind(target) == []


def test_no_server_is_said_plainly(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    message = r"the download failed \(.*refused\); is there a network connection\?; download"
    with pytest.raises(DataError, match=message):
        fetch(f"http://127.0.0.1:{port}/", SHA256, target)


def test_an_unwritable_cache_is_an_output_error(site: Site, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file where the folder should be")
    with pytest.raises(OutputError, match=r"cannot be written: .*; set MULTITAG_CACHE to a folder"):
        fetch(site.url("right"), SHA256, tmp_path / "cache" / "table.csv")
    (tmp_path / "kept" / "table.csv").mkdir(parents=True)
    with pytest.raises(OutputError, match="Is a directory"):
        fetch(site.url("right"), SHA256, tmp_path / "kept" / "table.csv")
    assert [each.name for each in (tmp_path / "kept").iterdir()] == ["table.csv"]


def test_imdb_is_fetched_into_the_users_cache(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MULTITAG_CACHE", str(tmp_path / "mine"))
    monkeypatch.setattr(samples, "IMDB_URL", site.url("right"))
    monkeypatch.setattr(samples, "IMDB_SHA256", SHA256)
    assert sample_path("imdb") == tmp_path / "mine" / "IMDB-Movie-Data.csv"
    assert sample_path("imdb").read_bytes() == CONTENT
    assert site.hits == 1


def test_the_cache_folder_follows_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("MULTITAG_CACHE", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert cache_folder() == tmp_path / ".cache" / "multitag"
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert cache_folder() == tmp_path / "xdg" / "multitag"
    monkeypatch.setenv("MULTITAG_CACHE", "~/mine")
    assert cache_folder() == tmp_path / "mine"
    monkeypatch.setenv("MULTITAG_CACHE", "")
    assert cache_folder() == tmp_path / "xdg" / "multitag"


def test_the_shared_imdb_file_is_the_one_that_is_asked_for(
    shared_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MULTITAG_CACHE", str(tmp_path))
    monkeypatch.setattr(samples, "IMDB_URL", "http://127.0.0.1:1/not-to-be-asked")
    (tmp_path / "IMDB-Movie-Data.csv").write_bytes((shared_data / "IMDB-Movie-Data.csv").read_bytes())
    table = read_table("imdb")
    assert (len(table), table.source) == (1000, "imdb")


def test_the_sample_comes_with_the_package() -> None:
    table = read_table("sample")
    assert len(table) == table.n_rows_source == 800
    assert (table.source, table.text_column, table.label_column) == ("sample", "Description", "Genre")
    assert len({name for labels in table.labels for name in labels}) == 20


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(DataError, match="no packaged table 'movies'; expected sample or imdb"):
        sample_path("movies")

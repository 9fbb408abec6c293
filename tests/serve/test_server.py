"""A server in a process of its own: how it begins, ends, replaces its bundle, and bears bad clients."""

from __future__ import annotations

import json
import shutil
import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

from serve.process import ENDING, STARTING, Server

pytestmark = pytest.mark.slow  # each asks a process


@pytest.fixture
def other_bundle(bundle: Path, tmp_path: Path) -> Path:
    """The same bundle with other thresholds, and so another fingerprint."""
    from multitag.bundle.write import replace_files

    thresholds = json.loads((bundle / "thresholds.json").read_bytes())
    thresholds["fixed"] = 0.123
    replace_files(bundle, {"thresholds.json": json.dumps(thresholds).encode()}, tmp_path / "other")
    return tmp_path / "other"


@contextmanager
def started(bundle: Path, folder: Path, *options: object) -> Iterator[Server]:
    server = Server(bundle, folder / "log", *options)
    try:
        yield server.wait_until_ready()
    finally:
        server.close()


@pytest.fixture(scope="module")
def server(bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One that several tests ask, and none ends."""
    with started(bundle, tmp_path_factory.mktemp("server")) as one:
        yield one


@pytest.fixture(scope="module")
def impatient(bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Another, which gives a request a second to come in."""
    with started(bundle, tmp_path_factory.mktemp("impatient"), "--receive-timeout", 1) as one:
        yield one


def test_it_answers_as_the_classifier_does_and_ends_with_0(start, offline, texts):
    server = start().wait_until_ready()
    (one,) = server.predict(texts[0]).json()["predictions"]
    assert one["probabilities"] == pytest.approx(offline.predict(texts[:1])[0].probabilities, abs=1e-4)
    assert server.end() == 0
    lines = [json.loads(line) for line in server.log.read_text().splitlines()]
    assert lines[0]["message"].startswith("serving ")
    assert not server.logged(texts[0][:20])


def test_what_is_in_flight_is_answered_after_sigterm_and_readyz_says_no(start):
    server = start("--batch-wait", 900).wait_until_ready()
    answers: list[int] = []
    asking = threading.Thread(target=lambda: answers.append(server.predict("a text that waits").status_code))
    asking.start()
    time.sleep(0.3)
    server.process.send_signal(signal.SIGTERM)
    server.wait_for(lambda: server.get("/readyz") == 503, 2)
    asking.join(ENDING)
    assert answers == [200]
    assert server.process.wait(ENDING) == 0


def refused_at_start(server: Server) -> str:
    assert server.process.wait(STARTING) == 2
    (line,) = server.log.read_text().splitlines()
    return line


@pytest.mark.parametrize("workers", [1, 2])
def test_a_bad_bundle_is_one_line(start, tmp_path, workers):
    assert "no such bundle" in refused_at_start(start("--workers", workers, path=tmp_path / "none"))


@pytest.mark.parametrize("workers", [1, 2])
def test_a_taken_port_is_one_line(start, workers):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        line = refused_at_start(start("--workers", workers, "--port", taken.getsockname()[1]))
    assert "--port" in line
    assert "in use" in line


def test_a_missing_key_file_and_an_open_door_are_one_line(start, tmp_path):
    assert "--api-key-file" in refused_at_start(start("--host", "0.0.0.0"))
    assert "none" in refused_at_start(start("--host", "0.0.0.0", "--api-key-file", tmp_path / "none"))


def keep_asking(server: Server, seen: list[tuple[int, str]], until: threading.Event) -> None:
    with httpx2.Client(base_url=f"http://127.0.0.1:{server.port}", timeout=30) as http:
        while not until.is_set():
            answer = http.post("/v1/predict", json={"texts": ["a killer", "a detective"]})
            seen.append((answer.status_code, answer.json().get("fingerprint", "")))


def test_a_link_that_leads_elsewhere_replaces_the_bundle_without_a_failed_request(
    start, bundle, other_bundle, tmp_path
):
    link = tmp_path / "current"
    link.symlink_to(bundle)
    server = start(path=link).wait_until_ready()
    old, seen, until = server.fingerprint(), [], threading.Event()
    asking = [threading.Thread(target=keep_asking, args=(server, seen, until)) for _ in range(4)]
    for thread in asking:
        thread.start()
    server.wait_for(lambda: len(seen) >= 8, STARTING)
    (tmp_path / "next").symlink_to(other_bundle)
    (tmp_path / "next").replace(link)
    server.wait_for(lambda: sum(fingerprint != old for _, fingerprint in seen) >= 8, STARTING)
    until.set()
    for thread in asking:
        thread.join(30)
    assert {status for status, _ in seen} == {200}
    assert {fingerprint for _, fingerprint in seen} == {old, server.fingerprint()}


def test_a_broken_new_bundle_keeps_the_old_one_until_it_is_mended(start, bundle, other_bundle, tmp_path):
    place = tmp_path / "served"
    shutil.copytree(bundle, place)
    server = start(path=place).wait_until_ready()
    old = server.fingerprint()
    manifest = (place / "manifest.json").read_bytes()
    (place / "manifest.json").write_bytes(manifest[:-20])
    server.wait_for(lambda: server.logged("the old one stays"), 30)
    assert server.fingerprint() == old
    assert server.predict("a").status_code == 200
    shutil.rmtree(place)
    shutil.copytree(other_bundle, place)
    server.wait_for(lambda: server.fingerprint() != old, 30)


def test_a_link_that_leads_to_nothing_is_told_once(start, bundle, other_bundle, tmp_path):
    link = tmp_path / "current"
    link.symlink_to(bundle)
    server = start(path=link).wait_until_ready()
    old = server.fingerprint()
    link.unlink()
    link.symlink_to(tmp_path / "nothing")
    server.wait_for(lambda: server.logged("the old one stays"), 30)
    time.sleep(2.5)
    assert server.log.read_text().count("the old one stays") == 1
    assert 'multitag_reloads_total{outcome="failed"} 1.0' in server.http.get("/metrics").text
    link.unlink()
    link.symlink_to(other_bundle)
    server.wait_for(lambda: server.fingerprint() != old, 30)


def test_sighup_loads_the_bundle_again(server):
    server.process.send_signal(signal.SIGHUP)
    server.wait_for(lambda: server.logged("serving another bundle"), 30)
    assert server.predict("a").status_code == 200


def test_several_processes_share_the_port_the_figures_and_the_signals(start, other_bundle, bundle, tmp_path):
    link = tmp_path / "current"
    link.symlink_to(bundle)
    server = start("--workers", 2, path=link).wait_until_ready()
    server.wait_for(lambda: server.log.read_text().count("serving ") >= 2, STARTING)
    for _ in range(20):  # each on a connection of its own, so that both processes get some
        assert httpx2.post(f"http://127.0.0.1:{server.port}/v1/predict", json={"texts": ["a"]}).status_code == 200
    assert 'multitag_requests_total{path="/v1/predict",status="200"} 20.0' in server.http.get("/metrics").text
    server.process.send_signal(signal.SIGHUP)
    server.wait_for(lambda: server.log.read_text().count("serving another bundle") == 2, 30)
    assert server.end() == 0


def test_a_process_that_dies_is_replaced(start):
    psutil = pytest.importorskip("psutil")
    server = start("--workers", 2).wait_until_ready()
    server.wait_for(lambda: server.log.read_text().count("serving ") == 2, STARTING)
    processes = psutil.Process(server.process.pid).children()
    children = [child for child in processes if "spawn_main" in " ".join(child.cmdline())]
    children[0].kill()
    server.wait_for(lambda: server.log.read_text().count("serving ") == 3, STARTING)
    assert server.get("/readyz") == 200
    assert server.end() == 0


def closed_after(connection: socket.socket, seconds: float) -> float:
    began = time.monotonic()
    connection.settimeout(seconds)
    try:
        while connection.recv(1024):
            pass
    except ConnectionResetError:
        pass
    return time.monotonic() - began


def test_slow_clients_are_closed_and_others_are_not_held_up(impatient):
    address = ("127.0.0.1", impatient.port)
    starts = {
        "nothing": b"", "half a line": b"POST /v1/pre", "half the headers": b"POST /v1/predict HTTP/1.1\r\nHost: a\r\n",
        "half a body": b'POST /v1/predict HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n'
                       b'Content-Length: 100\r\n\r\n{"texts"',
        "half a chunk": b"POST /v1/predict HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{",
    }  # fmt: skip
    connections = {name: [socket.create_connection(address) for _ in range(10)] for name in starts}
    for name, group in connections.items():
        for connection in group:
            connection.sendall(starts[name])
    began = time.monotonic()
    assert impatient.predict("a").status_code == 200
    assert time.monotonic() - began < 1
    for group in connections.values():
        for connection in group:
            assert closed_after(connection, 10) < 5
            connection.close()


def test_bytes_that_trickle_do_not_put_off_the_deadline(impatient):
    began = time.monotonic()
    with socket.create_connection(("127.0.0.1", impatient.port)) as connection, pytest.raises(OSError):
        connection.sendall(b"POST /v1/predict HTTP/1.1\r\n")
        while time.monotonic() - began < 10:
            connection.sendall(b"X-Header: more\r\n")
            time.sleep(0.2)
    assert time.monotonic() - began < 6


def test_connections_beyond_the_limit_are_closed(start):
    server = start("--max-connections", 5).wait_until_ready()
    held = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(10)]
    assert sum(closed_after_or_open(connection) for connection in held) >= 5
    for connection in held:
        connection.close()
    server.wait_for(lambda: server.get("/livez") == 200, 10)


def closed_after_or_open(connection: socket.socket) -> bool:
    try:
        return closed_after(connection, 0.5) < 0.5
    except TimeoutError:
        return False


def test_clients_that_go_away_leave_nothing_in_the_queue(start):
    server = start("--batch-wait", 500, "--queue-size", 300).wait_until_ready()
    body = json.dumps({"texts": ["a killer " * 20] * 10}).encode()
    head = b"POST /v1/predict HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
    for _ in range(20):
        with socket.create_connection(("127.0.0.1", server.port)) as connection:
            connection.sendall(head % len(body) + body)
    server.wait_for(lambda: "multitag_queue_texts 0.0" in server.http.get("/metrics").text, 10)
    assert server.predict("a").status_code == 200


def test_an_overloaded_service_refuses_at_once_and_recovers(start):
    server = start("--queue-size", 8, "--max-texts", 8).wait_until_ready()
    statuses: list[int] = []
    slow: list[float] = []

    def ask() -> None:
        with httpx2.Client(base_url=f"http://127.0.0.1:{server.port}", timeout=30) as http:
            for _ in range(5):
                began = time.monotonic()
                answer = http.post("/v1/predict", json={"texts": ["a killer and a detective " * 10] * 8})
                statuses.append(answer.status_code)
                if answer.status_code == 429:
                    slow.append(time.monotonic() - began)
                    assert answer.headers["retry-after"]

    asking = [threading.Thread(target=ask) for _ in range(12)]
    for thread in asking:
        thread.start()
    assert server.get("/livez") == 200
    for thread in asking:
        thread.join(60)
    assert set(statuses) == {200, 429}
    assert sorted(slow)[len(slow) // 2] < 0.5
    assert server.predict("a").status_code == 200


def test_what_is_no_http_is_400_in_the_usual_form(server):
    with socket.create_connection(("127.0.0.1", server.port)) as connection:
        connection.sendall(b"\x16\x03\x01 not HTTP\r\n\r\n")
        answer = connection.recv(4096)
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert json.loads(answer.partition(b"\r\n\r\n")[2])["error_type"] == "malformed"

"""Requests below HTTP's niceties, byte by byte."""

from __future__ import annotations

import json
import socket

import pytest

from multitag.serve.http.protocol import MAX_HEAD_BYTES

pytestmark = pytest.mark.slow  # each starts a process


def exchange(port: int, *parts: bytes) -> tuple[int, dict[str, str]]:
    """Send bytes; returns the status and the JSON of the answer, once the service has closed the connection."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        for part in parts:
            connection.sendall(part)
        answer = b""
        while more := connection.recv(65536):
            answer += more
    head, _, body = answer.partition(b"\r\n\r\n")
    assert b"connection: close" in head.lower()
    return int(head.split()[1]), json.loads(body)


START = b"GET /livez HTTP/1.1\r\nHost: a\r\n"
CHUNKED = (
    b"POST /v1/predict HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n"
)


def test_headers_are_bounded_in_bytes_and_number(start):
    psutil = pytest.importorskip("psutil")
    server = start().wait_until_ready()
    memory = psutil.Process(server.process.pid).memory_info
    before = memory().rss
    megabyte = b"x" * 2**20
    large = {
        "one header that never ends": (START, b"A: ", *[megabyte] * 60),
        "an address that never ends": (b"GET /", *[megabyte] * 60),
        "many headers": (START, *[b"A: b\r\n"] * 101, b"\r\n"),
        "many large ones": (START, *[b"A: " + b"x" * 10_000 + b"\r\n"] * 7, b"\r\n"),
        "a trailer that never ends": (CHUNKED, b"1\r\n{\r\n0\r\nA: ", *[megabyte] * 60),
    }
    for name, parts in large.items():
        try:
            status, answer = exchange(server.port, *parts)
        except OSError:  # a body is being read: that connection is only closed
            assert name == "a trailer that never ends"
            continue
        assert (name, status, answer["error_type"]) == (name, 431, "headers_too_large")
    assert memory().rss - before < 30 * 2**20
    within = b"A: " + b"x" * (MAX_HEAD_BYTES - 1000) + b"\r\nConnection: close\r\n\r\n"
    assert exchange(server.port, START, within) == (200, {"status": "alive"})
    assert server.logged('"status": 431')


def test_a_request_that_stops_half_way_is_told(start):
    server = start("--receive-timeout", 1).wait_until_ready()
    for told, begun in enumerate((b"POST /v1/pre", START, CHUNKED, CHUNKED + b'8\r\n{"texts"'), start=1):
        status, answer = exchange(server.port, begun)
        assert (begun, status, answer["error_type"]) == (begun, 408, "timeout")
        assert "within 1 second" in answer["error"]
        assert server.log.read_text().count('"status": 408') == told

"""What is asked of the service under load, one function a question; each returns rows of the table."""

from __future__ import annotations

import asyncio
import contextlib
import math
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from benchmarks.serving.client import Connection, request
from benchmarks.serving.load import closed_loop, open_loop, percentile, throughput
from benchmarks.serving.server import Running, running

import multitag

CLIENTS = 32
FULL = 64  # texts of a full request


@dataclass(frozen=True)
class Row:
    """A line of the table.

    Parameters
    ----------
    what, got, asked : str
    holds : bool
    """

    what: str
    got: str
    asked: str
    holds: bool


@dataclass(frozen=True)
class Bench:
    """What is served, what is asked, and for how long.

    Parameters
    ----------
    bundle : Path
    texts : list of str
    seconds : float
        Of the steady load; other scenarios take a part of it.
    """

    bundle: Path
    texts: list[str]
    seconds: float

    @property
    def short(self) -> float:
        """Seconds of a scenario that settles soon."""
        return max(3.0, self.seconds / 6)


async def capacity(bench: Bench, server: Running) -> float:
    """Return texts a second that the service answers at most, found by a closed loop."""
    await closed_loop(server.port, bench.texts, CLIENTS, bench.short / 2)  # warm
    return throughput(await closed_loop(server.port, bench.texts, CLIENTS, bench.short), bench.short)


async def steady(bench: Bench, server: Running, most: float) -> list[Row]:
    """32 clients at 70% of capacity: errors, latency, memory, and every answer beside the offline one."""
    memory: dict[int, float] = {}

    def remember(now: float) -> None:
        memory.setdefault(int(4 * now / bench.seconds), server.megabytes())

    answers = await open_loop(server.port, bench.texts, CLIENTS, 0.7 * most, bench.seconds, remember)
    p50, p99 = percentile(answers, 0.5), percentile(answers, 0.99)
    bad = sum(answer.status != 200 for _, answer, _ in answers)
    growth = server.megabytes() / memory.get(2, server.megabytes()) - 1
    unequal, furthest = _compare(bench, [(text, answer.json()) for text, answer, _ in answers if answer.status == 200])
    return [
        Row(f"70% of capacity, {bench.seconds:g} s: answers other than 200", f"{bad} of {len(answers)}", "0", bad == 0),
        Row("p50, p99", f"{p50:.0f} ms, {p99:.0f} ms", "p99 at most 5 x p50", p99 <= 5 * p50),
        Row("memory growth in the last half", f"{growth:+.1%}", "at most 5%", growth <= 0.05),
        Row("furthest from the offline probability", f"{furthest:.1e}", "1e-4", furthest <= 1e-4),
        Row("answers with other labels than offline", str(unequal), "0", unequal == 0),
    ]


def _compare(bench: Bench, answers: list[tuple[str, dict]]) -> tuple[int, float]:  # type: ignore[type-arg]
    texts = sorted({text for text, _ in answers})
    with multitag.load(bench.bundle) as classifier:
        offline = dict(zip(texts, classifier.predict(texts), strict=True))
    unequal, furthest = 0, 0.0
    for text, answer in answers:
        (one,) = answer["predictions"]
        expected = offline[text]
        unequal += set(one["labels"]) != set(expected.labels)
        distances = (abs(one["probabilities"][name] - value) for name, value in expected.probabilities.items())
        furthest = max(furthest, *distances)
    return unequal, furthest


async def batching(bench: Bench, most: float) -> list[Row]:
    """The same closed loop on a service that scores one text at a time."""
    async with running(bench.bundle, "--batch-tokens", "1", "--batch-wait", "0") as server:
        single = await capacity(bench, server)
    gain = most / single
    return [Row("micro-batches over one text at a time", f"{gain:.2f} x ({single:.0f}/s)", "1.5 x", gain >= 1.5)]


async def overload(bench: Bench, server: Running, most: float) -> list[Row]:
    """Five times the capacity: what is refused, how soon, what is still answered, and whether health answers."""
    usual = percentile(await closed_loop(server.port, bench.texts, 1, 1.0), 0.5)
    health: list[float] = []

    async def watch() -> None:
        connection = Connection(server.port)
        while True:
            health.append((await connection.get("/livez")).seconds * 1000)
            await asyncio.sleep(0.05)

    watching = asyncio.create_task(watch())
    began = time.perf_counter()
    # More clients than the queue has room for, so that it fills, and long enough.
    answers = await open_loop(server.port, bench.texts, 400, 5 * most, max(bench.short, 400 / most))
    seconds = time.perf_counter() - began
    watching.cancel()
    recovered = time.perf_counter()
    while percentile(await closed_loop(server.port, bench.texts, 1, 0.3), 0.5) > 2 * usual:
        if time.perf_counter() - recovered > 30:
            break
    recovery = time.perf_counter() - recovered
    refused = sum(answer.status == 429 for _, answer, _ in answers)
    bad = sum(answer.status not in (200, 429) for _, answer, _ in answers)
    refusal = percentile(answers, 0.99, 429)
    goodput = throughput(answers, seconds) / most
    return [
        Row("5 x capacity: refused", f"{refused} of {len(answers)}", "the rest", bad == 0),
        Row("p99 of a refusal", f"{refusal:.0f} ms", "100 ms", refusal <= 100),
        Row("goodput", f"{goodput:.0%} of capacity", "80%", goodput >= 0.8),
        Row("slowest /livez", f"{max(health):.0f} ms", "200 ms", max(health) <= 200),
        Row("as fast as before after", f"{recovery:.1f} s", "5 s", recovery <= 5),
    ]


async def cancelling(bench: Bench, server: Running) -> list[Row]:
    """Half of the clients go away before their answer."""
    before = server.process.num_fds()

    async def go_away() -> None:
        for number in range(int(10 * bench.short)):
            _, writer = await asyncio.open_connection("127.0.0.1", server.port)
            writer.write(request(bench.texts[number : number + 4]))
            await asyncio.sleep(0.01)
            writer.close()

    half = CLIENTS // 2
    staying = asyncio.create_task(closed_loop(server.port, bench.texts, half, bench.short))
    await asyncio.gather(*(go_away() for _ in range(half)))
    answers = await staying
    await asyncio.sleep(1)
    waiting, more = await server.waiting(), server.process.num_fds() - before
    bad = Counter(answer.status for _, answer, _ in answers if answer.status != 200)
    counted = ", ".join(f"{count} of {status}" for status, count in sorted(bad.items())) or "0"
    return [
        Row("half of the clients leave: others' answers other than 200", counted, "0", not bad),
        Row("texts in the queue a second later", str(waiting), "0", waiting == 0),
        Row("more open files than before", str(max(0, more)), "0", more <= 0),
    ]


async def slow_loris(bench: Bench, server: Running) -> list[Row]:
    """200 connections whose requests never end, while others ask."""
    streams = [await asyncio.open_connection("127.0.0.1", server.port) for _ in range(200)]
    for _, writer in streams:
        writer.write(b"POST /v1/predict HTTP/1.1\r\nHost: a\r\n")
    began = time.perf_counter()

    async def wait_until_closed(reader: asyncio.StreamReader) -> float:
        with contextlib.suppress(OSError):
            await asyncio.wait_for(reader.read(), 60)
        return time.perf_counter() - began

    closing = asyncio.gather(*(wait_until_closed(reader) for reader, _ in streams))
    answers = await closed_loop(server.port, bench.texts, 8, bench.short)
    last = max(await closing)
    for _, writer in streams:
        writer.close()
    p99 = percentile(answers, 0.99)
    return [
        Row("200 slow-loris sockets: others' p99", f"{p99:.0f} ms", "1 s", p99 <= 1000),
        Row("all of them closed after", f"{last:.1f} s", "30 s", last <= 30),
    ]


async def reloading(bench: Bench, server: Running) -> list[Row]:
    """The bundle is loaded again, twice, while 16 clients ask."""
    asking = asyncio.create_task(closed_loop(server.port, bench.texts, 16, 2 * bench.short))
    for _ in range(2):
        await asyncio.sleep(bench.short / 2)
        server.reload()
    answers = await asking
    bad = sum(answer.status != 200 for _, answer, _ in answers)
    return [Row("reload under load: failed requests", f"{bad} of {len(answers)}", "0", bad == 0)]


async def overhead(bench: Bench, server: Running) -> list[Row]:
    """Full requests, two at a time, beside the bare Classifier on the same texts."""
    rounds = max(1, math.ceil(bench.short * 4))
    batches = [bench.texts[start : start + FULL] for start in range(0, len(bench.texts) - FULL + 1, FULL)][:rounds]

    async def ask(source: list[list[str]]) -> None:
        connection = Connection(server.port)
        for batch in source:
            answer = await connection.predict(batch)
            if answer.status != 200:
                raise RuntimeError(f"a full request was answered with {answer.status}")

    served, bare = [], []
    with multitag.load(bench.bundle) as classifier:
        classifier.predict_proba(batches[0])
        for _ in range(3):
            began = time.perf_counter()
            await asyncio.gather(ask(batches[::2]), ask(batches[1::2]))
            served.append(time.perf_counter() - began)
            began = time.perf_counter()
            for batch in batches:
                classifier.predict(batch)
            bare.append(time.perf_counter() - began)
    share = float(np.median(served) / np.median(bare)) - 1
    return [Row(f"overhead over the Classifier, {FULL} texts a request", f"{share:+.0%}", "at most 15%", share <= 0.15)]

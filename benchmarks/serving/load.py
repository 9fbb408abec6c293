"""Ways to load a server: closed loops, where each client waits, and open ones, where nobody does."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Callable, Sequence

import numpy as np
from benchmarks.serving.client import Answer, Connection

Timed = tuple[float, str, Answer]  # when it was due, in seconds from the start; the text; what came


async def closed_loop(port: int, texts: Sequence[str], clients: int, seconds: float) -> list[Timed]:
    """Have clients ask one text after the other, each as soon as it has its answer."""
    source, answers, began = itertools.cycle(texts), [], time.perf_counter()

    async def client() -> None:
        connection = Connection(port)
        while (due := time.perf_counter() - began) < seconds:
            text = next(source)
            answers.append((due, text, await connection.predict([text])))
        connection.close()

    await asyncio.gather(*(client() for _ in range(clients)))
    return answers


async def open_loop(
    port: int, texts: Sequence[str], clients: int, rate: float, seconds: float,
    on_time: Callable[[float], None] = lambda now: None,
) -> list[Timed]:  # fmt: skip
    """Have texts come at random times, whatever has become of those before; a free client takes each.

    The seconds of an answer count from when the text was due, so that waiting for a free client is not left out.
    """
    rng = np.random.default_rng(0)
    times = np.cumsum(rng.exponential(1 / rate, int(rate * seconds)))
    dues = iter([(float(due), text) for due, text in zip(times, itertools.cycle(texts), strict=False)])
    answers: list[Timed] = []
    began = time.perf_counter()

    async def client() -> None:
        connection = Connection(port)
        for due, text in dues:
            ahead = due - (time.perf_counter() - began)
            if ahead > 0:
                await asyncio.sleep(ahead)
            on_time(due)
            answer = await connection.predict([text])
            late = time.perf_counter() - began - due
            answers.append((due, text, Answer(answer.status, answer.body, late)))
        connection.close()

    await asyncio.gather(*(client() for _ in range(clients)))
    return answers


def throughput(answers: Sequence[Timed], seconds: float) -> float:
    """Return texts answered with 200 a second."""
    return sum(answer.status == 200 for _, _, answer in answers) / seconds


def percentile(answers: Sequence[Timed], share: float, status: int = 200) -> float:
    """Return the milliseconds within which a share of the answers of a status came; NaN where there is none."""
    seconds = [answer.seconds for _, _, answer in answers if answer.status == status]
    return float(np.quantile(seconds, share) * 1000) if seconds else float("nan")

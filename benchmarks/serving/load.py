"""Ways to load a server: closed loops, where each client waits, and open ones, where nobody does."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from benchmarks.serving.client import Answer, Connection


class Timed(NamedTuple):
    """An answer.

    Parameters
    ----------
    text : str
        What was asked.
    answer : Answer
    since_due : float
        Seconds from when the text was to be asked, so that waiting for a free client is not left out.
    """

    text: str
    answer: Answer
    since_due: float


async def closed_loop(port: int, texts: Sequence[str], clients: int, seconds: float) -> list[Timed]:
    """Have clients ask one text after the other, each as soon as it has its answer."""
    source, began = itertools.cycle(texts), time.perf_counter()
    answers: list[Timed] = []

    async def client() -> None:
        connection = Connection(port)
        while time.perf_counter() - began < seconds:
            text = next(source)
            answer = await connection.predict([text])
            answers.append(Timed(text, answer, answer.seconds))
        connection.close()

    await asyncio.gather(*(client() for _ in range(clients)))
    return answers


async def open_loop(
    port: int, texts: Sequence[str], clients: int, rate: float, seconds: float,
    on_time: Callable[[float], None] = lambda now: None,
) -> list[Timed]:  # fmt: skip
    """Have texts come at random times, whatever has become of those before; a free client takes each."""
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
            answers.append(Timed(text, answer, time.perf_counter() - began - due))
        connection.close()

    await asyncio.gather(*(client() for _ in range(clients)))
    return answers


def throughput(answers: Sequence[Timed], seconds: float) -> float:
    """Return texts answered with 200 a second."""
    return sum(one.answer.status == 200 for one in answers) / seconds


def percentile(answers: Sequence[Timed], share: float, status: int = 200) -> float:
    """Return the milliseconds within which a share of the answers of a status came; NaN where there is none.

    Of refusals, from when they were asked for: clients that are all busy are no fault of the service.
    """
    ours = [one for one in answers if one.answer.status == status]
    seconds = [one.since_due if status == 200 else one.answer.seconds for one in ours]
    return float(np.quantile(seconds, share) * 1000) if seconds else float("nan")

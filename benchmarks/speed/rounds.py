"""Interleaved rounds: every contender does one round while all others wait, then comes the next round."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

from benchmarks.speed.worker import Worker

# Thread pools spin for a moment after their last work (OpenMP's and ONNX Runtime's do): they must be asleep before the
# next contender starts.
PAUSE = 0.2

Reports = dict[str, list[dict[str, Any]]]  # contender -> its report of each round


@dataclass(frozen=True)
class Rounds:
    """How many rounds.

    Parameters
    ----------
    least, most : int
    seconds : float
        Between the two, no round is started that would probably end later than this.
    """

    least: int
    most: int
    seconds: float


@contextmanager
def all_ready(start: Sequence[Callable[[], Worker]], say: Callable[[str], None]) -> Iterator[list[Worker]]:
    """Start workers one after another, each when the last is loaded, and end them with the block.

    Not at once: multitag looks, before it loads torch, whether others keep the cores busy, and would find that they do.
    """
    with ExitStack() as stack:
        workers = []
        for each in start:
            workers.append(stack.enter_context(each()))
            say(f"loading {workers[-1].title}")
            workers[-1].wait_ready()
        yield workers


def run_rounds(
    workers: Sequence[Worker],
    rounds: Rounds,
    say: Callable[[str], None],
    *,
    order: Mapping[str, Any] | None = None,
    warm_up: Mapping[str, Any] | None = None,
) -> Reports:
    """Let workers work by turns.

    Every second round goes backwards, so that nobody always follows the same neighbour.

    Parameters
    ----------
    workers : sequence of Worker
        Ready.
    rounds : Rounds
    say : callable
        Shows a line of progress.
    order : mapping, optional
        What each is told to do in a round.
    warm_up : mapping, optional
        What each is told before, without being measured; nothing where left out.
    """
    if warm_up is not None:
        for worker in workers:
            say(f"warming up: {worker.title}")
            worker.round(**warm_up)
    reports: Reports = {worker.name: [] for worker in workers}
    started = time.monotonic()
    for number in range(rounds.most):
        spent = time.monotonic() - started
        if number >= rounds.least and spent * (number + 1) / number > rounds.seconds:
            break
        for worker in workers[:: 1 if number % 2 == 0 else -1]:
            say(f"round {number + 1} of {rounds.least} to {rounds.most}: {worker.title}")
            time.sleep(PAUSE)
            reports[worker.name].append(worker.round(**(order or {})))
    return reports

"""Several processes that predict at once on the same cores: together they should do what one does, or more."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.speed.figures import spread
from benchmarks.speed.plan import Plan
from benchmarks.speed.prepare import Bundle, Data, draw
from benchmarks.speed.rounds import PAUSE, all_ready
from benchmarks.speed.worker import Worker

PROCESSES = (1, 2, 4)
Cases = Sequence[tuple[int, int | None]]  # processes, and threads of each: None as multitag chooses them
OF_FASTEST: Cases = [(of, threads) for threads in (None, 1) for of in PROCESSES]
OF_OTHERS: Cases = [(1, None), (2, None)]  # enough to see whether two lose anything; more would take a minute


def measure_together(
    plan: Plan, bundle: Bundle, backends: Sequence[str], data: Data, say: Callable[[str], None]
) -> dict[str, Any]:
    """Return the rows a second of 1, 2 and 4 processes, which share the rows of a round.

    Parameters
    ----------
    plan : Plan
    bundle : Bundle
    backends : sequence of str
        The fastest first; of the others only what one process does, and two.
    data : Data
    say : callable
    """
    texts = [text for text, _ in draw(data.netflix, plan.together_rows)]
    shares = {f"{which} of {of}": texts[which::of] for of in PROCESSES for which in range(of)}
    path = data.texts_json("together", warm=texts[:32], **shares)
    measured = []
    for backend in backends:
        start = partial(_start, path, bundle.path, backend, data.folder)
        cases = OF_FASTEST if backend == backends[0] else OF_OTHERS
        rates = _measure(plan, cases, start, len(texts), say)
        measured += [
            {"backend": backend, "processes": of, "threads": threads, "rows_a_second": spread(rates[of, threads])}
            for of, threads in cases
        ]
    return {"rows": len(texts), "measured": measured}


def _measure(
    plan: Plan, cases: Cases, start_one: Callable[[int, int | None], Worker], n_texts: int, say: Callable[[str], None]
) -> dict[tuple[int, int | None], list[float]]:
    """Let the cases of one backend take turns; returns the rows a second of each round."""
    most = {threads: max(of for of, each in cases if each == threads) for _, threads in cases}
    start = [partial(start_one, number, threads) for threads, of in most.items() for number in range(of)]
    found: dict[tuple[int, int | None], list[float]] = {case: [] for case in cases}
    with all_ready(start, say) as workers:
        for worker in workers:
            worker.round(texts="warm")
        started = time.monotonic()
        for number in range(plan.together.most):
            if number >= plan.together.least and time.monotonic() - started > plan.together.seconds:
                break
            for of, threads in found:
                say(f"round {number + 1}: {of} at once, {threads or 'default'} threads each")
                chosen = [worker for worker in workers if worker.spec["threads"] == threads][:of]
                found[of, threads].append(n_texts / _seconds(chosen))
    return found


def _seconds(workers: list[Worker]) -> float:
    """Let workers work at once; gives the seconds until the last is done."""
    time.sleep(PAUSE)
    started = time.perf_counter()
    for which, worker in enumerate(workers):
        worker.order(texts=f"{which} of {len(workers)}")
    for worker in workers:
        worker.answer()
    return time.perf_counter() - started


def _start(texts: Path, bundle: Path, backend: str, folder: Path, number: int, threads: int | None) -> Worker:
    name = f"process-{backend}-{number}-{threads}"
    spec = {"texts": str(texts), "bundle": str(bundle), "backend": backend, "threads": threads}
    return Worker(name, name, "predicting:multitag_bundle", spec, folder)

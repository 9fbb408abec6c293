"""Several processes that predict at once on the same cores: together they should do what one does, or more."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.speed.figures import spread
from benchmarks.speed.plan import Plan
from benchmarks.speed.prepare import Bundle, Data, draw
from benchmarks.speed.rounds import PAUSE, all_ready
from benchmarks.speed.worker import Worker

PROCESSES = (1, 2, 4)
THREADS = (None, 1)  # as multitag chooses them, and one for each process


def measure_together(
    plan: Plan, bundle: Bundle, backend: str, data: Data, say: Callable[[str], None]
) -> dict[str, Any]:
    """Return the rows a second of 1, 2 and 4 processes, which share the rows of a round."""
    texts = [text for text, _ in draw(data.netflix, plan.together_rows)]
    shares = {f"{which} of {of}": texts[which::of] for of in PROCESSES for which in range(of)}
    path = data.texts_json("together", warm=texts[:32], **shares)
    start = [
        partial(_start, f"process-{number}-{threads}", path, bundle.path, backend, threads, data.folder)
        for threads in THREADS
        for number in range(max(PROCESSES))
    ]
    found: dict[tuple[int, int | None], list[float]] = {(of, threads): [] for threads in THREADS for of in PROCESSES}
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
                found[of, threads].append(len(texts) / _seconds(chosen))
    return {
        "backend": backend,
        "rows": len(texts),
        "measured": [
            {"processes": of, "threads": threads, "rows_a_second": spread(rates)}
            for (of, threads), rates in found.items()
        ],
    }


def _seconds(workers: list[Worker]) -> float:
    """Let workers work at once; gives the seconds until the last is done."""
    time.sleep(PAUSE)
    started = time.perf_counter()
    for which, worker in enumerate(workers):
        worker.order(texts=f"{which} of {len(workers)}")
    for worker in workers:
        worker.answer()
    return time.perf_counter() - started


def _start(name: str, texts: Path, bundle: Path, backend: str, threads: int | None, folder: Path) -> Worker:
    spec = {"texts": str(texts), "bundle": str(bundle), "backend": backend, "threads": threads}
    return Worker(name, name, "predicting:multitag_bundle", spec, folder)

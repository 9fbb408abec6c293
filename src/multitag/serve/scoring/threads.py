"""The threads that take batches from the queue and score them: the event loop never computes."""

from __future__ import annotations

import os
import sys
import time
from threading import Thread, get_native_id

from multitag.serve.measures import Measures
from multitag.serve.scoring.queue import Batch, WorkQueue

# Niceness over that of the event loop, which then answers health checks and refuses what is too much before anything is
# scored: where 200 texts a second came and other processes wanted the cores too, /livez took 2 to 12 ms instead of 800.
BEHIND = 5


# Seconds after which a thread that runs Python code gives way to another one. At each call of the system, of which a
# request takes about ten, the event loop lets go of the interpreter, and waits this long for it where threads are busy.
SWITCH = 0.0005


def step_behind() -> None:
    """Give the calling thread, and those that it will start, less of the cores than the event loop."""
    if sys.platform == "linux":  # where a thread has a priority of its own
        os.setpriority(os.PRIO_PROCESS, get_native_id(), BEHIND)


def favour_event_loop() -> None:
    """Set up this process so that the event loop gets its turn; to be called before a bundle is loaded.

    The tokenizer would spread each list over threads of its own, one a core, started by the first thread that
    tokenises and with its priority, which is the event loop's. In one thread it is still faster than scoring by far.
    Who sets TOKENIZERS_PARALLELISM keeps it.
    """
    sys.setswitchinterval(SWITCH)
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")


class ScoringThreads:
    """Threads that work until the queue is closed and empty.

    Parameters
    ----------
    queue : WorkQueue
    measures : Measures
    count : int
    """

    def __init__(self, queue: WorkQueue, measures: Measures, count: int) -> None:
        self._queue, self._measures = queue, measures
        self._threads = [Thread(target=self._work, name=f"score-{number}", daemon=True) for number in range(count)]
        for thread in self._threads:
            thread.start()

    def join(self, timeout: float) -> None:
        """Wait for the threads to end, after the queue was closed; no longer than some seconds in all."""
        deadline = time.monotonic() + timeout
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))

    def _work(self) -> None:
        step_behind()
        while (batch := self._queue.take()) is not None:
            try:
                self._score(batch)
            except Exception as error:  # whatever a backend raises is told to those who wait, and the thread goes on
                for work in batch.works:
                    work.deliver(error)
            finally:
                self._queue.done(batch)

    def _score(self, batch: Batch) -> None:
        first = batch.works[0]
        if first.call is not None:
            first.deliver(first.call())
            return
        encoded = [work.encoded for work in batch.works if work.encoded is not None]
        self._measures.batch(len(encoded), sum(text.n_tokens for text in encoded))
        y_raw = first.classifier.score_encoded(encoded, alone=batch.alone)
        for work, probabilities in zip(batch.works, y_raw, strict=True):
            work.deliver(probabilities)

"""The one queue of a process: bounded in texts, taken from in batches of bounded tokens."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from threading import Condition
from typing import Any, Literal

from multitag.inference.classifier import Classifier
from multitag.inference.encoding import EncodedText


@dataclass(eq=False)
class Work:
    """A text that waits for its probabilities, or a call that waits for a thread.

    Parameters
    ----------
    classifier : Classifier
        The one that was served when the request came.
    encoded : EncodedText or None
    call : callable or None
        Instead of a text: what a thread calls, such as an explanation.
    deliver : callable
        Gets the result, or the exception; called once, in the thread.
    """

    classifier: Classifier
    deliver: Callable[[Any], None]
    encoded: EncodedText | None = None
    call: Callable[[], Any] | None = None
    arrived: float = field(default_factory=time.monotonic)
    state: Literal["waiting", "taken", "cancelled"] = "waiting"

    @property
    def n_tokens(self) -> int:
        """Tokens to score; 0 of a call."""
        return 0 if self.encoded is None else self.encoded.n_tokens


@dataclass(frozen=True)
class Batch:
    """What a thread took: texts for one classifier, or one call.

    Parameters
    ----------
    works : list of Work
    alone : bool
        Whether no other thread had anything to do.
    """

    works: list[Work]
    alone: bool


class QueueFullError(Exception):
    """There is no room for so many texts."""


class WorkQueue:
    """Texts in the order in which they came.

    Parameters
    ----------
    size : int
        Texts that may wait, those that are still being tokenised included.
    batch_tokens : int
        Tokens taken at once at most; a text alone may have more.
    wait : float
        Seconds that a text waits for others, while a batch is not full.
    on_change : callable
        Told how many texts wait, at each change.
    """

    def __init__(
        self, size: int, batch_tokens: int, wait: float, on_change: Callable[[int], None] = lambda waiting: None
    ) -> None:
        self._size, self._batch_tokens, self._wait, self._on_change = size, batch_tokens, wait, on_change
        self._changed = Condition()
        self._texts: deque[Work] = deque()
        self._calls: deque[Work] = deque()
        self._tokens = 0  # of the texts in the deque, cancelled ones included
        self._waiting = 0
        self._busy = 0
        self._calling = False
        self._closed = False

    @property
    def waiting(self) -> int:
        """Texts and calls that wait."""
        return self._waiting

    @property
    def is_full(self) -> bool:
        """Whether not even one more text fits."""
        return self._waiting >= self._size

    def reserve(self, count: int) -> None:
        """Take room for texts that are still to be tokenised; to be followed by :meth:`put` or :meth:`release`.

        Raises
        ------
        QueueFullError
            If there is no room for all of them.
        """
        with self._changed:
            if self._waiting + count > self._size:
                raise QueueFullError
            self._count(count)

    def release(self, count: int) -> None:
        """Give back room that was reserved."""
        with self._changed:
            self._count(-count)

    def put(self, works: Iterable[Work]) -> None:
        """Add works, for which room was reserved."""
        with self._changed:
            for work in works:
                (self._texts if work.call is None else self._calls).append(work)
                self._tokens += work.n_tokens
            self._changed.notify_all()

    def cancel(self, works: Iterable[Work]) -> None:
        """Drop those works that no thread has taken; their room is free at once."""
        with self._changed:
            for work in works:
                if work.state == "waiting":
                    work.state = "cancelled"
                    self._count(-1)

    def close(self) -> None:
        """Let the threads end once nothing waits."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def take(self) -> Batch | None:
        """Wait for work and take a batch of it; None once the queue is closed and empty. Ends with :meth:`done`."""
        with self._changed:
            while True:
                self._drop_cancelled()
                if self._calls and not self._calling:
                    self._calling = True  # one at a time: other threads go on with texts
                    return self._taken([self._calls.popleft()])
                if self._texts and not self._wait_for_company():
                    return self._taken(self._first_texts())
                if not self._texts:
                    if self._closed and not self._calls:
                        return None
                    self._changed.wait()

    def done(self, batch: Batch) -> None:
        """Say that a batch is scored."""
        with self._changed:
            self._busy -= 1
            if batch.works[0].call is not None:
                self._calling = False
                self._changed.notify_all()

    def _wait_for_company(self) -> bool:
        """Wait until the first text has waited long enough, or a batch is full; whether to look again."""
        left = self._texts[0].arrived + self._wait - time.monotonic()
        if left <= 0 or self._tokens >= self._batch_tokens or self._closed:
            return False
        self._changed.wait(left)
        return True

    def _first_texts(self) -> list[Work]:
        works: list[Work] = []
        tokens = 0
        while self._texts:
            work = self._texts[0]
            if works and work.state == "waiting" and (
                tokens + work.n_tokens > self._batch_tokens or work.classifier is not works[0].classifier
            ):
                break
            self._texts.popleft()
            self._tokens -= work.n_tokens
            if work.state == "waiting":
                works.append(work)
                tokens += work.n_tokens
        return works

    def _taken(self, works: list[Work]) -> Batch:
        for work in works:
            work.state = "taken"
        self._count(-len(works))
        self._busy += 1
        return Batch(works, alone=self._busy == 1 and not self._texts)

    def _drop_cancelled(self) -> None:
        for works in (self._texts, self._calls):
            while works and works[0].state == "cancelled":
                self._tokens -= works.popleft().n_tokens

    def _count(self, change: int) -> None:
        self._waiting += change
        self._on_change(self._waiting)

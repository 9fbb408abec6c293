"""The workers of a job: parts are handed out, those of a worker that dies are handed out again, and not for ever."""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from multitag.errors import ClusterError, MultitagError, OutputError, describe_error
from multitag.extras import import_extra
from multitag.inference.classifier import load
from multitag.scale.formats.part import Part
from multitag.scale.worker import Load, Order, PartScored, Worker

ATTEMPTS = 3  # of a part that loses its worker, or cannot be read or written
LOSSES = 8  # workers lost one after the other, without a part committed between them, beyond two for each at work
TICK = 0.5  # seconds between two looks at the clock


class Actor:
    """A worker in a process of its own; what goes wrong as it starts is an error and no death."""

    def __init__(self, order: Order, packed: list[Any], load_classifier: Load) -> None:
        self.order, self.packed, self.load_classifier = order, packed, load_classifier

    def start(self) -> None:
        """Load the model."""
        self.worker = Worker(self.order, self._fetch if self.packed else None, self.load_classifier)

    def _fetch(self) -> bytes:
        ray: Any = import_extra("ray", "ray")
        packed: bytes = ray.get(self.packed[0])
        return packed

    def score_part(self, part: Part, killers: frozenset[int]) -> PartScored:
        """See :meth:`Worker.score_part`."""
        return self.worker.score_part(part, killers)

    def probe(self, part: Part, start: int, stop: int) -> list[int]:
        """See :meth:`Worker.probe`."""
        return self.worker.probe(part, start, stop)


@dataclass(frozen=True)
class Task:
    """What a worker is at: loading the model, where there is no part, or scoring one."""

    actor: Any
    part: Part | None


class Crew:
    """Workers on a cluster.

    Parameters
    ----------
    ray : module
    order : Order
    size : int
        Workers at once, at most.
    packed : list
        The reference to the bundle's zip in Ray's store, if it was put there.
    load_classifier : callable
        As :func:`multitag.load`.
    """

    def __init__(
        self, ray: Any, order: Order, size: int, packed: list[Any], load_classifier: Load = load
    ) -> None:
        self.ray, self.order, self.size = ray, order, size
        self.arguments = (order, packed, load_classifier)
        needs = {"num_cpus": order.threads, "num_gpus": order.gpu_share}
        self.actor = ray.remote(**needs, max_restarts=0, max_task_retries=0)(Actor)
        self.tasks: dict[Any, Task] = {}
        self.attempts: Counter[int] = Counter()
        self.killers: dict[int, frozenset[int]] = {}
        self.lost_in_a_row = 0
        self.prober: Any = None

    def score(self, parts: Sequence[Part], tick: Callable[[], None]) -> Iterator[tuple[Part, PartScored]]:
        """Have parts scored, and yield each as it is committed, in the order in which they end.

        Parameters
        ----------
        parts : sequence of Part
        tick : callable
            Is called twice a second.

        Raises
        ------
        MultitagError
            Whatever a worker raised, which stops the job.
        ClusterError
            If workers die one after the other.
        OutputError
            If a part cannot be read or written, three times.
        """
        self.waiting = deque(parts)
        for _ in range(min(self.size, len(parts))):
            self._start()
        try:
            while self.tasks:
                done, _ = self.ray.wait(list(self.tasks), timeout=TICK)
                tick()
                for future in done:
                    yield from self._settle(self.tasks.pop(future), future)
        finally:
            for task in self.tasks.values():
                self.ray.kill(task.actor)

    def _start(self) -> None:
        actor = self.actor.remote(*self.arguments)
        self.tasks[actor.start.remote()] = Task(actor, None)

    def _settle(self, task: Task, future: Any) -> Iterator[tuple[Part, PartScored]]:
        """Take what a worker returned, and give it the next part."""
        try:
            result = self.ray.get(future)
        except self.ray.exceptions.RayTaskError as error:
            self._retry(task, error)
        except self.ray.exceptions.RayError:  # it died, its machine did, or it was ended for its memory
            self._replace(task)
            return
        else:
            if task.part is not None:
                self.lost_in_a_row = 0
                yield task.part, result
        self._hand_out(task.actor)

    def _hand_out(self, actor: Any) -> None:
        if self.waiting:
            part = self.waiting.popleft()
            self.tasks[actor.score_part.remote(part, self.killers.get(part.number, frozenset()))] = Task(actor, part)
        else:
            self.ray.kill(actor)

    def _retry(self, task: Task, error: Any) -> None:
        """Put a part back that could not be read or written; raise what is not worth a second attempt."""
        cause = error.cause
        if isinstance(cause, MultitagError):
            raise cause from None
        if task.part is None or not isinstance(cause, OSError):
            raise ClusterError(f"a worker failed: {type(cause).__name__}: {describe_error(cause)}") from cause
        self.attempts[task.part.number] += 1
        if self.attempts[task.part.number] >= ATTEMPTS:
            raise OutputError(
                f"{self._where(task.part)} could not be scored in {ATTEMPTS} attempts: {describe_error(cause)}; "
                "what is committed stays; give the same command to go on"
            ) from cause
        time.sleep(self.attempts[task.part.number])  # a store that is busy needs time
        self.waiting.appendleft(task.part)

    def _replace(self, task: Task) -> None:
        """Put another worker in the place of one that died, and its part back."""
        self.lost_in_a_row += 1
        if self.lost_in_a_row > LOSSES + 2 * self.size:
            raise ClusterError(
                f"{self.lost_in_a_row} workers died one after the other without a part committed between; is there "
                "enough memory? What is committed stays; give the same command to go on"
            )
        if task.part is not None:
            self.attempts[task.part.number] += 1
            if self.attempts[task.part.number] == ATTEMPTS:
                self._find_killer(task.part)
            self.waiting.appendleft(task.part)
        self._start()

    def _find_killer(self, part: Part) -> None:
        """Find the row that ends the process of whoever scores it, by bisection; it is set aside."""
        positions = self._probe(part, 0, 0)
        if positions is None:
            raise ClusterError(f"{self._where(part)} ends the process of whoever reads it; is the file damaged?")
        start, stop = 0, len(positions)
        while stop - start > 1:
            middle = (start + stop) // 2
            start, stop = (start, middle) if self._probe(part, start, middle) is None else (middle, stop)
        if positions and self._probe(part, start, stop) is None:
            self.killers[part.number] = self.killers.get(part.number, frozenset()) | {positions[start]}
        if self.prober is not None:
            self.ray.kill(self.prober)
            self.prober = None
        self.attempts[part.number] = 0

    def _probe(self, part: Part, start: int, stop: int) -> list[int] | None:
        """Have rows scored and not written; return the positions of all rows of the part, None if the worker died."""
        try:
            if self.prober is None:
                self.prober = self.actor.remote(*self.arguments)
                self.ray.get(self.prober.start.remote())
            positions: list[int] = self.ray.get(self.prober.probe.remote(part, start, stop))
        except self.ray.exceptions.RayTaskError as error:
            raise ClusterError(f"{self._where(part)} cannot be read: {describe_error(error.cause)}") from error
        except self.ray.exceptions.RayError:
            self.prober = None
            return None
        return positions

    def _where(self, part: Part) -> str:
        return f"{self.order.files[part.file].path}, {part.start} to {part.stop}"

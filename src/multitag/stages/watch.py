"""Stages of a command: lines that move on a terminal, one log line a stage elsewhere, and where the time went.

Code deep in a room says ``with stage("baselines", total=3) as under_way`` and ``under_way.advance()``; its time is
counted by the :class:`Watch` of the command, where one is open.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from multitag.processes import follows

logger = logging.getLogger("multitag.stages")

TOLD_FROM = 1.0  # seconds: a stage that took less has no line
OTHER = "other"  # time of no stage, and of stages too short to name


class Stage:
    """A stage that is under way.

    Parameters
    ----------
    name : str
        Such as ``"baselines"``.
    total : int or None
        How many things there are to do; None where they cannot be counted.
    even : bool
        Whether each takes about as long, so that the time left can be told.
    watch : Watch
    """

    def __init__(self, name: str, total: int | None, even: bool, watch: Watch) -> None:
        self.name, self.total, self.even, self.watch = name, total, even, watch
        self.begun = self.counted_from = self.moved = watch.clock()
        self.first = self.done = 0
        self.within = 0.0  # seconds of the stages within it
        self.line = watch.screen and watch.screen.add_task(name, total=total, said="", left=self.left)

    def count(self, total: int, done: int = 0) -> None:
        """Count from here on; what was ``done`` before took none of this time."""
        self.total, self.first, self.done, self.counted_from = total, done, done, self.watch.clock()
        self._draw(total=total)

    def advance(self, steps: int = 1, said: str = "") -> None:
        """Count things that are done, and show a few words beside them."""
        self.done += steps
        self.moved = self.watch.clock()
        self._draw(said=said)

    def seconds(self) -> float:
        """Return the seconds since it began."""
        return self.watch.clock() - self.begun

    def left(self) -> float | None:
        """Return the seconds that the rest will take at the speed so far; None where that is not known."""
        if not self.even or self.total is None or self.done <= self.first:
            return None
        rest = (self.moved - self.counted_from) / (self.done - self.first) * (self.total - self.done)
        return max(rest - (self.watch.clock() - self.moved), 0.0)

    def _draw(self, **changes: Any) -> None:
        if self.watch.screen is not None:
            self.watch.screen.update(self.line, completed=self.done, **changes)


class Watch:
    """The stages of one command, and the seconds that each took without those within it.

    Parameters
    ----------
    clock : callable
        Gives seconds.
    console : rich.console.Console, optional
        Where lines move if it is a terminal; standard error if omitted.
    silent : bool, default False
        Whether neither lines move nor anything is logged.
    """

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, console: Any = None, *, silent: bool = False
    ) -> None:
        self.clock, self.begun, self.silent = clock, clock(), silent
        self.took: dict[str, float] = {}
        self.open: list[Stage] = []
        self.screen = None if silent or follows() else _screen(console)

    @property
    def watched(self) -> bool:
        """Whether lines move on a terminal, or nothing is to be seen, so that nothing is logged."""
        return self.silent or self.screen is not None

    @contextmanager
    def stage(self, name: str, total: int | None = None, *, even: bool = True) -> Iterator[Stage]:
        """Run a stage, within the one that is under way."""
        stage = Stage(name, total, even, self)
        self.open.append(stage)
        if self.screen is not None and len(self.open) == 1:
            self.screen.start()
        try:
            yield stage
        finally:
            took, own = self._close(stage)
        self._tell(stage, took, own)

    def _close(self, stage: Stage) -> tuple[float, float]:
        """End a stage; return its seconds, and those of them that are of no stage within it."""
        took = stage.seconds()
        own = took - stage.within
        self.open.remove(stage)
        self.took[stage.name] = self.took.get(stage.name, 0.0) + own
        if self.open:
            self.open[-1].within += took
        if self.screen is not None:
            self.screen.remove_task(stage.line)
            if not self.open:
                self.screen.stop()
        return took, own

    def _tell(self, stage: Stage, took: float, own: float) -> None:
        """Log a stage that ended: one of several alike, such as a fold, with all that was in it."""
        left = self.open[-1].left() if self.open else None
        seconds = own if left is None else took
        if not self.watched and not follows() and seconds >= TOLD_FROM:
            logger.info("%s: %s%s", stage.name, duration(seconds), f"; about {duration(left)} left" if left else "")

    def summary(self) -> str:
        """Return where the time went until now, in parts that add up to the whole.

        Examples
        --------
        >>> seconds = iter([0, 0, 4.4, 10.2]).__next__
        >>> watch = Watch(seconds)
        >>> with watch.stage("imports"):
        ...     pass
        >>> watch.summary()
        'took 10 s: imports 4, other 6'
        """
        total = self.clock() - self.begun
        factor, _ = _unit(total)
        named = {name: took for name, took in self.took.items() if took >= TOLD_FROM}
        parts = {**named, OTHER: max(total - sum(named.values()), 0.0)}
        rounded = _rounded([took / factor for took in parts.values()], 0 if factor == 1 else 1)
        shown = [f"{name} {share}" for name, share in zip(parts, rounded, strict=True) if float(share)]
        whole = f"took {duration(total)}"
        return f"{whole}: {', '.join(shown)}" if named else whole


_WATCH: ContextVar[Watch | None] = ContextVar("watch", default=None)


@contextmanager
def watching(watch: Watch | None = None) -> Iterator[Watch]:
    """Count the stages of the block together; those of a block within another are counted there."""
    watch = _WATCH.get() or watch or Watch()
    token = _WATCH.set(watch)
    try:
        yield watch
    finally:
        _WATCH.reset(token)


@contextmanager
def unseen() -> Iterator[None]:
    """Let the stages of the block be seen by nobody, as those of a trial; their time is of the stage around them."""
    token = _WATCH.set(Watch(silent=True))
    try:
        yield
    finally:
        _WATCH.reset(token)


@contextmanager
def stage(name: str, total: int | None = None, *, even: bool = True) -> Iterator[Stage]:
    """Run a stage of whatever command is under way.

    Parameters
    ----------
    name : str
        In the words of its line, such as ``"baselines"``; times of stages of one name are added up.
    total : int, optional
        How many things there are to do, for a bar and the time left.
    even : bool, default True
        Whether each takes about as long; otherwise no time left is told.
    """
    with watching() as watch, watch.stage(name, total, even=even) as under_way:
        yield under_way


def duration(seconds: float) -> str:
    """Write seconds as a person would.

    Examples
    --------
    >>> duration(42.3), duration(150), duration(7300)
    ('42 s', '2.5 min', '2.0 h')
    """
    factor, unit = _unit(seconds)
    return f"{seconds / factor:.{0 if factor == 1 else 1}f} {unit}"


def _unit(seconds: float) -> tuple[int, str]:
    if seconds < 100:
        return 1, "s"
    return (60, "min") if seconds < 6000 else (3600, "h")


def _rounded(parts: list[float], digits: int) -> list[str]:
    """Round parts so that they add up to their rounded sum: those with the largest remainders are rounded up."""
    scaled = [part * 10**digits for part in parts]
    whole = [int(part) for part in scaled]
    by_remainder = sorted(range(len(parts)), key=lambda index: whole[index] - scaled[index])
    for index in by_remainder[: round(sum(scaled)) - sum(whole)]:
        whole[index] += 1
    return [f"{part / 10**digits:.{digits}f}" for part in whole]


def _screen(console: Any) -> Any:
    """Return what draws lines on a terminal; None where there is none."""
    from rich.console import Console

    console = console or Console(stderr=True)
    if not console.is_terminal:
        return None
    from multitag.stages.moving_lines import MovingLines

    return MovingLines(console)

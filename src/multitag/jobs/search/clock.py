"""How long a training will take, by those before it, and what is left of the time."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from multitag.config import Config

SAFELY = 1.1  # times the estimate
TWICE = 1.9  # a training with R-Drop takes, of one without


class OutOfTime(Exception):  # noqa: N818  # not an error
    """Ends the trials: another training would take longer than is left."""


@dataclass
class Clock:
    """The time of a search.

    Parameters
    ----------
    minutes : float or None
        All of it, from now on; None for as long as it takes.
    """

    minutes: float | None = None
    started: float = field(default_factory=time.monotonic)
    seconds: float = 0.0
    work: float = 0.0

    def learn(self, settings: Config, n_rows: int, seconds: float) -> None:
        """Note how long a training took."""
        self.seconds += seconds
        self.work += _work(settings, n_rows)

    def estimate(self, settings: Config, n_rows: int) -> float:
        """Return the seconds that a training will take; 0 before there was any."""
        return _work(settings, n_rows) * self.seconds / self.work if self.work else 0.0

    def elapsed(self) -> float:
        """Return the seconds since the start."""
        return time.monotonic() - self.started

    def refuse(self, seconds: float) -> None:
        """End the trials where so much more work does not fit.

        Raises
        ------
        OutOfTime
        """
        if self.minutes is not None and self.elapsed() + SAFELY * seconds > 60 * self.minutes:
            raise OutOfTime


def _work(settings: Config, n_rows: int) -> float:
    epochs = settings.training.epochs or 1.0
    return n_rows * epochs * (TWICE if settings.training.r_drop else 1.0)

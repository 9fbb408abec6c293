"""What was decided of a run's time, kept in its folder: a run that is resumed goes on with the same."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Self

from multitag.atomic import new_file
from multitag.config import Config
from multitag.errors import ConfigError, OutputError
from multitag.jobs.train.effort.cost import training_seconds
from multitag.jobs.train.effort.speed import Speed

SLACK = 1.2  # what may take as many times as long as was estimated, at the least


@dataclass(frozen=True)
class Effort:
    """How much of what was asked for a run does.

    Parameters
    ----------
    changes : mapping
        Settings by their names, as the run has them.
    given_up : tuple of str
        In words.
    speed : Speed or None
        By which that was decided; None of a run that has no time to fit into.
    slack : float
        Times what a training was estimated at, after which it is stopped: by then the time of the run is needed for
        the rest of it.
    """

    changes: Mapping[str, Any] = field(default_factory=dict)
    given_up: tuple[str, ...] = ()
    speed: Speed | None = None
    slack: float = SLACK

    def settings(self, config: Config) -> Config:
        """Return the settings of the run."""
        return config.override(**self.changes) if self.changes else config

    def seconds_allowed(self, settings: Config, n_rows: int) -> float | None:
        """Return after how many seconds a fine-tuning is stopped; None for never."""
        return None if self.speed is None else self.slack * training_seconds(self.speed, settings, n_rows)

    def notes(self, minutes: float | None) -> list[str]:
        """Say what was given up, for a reader of the report."""
        return [f"to fit into {minutes:g} minutes the run gave up: {'; '.join(self.given_up)}"] if self.given_up else []

    def save(self, path: Path) -> None:
        """Write it as JSON, whole or not at all."""
        with new_file(path, replace=True) as file:
            file.write(json.dumps(asdict(self), indent=1).encode("utf-8") + b"\n")

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read what :meth:`save` wrote.

        Raises
        ------
        OutputError
            If it cannot be read any more.
        """
        try:
            values = json.loads(path.read_bytes())
            changes = dict(values["changes"])
            Config().override(**changes)
            speed = Speed(**{name: float(value) for name, value in values["speed"].items()})
            return cls(changes, tuple(map(str, values["given_up"])), speed, float(values.get("slack", SLACK)))
        except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError, ConfigError) as error:
            raise OutputError(f"{path}: missing or damaged; start again in another --out") from error


AS_ASKED = Effort()

"""One line that says what is measured now: overwritten on a terminal, printed elsewhere."""

from __future__ import annotations

import shutil
import sys
import time


class Progress:
    """Say where a run is.

    Parameters
    ----------
    minutes : float
        What the whole run is expected to take.
    """

    def __init__(self, minutes: float) -> None:
        self.minutes, self.started, self.section = minutes, time.monotonic(), ""
        self.live = sys.stderr.isatty()

    def seconds(self) -> float:
        """Return the seconds since the start."""
        return time.monotonic() - self.started

    def enter(self, section: str) -> None:
        """Begin another part."""
        self.section = section
        self._write(section, always=True)

    def say(self, what: str) -> None:
        """Say what is done within a part."""
        self._write(f"{self.section}: {what}", always=False)

    def end(self) -> None:
        """Leave the line."""
        if self.live:
            print(file=sys.stderr, flush=True)

    def _write(self, what: str, always: bool) -> None:
        passed = divmod(round(self.seconds()), 60)
        line = f"[{passed[0]:02}:{passed[1]:02} of about {self.minutes:g} min] {what}"
        if self.live:
            width = shutil.get_terminal_size().columns - 1
            print(f"\r{line[:width]:<{width}}", end="", file=sys.stderr, flush=True)
        elif always:  # a log needs the parts only
            print(line, file=sys.stderr, flush=True)

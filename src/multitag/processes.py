"""The processes that train one model together, as torchrun or accelerate launch, which start them, tell each."""

from __future__ import annotations

import os


def n_processes() -> int:
    """Count the processes; 1 where nobody started several."""
    return int(os.environ.get("WORLD_SIZE", "1"))


def follows() -> bool:
    """Whether this process follows another one, which reads, decides, writes and speaks for it."""
    return n_processes() > 1 and int(os.environ.get("RANK", "0")) > 0

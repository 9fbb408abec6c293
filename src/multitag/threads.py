"""How many threads compute, and what they do while they wait."""

from __future__ import annotations

import os


def available_cores() -> int:
    """Count the cores that this process may run on."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def sleep_while_waiting() -> None:
    """Have torch's threads sleep, not spin, at the end of each operation; to be called before torch is imported.

    OpenMP's threads spin by default. Alone on a machine that gains nothing that can be measured here; where anything
    else wants a core, each waits for the other: a training step beside another process on two cores took 5.8 s
    spinning and 0.36 s sleeping (docs/performance.md). Whoever sets OMP_WAIT_POLICY keeps it.
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

"""The C library's allocator while a model trains: what a step frees stays, and the next step finds it there."""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

# Of glibc's malloc.h.
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3
# Of memory that is free at the end of the heap. A step's activations and gradients are below it.
KEPT = 2**30
LARGEST_BLOCK_OF_HEAP = 2**25  # the most that glibc takes; larger blocks are mapped, and unmapped when they are freed
KEPT_OTHERWISE = 2 * LARGEST_BLOCK_OF_HEAP  # what glibc itself comes to keep in a process that frees such blocks
CHOSEN_BY_OTHERS = ("GLIBC_TUNABLES", "MALLOC_TRIM_THRESHOLD_", "MALLOC_MMAP_THRESHOLD_")


@contextmanager
def freed_memory_kept() -> Iterator[None]:
    """Keep memory that is freed, up to 1 GiB of it, until the block ends; then it goes back to the system.

    Every step of a training frees its activations and gradients and asks for as much again. By glibc's defaults much of
    that is returned in between, and each page of it, 30 MB a step of minilm, is a fault and is zeroed before it can be
    used: a tenth of the time (docs/performance.md). Nothing changes where there is no glibc, or where somebody chose.
    """
    mallopt = _mallopt()
    if mallopt is None:
        yield
        return
    mallopt(M_MMAP_THRESHOLD, LARGEST_BLOCK_OF_HEAP)
    mallopt(M_TRIM_THRESHOLD, KEPT)
    try:
        yield
    finally:
        mallopt(M_TRIM_THRESHOLD, KEPT_OTHERWISE)
        ctypes.CDLL(None).malloc_trim(0)


def _mallopt() -> Callable[[int, int], int] | None:
    if not sys.platform.startswith("linux") or any(name in os.environ for name in CHOSEN_BY_OTHERS):
        return None
    library = ctypes.CDLL(None)  # of this process: another allocator that replaces glibc's has its own, or none
    return library.mallopt if hasattr(library, "mallopt") and hasattr(library, "malloc_trim") else None

"""One run at a time in a folder."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from multitag.errors import OutputError
from multitag.extras import import_extra

LOCK = ".lock"
HOLDER = ".lock-holder"  # not in the lock's own file, which Windows lets nobody else read


@contextmanager
def run_lock(folder: Path) -> Iterator[None]:
    """Hold a folder for as long as the block runs.

    The lock is the operating system's: when the process ends, however it ends, it is gone, and the files that tell
    of it mean nothing to the next run.

    Parameters
    ----------
    folder : Path
        Must exist.

    Raises
    ------
    OutputError
        If another process, or another thread of this one, holds it; names the process and its machine.
    OSError
        If the lock's files cannot be written.
    """
    lock = _acquire(folder)
    try:
        (folder / HOLDER).write_text(f"process {os.getpid()} on {platform.node()}", encoding="utf-8")
        yield
    finally:
        (folder / HOLDER).unlink(missing_ok=True)
        if os.name != "nt":  # Windows removes no file that is open
            (folder / LOCK).unlink(missing_ok=True)  # while it is held: who waits for it sees that it is gone
        lock.release()


def refuse_locked(folder: Path) -> None:
    """Check that nobody holds a folder; it need not exist.

    Raises
    ------
    OutputError
        If somebody does; names the process and its machine.
    """
    if (folder / LOCK).exists():
        _acquire(folder).release()


def _acquire(folder: Path) -> Any:
    filelock: Any = import_extra("filelock", "train")
    lock = filelock.FileLock(folder / LOCK, timeout=0)
    try:
        lock.acquire()
    except filelock.Timeout:
        busy = f"{folder}: {_holder(folder)} is writing here"
        raise OutputError(f"{busy}; wait for its end, or choose another --out") from None
    return lock


def _holder(folder: Path) -> str:
    try:
        return (folder / HOLDER).read_text(encoding="utf-8") or "another process"
    except FileNotFoundError:  # it has just begun, or just ended
        return "another process"

"""A bundle that changed on disk, or a signal: the new one is loaded beside the old and takes its place."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path

from multitag.bundle.layout import MANIFEST, OPTIONAL, REQUIRED
from multitag.errors import MultitagError

log = logging.getLogger("multitag.serve")

POLL = 1.0  # seconds between two looks at the bundle's files
Signature = tuple[tuple[str, int, int, int, int], ...]


def signature(path: str) -> Signature:
    """Describe the state of a bundle's files, links followed, by what changes when one is written or replaced."""
    place = Path(path)
    files = {"": place} | {name: place / name for name in sorted({MANIFEST} | REQUIRED | OPTIONAL)}
    found = []
    for name, file in files.items():
        try:
            stat = file.stat()
        except OSError:
            continue
        found.append((name, stat.st_dev, stat.st_ino, stat.st_size, stat.st_mtime_ns))
    return tuple(found)


class Replacement:
    """Watches a bundle and has it loaded again.

    Parameters
    ----------
    path : str
        Folder or zip, or a link to one.
    load : callable
        Loads the bundle and swaps it in; called in a thread.
    on_outcome : callable
        Told whether a load succeeded.
    loaded : Signature
        Of the files as they were before the bundle that is served was loaded.
    """

    def __init__(
        self, path: str, load: Callable[[], str], on_outcome: Callable[[bool], None], loaded: Signature
    ) -> None:
        self._path, self._load, self._on_outcome, self._loaded = path, load, on_outcome, loaded
        self._asked = asyncio.Event()

    def ask(self) -> None:
        """Load the bundle again, changed or not, as on SIGHUP."""
        self._asked.set()

    async def watch(self) -> None:
        """Look at the files until cancelled."""
        before = self._loaded
        while True:
            try:
                await asyncio.wait_for(self._asked.wait(), POLL)
                asked = True
            except TimeoutError:
                asked = False
            self._asked.clear()
            now = await asyncio.to_thread(signature, self._path)
            # Files that are still being written change between two looks.
            settled, before = now == before, now
            if asked or (settled and now != self._loaded):  # also where nothing is there: that is told once
                await self._replace(now)

    async def _replace(self, state: Signature) -> None:
        self._loaded = state  # a broken bundle is tried again when it changes
        try:
            fingerprint = await asyncio.to_thread(self._load)
        except Exception as error:  # whatever it is, the old one is served and the watch goes on
            trace = None if isinstance(error, (MultitagError, OSError)) else error
            log.error("the new bundle is not served, the old one stays: %s", error, exc_info=trace)
            self._on_outcome(False)
        else:
            log.info("serving another bundle: %s", fingerprint)
            self._on_outcome(True)

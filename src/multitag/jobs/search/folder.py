"""The folder of a search: what it was started with, its study, its trainings, its result."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from multitag.atomic import new_file, remove_leftovers, system_errors_as_output_errors
from multitag.errors import ConfigError, OutputError
from multitag.jobs.run_lock import HOLDER, LOCK, refuse_locked, run_lock

logger = logging.getLogger("multitag")

START, STUDY, FITS = "search-start.json", "study.db", "fits"
SETTINGS, RESULT, PAGE = "settings.yaml", "search.json", "search.html"


@dataclass(frozen=True)
class SearchFolder:
    """Paths of a search, and the rules for starting and resuming in them.

    ::

        search-start.json   all settings, the rows and the base model that it was started with
        study.db            the trials: Optuna's SQLite database
        fits/               probabilities and time of each training, by its settings
        settings.yaml       the best settings, for multitag train --config
        search.json         all that was tried, and the comparison with the defaults
        search.html         the same as a page
    """

    root: Path

    @property
    def study(self) -> Path:
        """The database of the trials."""
        return self.root / STUDY

    @property
    def fits(self) -> Path:
        """What was trained."""
        return self.root / FITS

    @property
    def begun(self) -> bool:
        """Whether there is a search to resume."""
        return (self.root / START).is_file()

    def check(self, resume: bool) -> None:
        """Refuse a folder that holds something else, before any work is done.

        Raises
        ------
        OutputError
            If a search is at work here, or the folder exists and ``resume`` is False, or holds no search.
        """
        with system_errors_as_output_errors(self.root):
            refuse_locked(self.root)
            if not self.root.exists():
                return
            names = {path.name for path in self.root.iterdir()} if self.root.is_dir() else {self.root.name}
            unused = names <= {LOCK, HOLDER}
        if not resume and not (unused and names):
            raise OutputError(
                f"{self.root}: already exists; choose another --out, delete it, or continue its search with --resume"
            )
        if resume and not self.begun and not unused:
            raise OutputError(f"{self.root}: no search to resume; start one without --resume")

    @contextmanager
    def claimed(self, resume: bool) -> Iterator[None]:
        """Make the folder and hold it against others while the block runs; one that never began is gone again.

        Raises
        ------
        OutputError
            As :meth:`check`; or if the folder cannot be written.
        """
        self.check(resume)
        with system_errors_as_output_errors(self.root):
            new = [path for path in (self.root, *self.root.parents) if not path.exists()]
            self.root.mkdir(parents=True, exist_ok=True)
        try:
            with run_lock(self.root):
                remove_leftovers(self.root, [START, SETTINGS, RESULT, PAGE])
                if resume and not self.begun:
                    logger.info("%s: nothing to resume yet; starting at the beginning", self.root)
                yield
        finally:
            if not self.begun:
                for path in new:
                    if path.is_dir() and not any(path.iterdir()):
                        path.rmdir()

    def open(self, facts: Mapping[str, Any]) -> None:
        """Begin a search, or check that it is the one that was begun here.

        Parameters
        ----------
        facts : mapping
            JSON-safe: ``settings``, flat, and whatever else must not differ.

        Raises
        ------
        ConfigError
            If the settings or the rows are others; names the first that differs.
        OutputError
            If it cannot be written, or read any more.
        """
        if not self.begun:
            self.write(START, json.dumps(facts, ensure_ascii=False, indent=1) + "\n")
            return
        path = self.root / START
        try:
            before = json.loads(path.read_bytes())
            keys = {part: dict(before[part]) for part in facts}
        except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
            raise OutputError(f"{path}: missing or damaged; start again in another --out") from error
        for part, values in json.loads(json.dumps(facts)).items():
            for key in values | keys[part]:
                was, now = keys[part].get(key), values.get(key)
                if was != now:
                    raise ConfigError(
                        f"{self.root}: cannot resume with other {part}: {key} was {was!r:.80}, now {now!r:.80}"
                    )

    def write(self, name: str, content: str) -> None:
        """Write a file, whole or not at all, in the place of one that is there.

        Raises
        ------
        OutputError
            If it cannot be written.
        """
        with new_file(self.root / name, replace=True) as file:
            file.write(content.encode("utf-8"))

"""The folder of a run: what it was started with, its checkpoints, its bundle."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from multitag.atomic import new_file, remove_leftovers, system_errors_as_output_errors
from multitag.config import Config
from multitag.errors import ConfigError, OutputError
from multitag.jobs.run_lock import HOLDER, LOCK, refuse_locked, run_lock

logger = logging.getLogger("multitag")

SETTINGS, DATA, SPLIT = "settings.yaml", "data.json", "split.json"
# All that a run leaves that was killed before there was anything to resume.
BEFORE_THE_START = (LOCK, HOLDER, DATA, SPLIT, ".*.partial")


@dataclass(frozen=True)
class RunFolder:
    """Paths of a run, and the rules for starting and resuming in them.

    ::

        settings.yaml            every setting, resolved
        data.json                where the rows came from, with their fingerprint
        split.json               row numbers of each side
        tokens/                  of large tables; can be deleted once the run is finished
        checkpoints/             Trainer state, for --resume
        folds/1/ ...             of cross-validation: a folder like this for each fold, without a bundle
        refit/                   of the model that is trained again on all rows, likewise
        probabilities.parquet    of the rows that were held out
        bundle/                  what leaves

    While a run is working there are also a lock and hidden names of what is being written.
    """

    root: Path

    @property
    def bundle(self) -> Path:
        """The bundle; there once the run is finished."""
        return self.root / "bundle"

    @property
    def checkpoints(self) -> Path:
        """Trainer state."""
        return self.root / "checkpoints"

    @property
    def tokens(self) -> Path:
        """Tokens that are too many for memory."""
        return self.root / "tokens"

    @property
    def probabilities(self) -> Path:
        """Probabilities of the rows that were held out."""
        return self.root / "probabilities.parquet"

    def part(self, name: str) -> RunFolder:
        """Give the folder of a training that is a part of this run, such as ``"refit"`` or ``"folds/1"``."""
        return RunFolder(self.root / name)

    @property
    def begun(self) -> bool:
        """Whether there is a run to resume."""
        return (self.root / SETTINGS).is_file()

    def check(self, resume: bool) -> None:
        """Refuse a folder that holds something else, before any work is done.

        Raises
        ------
        OutputError
            If another run is writing here; if the folder exists and ``resume`` is False; if it is True, and the run
            here is finished or the folder holds something else.
        """
        with system_errors_as_output_errors(self.root):
            refuse_locked(self.root)
            self._check_contents(resume)

    @contextmanager
    def claimed(self, resume: bool) -> Iterator[None]:
        """Make the folder and hold it against other runs while the block runs.

        What a killed run left half written is cleared away. If the block raises before :meth:`start`, the folder is
        gone again.

        Raises
        ------
        OutputError
            As :meth:`check`; or if the folder cannot be written, a full disk included.
        """
        self._check_contents(resume)  # nothing is made within what is not ours
        with ExitStack() as stack:
            with system_errors_as_output_errors(self.root):
                new = [path for path in self.root.parents if not path.exists()]
                self.root.mkdir(parents=True, exist_ok=True)
                stack.callback(self._remove_unless_begun, new)
                stack.enter_context(run_lock(self.root))
                self._check_contents(resume)  # another run may have come and gone
                for place in (self, self.part("refit"), *map(RunFolder, self.root.glob("folds/*"))):
                    place.clear_leftovers()
            if resume and not self.begun:
                logger.info("%s: nothing to resume yet; starting at the beginning", self.root)
            try:
                yield
            except OutputError as error:
                if not self.begun:
                    raise
                raise OutputError(f"{error}; once that is mended, go on with --resume") from error

    def clear_leftovers(self) -> None:
        """Clear away what a killed run left half written."""
        remove_leftovers(self.root, [SETTINGS, DATA, SPLIT, "model", "bundle", self.probabilities.name, "*.json"])
        remove_leftovers(self.checkpoints, ["*checkpoint-*"])

    def _check_contents(self, resume: bool) -> None:
        if not self.root.exists():
            return
        names = [path.name for path in self.root.iterdir()] if self.root.is_dir() else [self.root.name]
        unused = all(any(fnmatch(name, known) for known in BEFORE_THE_START) for name in names)
        if not resume and not (unused and LOCK in names):
            raise OutputError(
                f"{self.root}: already exists; choose another --out, delete it, or continue its run with --resume"
            )
        if resume and not self.begun and not unused:
            raise OutputError(f"{self.root}: no run to resume; start one without --resume")
        if resume and self.bundle.exists():
            raise OutputError(f"{self.root}: this run is finished; its bundle is {self.bundle}")

    def _remove_unless_begun(self, parents: list[Path]) -> None:
        if self.begun:
            return
        for name in (DATA, SPLIT):
            (self.root / name).unlink(missing_ok=True)
        with suppress(OSError):  # not empty, or not ours to delete: then it stays
            for path in (self.root, *parents):
                path.rmdir()

    def start(self, config: Config, data: dict[str, Any], split: dict[str, Any]) -> None:
        """Write what the run is started with.

        Raises
        ------
        OutputError
            If it cannot be written.
        """
        with system_errors_as_output_errors(self.root):
            self.root.mkdir(parents=True, exist_ok=True)
        # The settings last: a folder with settings is one that can be resumed.
        for name, content in ((DATA, _json(data)), (SPLIT, _json(split)), (SETTINGS, config.to_yaml())):
            with new_file(self.root / name, replace=True) as file:
                file.write(content.encode("utf-8"))

    def check_same(self, config: Config, data: dict[str, Any], split: dict[str, Any]) -> None:
        """Refuse to resume with anything else than the run was started with.

        Raises
        ------
        ConfigError
            If a setting, the rows or their split differ; names the first setting that does.
        OutputError
            If what the run was started with cannot be read any more.
        """
        saved = Config.from_yaml(self.root / SETTINGS)
        if saved != config:
            before, now = _flat(saved.to_dict()), _flat(config.to_dict())
            name = next(key for key in now if before.get(key) != now[key])
            raise ConfigError(
                f"{self.root}: cannot resume with other settings: "
                f"{name} was {before.get(name)!r}, now {now[name]!r}"
            )
        for name, now_is in ((DATA, data), (SPLIT, split)):
            try:
                before_it_was = json.loads((self.root / name).read_text(encoding="utf-8"))
            except (OSError, ValueError) as error:
                raise OutputError(f"{self.root / name}: missing or damaged; start again in another --out") from error
            if before_it_was != json.loads(_json(now_is)):
                raise ConfigError(
                    f"{self.root}: cannot resume with other rows: they differ from those in {name}"
                )


def _json(values: dict[str, Any]) -> str:
    return json.dumps(values, ensure_ascii=False, indent=1) + "\n"


def _flat(values: dict[str, Any], path: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in values.items():
        flat |= (
            _flat(value, f"{path}{key}.") if isinstance(value, dict) and value else {f"{path}{key}": value}
        )
    return flat

"""The folder of a run: what it was started with, its checkpoints, its bundle."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from multitag.atomic import new_file, remove_leftovers, system_errors_as_output_errors
from multitag.config import Config
from multitag.errors import ConfigError, OutputError
from multitag.jobs.run_lock import HOLDER, LOCK, refuse_locked, run_lock

logger = logging.getLogger("multitag")

SETTINGS, DATA, SPLIT, BASE_MODEL = "settings.yaml", "data.json", "split.json", "base_model.json"
EFFORT = "effort.json"
# All that a run leaves that was killed before there was anything to resume.
BEFORE_THE_START = (LOCK, HOLDER, DATA, SPLIT, BASE_MODEL, EFFORT, ".*.partial")
NEW = ("trained_on", "unknown_tokens")  # facts that a run of an older multitag did not keep

Facts = Mapping[str, Any]


@dataclass(frozen=True)
class RunFolder:
    """Paths of a run, and the rules for starting and resuming in them.

    ::

        settings.yaml            every setting, resolved
        data.json                where the rows came from, with their fingerprint
        split.json               row numbers of each side
        base_model.json          the base model that was chosen; every training of the run takes it
        effort.json              with --minutes: what was given up, and how fast the machine was
        tokens/                  of large tables; can be deleted once the run is finished
        checkpoints/             Trainer state, for --resume
        folds/1/ ...             of cross-validation: a folder like this for each fold, without a bundle
        linear/                  of the linear head where both recipes are trained, the same without checkpoints
        refit/                   of the final model where it is retrained on all rows, likewise
        probabilities.parquet    of the rows that were held out
        bundle/                  the result

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
    def effort(self) -> Path:
        """What was decided of the time of a run that has one."""
        return self.root / EFFORT

    @property
    def tokens(self) -> Path:
        """Tokens that are too many for memory."""
        return self.root / "tokens"

    @property
    def probabilities(self) -> Path:
        """Probabilities of the rows that were held out."""
        return self.root / "probabilities.parquet"

    @property
    def base_model(self) -> dict[str, Any] | None:
        """What is recorded of the base model; None before the start, and in a folder of an older multitag.

        Raises
        ------
        OutputError
            If the record cannot be read any more.
        """
        path = self.root / BASE_MODEL
        return _read_facts(path) if self.begun and path.exists() else None

    def part(self, name: str) -> RunFolder:
        """Return the folder of a training that is a part of this run, such as ``"refit"`` or ``"folds/1"``."""
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
                parts = map(self.part, ("refit", "linear"))
                for place in (self, *parts, *map(RunFolder, self.root.glob("folds/*"))):
                    place.clear_leftovers()
            if resume and not self.begun:
                logger.info("%s: nothing to resume yet; starting at the beginning", self.root)
            try:
                yield
            except OutputError as error:
                if not self.begun:
                    raise
                raise OutputError(f"{error}; once that is fixed, continue with --resume") from error

    def clear_leftovers(self) -> None:
        """Clear away what a killed run left half written."""
        remove_leftovers(self.root, [SETTINGS, "model", "bundle", self.probabilities.name, "*.json"])
        remove_leftovers(self.checkpoints, ["*checkpoint-*"])

    def _check_contents(self, resume: bool) -> None:
        if not self.root.exists():
            return
        names = [path.name for path in self.root.iterdir()] if self.root.is_dir() else [self.root.name]
        unused = all(any(fnmatch(name, pattern) for pattern in BEFORE_THE_START) for name in names)
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
        for name in (DATA, SPLIT, BASE_MODEL, EFFORT):
            (self.root / name).unlink(missing_ok=True)
        with suppress(OSError):  # not empty, or not ours to delete: then it stays
            for path in (self.root, *parents):
                path.rmdir()

    def open(self, config: Config, data: Facts, split: Facts, base_model: Facts | None = None) -> bool:
        """Start a run, or a part of one, or check that it is the one that was started here.

        Parameters
        ----------
        config : Config
            With both learning rates.
        data, split : mapping
            JSON-safe facts about the rows, and the rows of each side.
        base_model : mapping, optional
            JSON-safe; left out by the parts of a run.

        Returns
        -------
        bool
            Whether there is something to resume.

        Raises
        ------
        ConfigError, OutputError
            As :meth:`start` and :meth:`check_same`.
        """
        if not self.begun:
            self.start(config, data, split, base_model)
            return False
        self.check_same(config, data, split)
        if base_model is not None and self.base_model is None:  # begun by an older multitag
            self._write(BASE_MODEL, _json(base_model))
        return True

    def start(self, config: Config, data: Facts, split: Facts, base_model: Facts | None = None) -> None:
        """Write what the run is started with.

        Raises
        ------
        OutputError
            If it cannot be written.
        """
        with system_errors_as_output_errors(self.root):
            self.root.mkdir(parents=True, exist_ok=True)
        self._write(DATA, _json(data))
        self._write(SPLIT, _json(split))
        if base_model is not None:
            self._write(BASE_MODEL, _json(base_model))
        self._write(SETTINGS, config.to_yaml())  # last: a folder with settings is one that can be resumed

    def _write(self, name: str, content: str) -> None:
        with new_file(self.root / name, replace=True) as file:
            file.write(content.encode("utf-8"))

    def check_same(self, config: Config, data: Facts, split: Facts) -> None:
        """Refuse to resume with anything else than the run was started with.

        Facts that an older multitag did not write are not compared, nor learning rates that it left open, nor what
        the bundle holds besides the model: a run whose graphs failed goes on without them.

        Raises
        ------
        ConfigError
            If a setting, the rows or their split differ; names the first setting that does.
        OutputError
            If what the run was started with cannot be read any more.
        """
        saved = replace(_with_open_rates(Config.from_yaml(self.root / SETTINGS), config), export=config.export)
        if saved != config:
            before, now = _flat(saved.to_dict()), _flat(config.to_dict())
            name = next(key for key in now if before.get(key) != now[key])
            raise ConfigError(
                f"{self.root}: cannot resume with other settings: "
                f"{name} was {before.get(name)!r}, now {now[name]!r}"
            )
        for name, facts in ((DATA, data), (SPLIT, split)):
            recorded = _read_facts(self.root / name)
            if recorded != json.loads(_json({key: facts[key] for key in facts if key in recorded or key not in NEW})):
                raise ConfigError(
                    f"{self.root}: cannot resume with other rows: they differ from those in {name}; give the tables as "
                    "they were, or train them anew in another --out"
                )


def _json(values: Facts) -> str:
    return json.dumps(values, ensure_ascii=False, indent=1) + "\n"


def _read_facts(path: Path) -> dict[str, Any]:
    try:
        facts = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise OutputError(f"{path}: missing or damaged; start again in another --out") from error
    if not isinstance(facts, dict):
        raise OutputError(f"{path}: missing or damaged; start again in another --out")
    return facts


def _with_open_rates(saved: Config, config: Config) -> Config:
    """Return saved settings with the present learning rates, and epoch to keep, where none are saved."""
    if saved.training.best_epoch is None:  # of an older multitag, or of a linear head
        saved = replace(saved, training=replace(saved.training, best_epoch=config.training.best_epoch))
    before, now = saved.training, config.training
    encoder_rate = now.learning_rate if before.learning_rate is None else before.learning_rate
    head_rate = now.head_learning_rate if before.head_learning_rate is None else before.head_learning_rate
    if encoder_rate is None or head_rate is None:
        return saved
    return saved.with_learning_rates(encoder_rate, head_rate)


def _flat(values: dict[str, Any], path: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in values.items():
        flat |= (
            _flat(value, f"{path}{key}.") if isinstance(value, dict) and value else {f"{path}{key}": value}
        )
    return flat

"""The folder of a run: what it was started with, its checkpoints, its bundle."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from multitag.config import Config
from multitag.errors import ConfigError, OutputError


@dataclass(frozen=True)
class RunFolder:
    """Paths of a run, and the rules for starting and resuming in them.

    ::

        settings.yaml            every setting, resolved
        data.json                where the rows came from, with their fingerprint
        split.json               row numbers of each side
        tokens/                  of large tables; can be deleted once the run is finished
        checkpoints/             Trainer state, for --resume
        probabilities.parquet    of the validation and test rows, by the model in the bundle
        bundle/                  what leaves
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

    def check(self, resume: bool) -> None:
        """Refuse a folder that holds something else, before any work is done.

        Raises
        ------
        OutputError
            If the folder exists and ``resume`` is False; if it is True and there is no unfinished run in it.
        """
        if not resume:
            if self.root.exists():
                raise OutputError(
                    f"{self.root}: already exists; choose another --out, delete it, "
                    "or continue its run with --resume"
                )
            return
        if not (self.root / "settings.yaml").is_file():
            raise OutputError(f"{self.root}: no run to resume; start one without --resume")
        if self.bundle.exists():
            raise OutputError(f"{self.root}: this run is finished; its bundle is {self.bundle}")

    def start(self, config: Config, data: dict[str, Any], split: dict[str, Any]) -> None:
        """Make the folder and write what the run is started with.

        Raises
        ------
        OutputError
            If it cannot be written.
        """
        try:
            self.root.mkdir(parents=True)
            (self.root / "data.json").write_text(_json(data), encoding="utf-8")
            (self.root / "split.json").write_text(_json(split), encoding="utf-8")
            # Last: a folder with settings is one that can be resumed.
            (self.root / "settings.yaml").write_text(config.to_yaml(), encoding="utf-8")
        except OSError as error:
            raise OutputError(f"{self.root}: cannot be written: {error.strerror}") from error

    def check_same(self, config: Config, data: dict[str, Any], split: dict[str, Any]) -> None:
        """Refuse to resume with anything else than the run was started with.

        Raises
        ------
        ConfigError
            If a setting, the rows or their split differ; names the first setting that does.
        """
        saved = Config.from_yaml(self.root / "settings.yaml")
        if saved != config:
            before, now = _flat(saved.to_dict()), _flat(config.to_dict())
            name = next(key for key in now if before.get(key) != now[key])
            raise ConfigError(
                f"{self.root}: cannot resume with other settings: "
                f"{name} was {before.get(name)!r}, now {now[name]!r}"
            )
        for name, now_is in (("data.json", data), ("split.json", split)):
            if json.loads((self.root / name).read_text(encoding="utf-8")) != json.loads(_json(now_is)):
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

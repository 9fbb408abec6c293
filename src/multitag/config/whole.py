"""All settings of a run: YAML in and out, unknown keys refused with the nearest known one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Self

from multitag.config.data import DataConfig
from multitag.config.evaluation import EvaluationConfig
from multitag.config.model import ExportConfig, ModelConfig
from multitag.config.require import require
from multitag.config.split import SplitConfig
from multitag.config.training import TrainingConfig
from multitag.errors import ConfigError
from multitag.config.schema import build, nearest, read_yaml, setting_keys, write_yaml


@dataclass(frozen=True)
class Config:
    """All settings of a run. Field names are unique across sections, so one name finds a setting.

    Examples
    --------
    >>> Config().override(epochs=2, base_model="minilm").training.epochs
    2.0
    """

    seed: int = 42
    data: DataConfig = field(default_factory=DataConfig)
    split: SplitConfig = field(default_factory=SplitConfig)
    model: ModelConfig = field(default_factory=ModelConfig)
    training: TrainingConfig = field(default_factory=TrainingConfig)
    evaluation: EvaluationConfig = field(default_factory=EvaluationConfig)
    export: ExportConfig = field(default_factory=ExportConfig)

    def __post_init__(self) -> None:
        require(0 <= self.seed < 2**32, f"seed: expected 0 to 4294967295, got {self.seed!r}")

    @classmethod
    def from_dict(cls, values: Mapping[str, Any], source: str = "configuration") -> Self:
        """Build from nested dictionaries as YAML gives them.

        Parameters
        ----------
        values : mapping
            Sections and their keys; what is not named keeps its default.
        source : str
            Name of the file, for errors.

        Raises
        ------
        ConfigError
            If a key is unknown (names the nearest known one) or a value has the wrong type or range.
        """
        built: Self = build(cls, values, source)
        return built

    @classmethod
    def from_yaml(cls, path: str | Path) -> Self:
        """Read a YAML file, with the safe loader only.

        Raises
        ------
        ConfigError
            If the file is missing, not YAML or holds an unknown key or a bad value.
        """
        values = read_yaml(path)
        return cls.from_dict({} if values is None else values, str(path))

    def to_dict(self) -> dict[str, Any]:
        """Give nested plain dictionaries that :meth:`from_dict` takes back."""
        values = asdict(self)
        values["training"]["trainer_args"] = dict(self.training.trainer_args)
        data = values["data"]
        data.update({name: list(each) for name, each in data.items() if isinstance(each, tuple)})  # as YAML reads it
        return values

    def to_yaml(self) -> str:
        """Write as YAML that :meth:`from_yaml` takes back."""
        return write_yaml(self.to_dict())

    def override(self, **values: Any) -> Self:
        """Replace settings by their bare names, wherever their section is.

        Raises
        ------
        ConfigError
            If a name is unknown or a value has the wrong type or range.
        """
        keys = setting_keys(type(self))
        nested = self.to_dict()
        for name, value in values.items():
            if name not in keys:
                hint = nearest(name, {key: key for key in keys}, keys)
                raise ConfigError(f"unknown option {name!r}; {hint}")
            section, _, bare = keys[name].rpartition(".")
            (nested[section] if section else nested)[bare] = value
        return type(self).from_dict(nested, "options")

    def with_learning_rates(self, learning_rate: float, head_learning_rate: float) -> Self:
        """Give a copy with both rates resolved."""
        training = replace(self.training, learning_rate=learning_rate, head_learning_rate=head_learning_rate)
        return replace(self, training=training)

"""All settings of a run: YAML in and out, unknown keys refused with the nearest known one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Annotated, Any, Self

from multitag.config.data import DataConfig
from multitag.config.evaluation import EvaluationConfig
from multitag.config.model import ExportConfig, ModelConfig
from multitag.config.schema import build, setting_names, suggest
from multitag.config.setting import Option, Range, Section, require, settings_of
from multitag.config.split import SplitConfig
from multitag.config.training import TrainingConfig
from multitag.config.yaml import read_yaml, write_yaml
from multitag.errors import ConfigError


@dataclass(frozen=True)
class Config(Section):
    """All settings of a run. Their names are unique across sections, so one name finds a setting.

    Parameters
    ----------
    seed : int
        Random seed for the split, the head and shuffling.
    data : DataConfig
    split : SplitConfig
    model : ModelConfig
    training : TrainingConfig
    evaluation : EvaluationConfig
    export : ExportConfig

    Examples
    --------
    >>> Config().override(epochs=2, base_model="minilm").training.epochs
    2.0
    """

    seed: Annotated[int, Range(at_least=0, at_most=2**32 - 1), Option(panel="Run")] = 42
    data: Annotated[DataConfig, Option(panel="Table")] = field(default_factory=DataConfig)
    split: Annotated[SplitConfig, Option(panel="Rows held out")] = field(default_factory=SplitConfig)
    model: Annotated[ModelConfig, Option(panel="Model")] = field(default_factory=ModelConfig)
    training: Annotated[TrainingConfig, Option(panel="Training")] = field(default_factory=TrainingConfig)
    evaluation: Annotated[EvaluationConfig, Option(panel="Evaluation")] = field(default_factory=EvaluationConfig)
    export: Annotated[ExportConfig, Option(panel="Run")] = field(default_factory=ExportConfig)

    def __post_init__(self) -> None:
        super().__post_init__()
        require(
            self.model.start is None or self.data.rare == "keep",
            f"start: the bundle says which labels there are, so that rare {self.data.rare} has no say; leave it out",
        )

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
        """Return nested plain dictionaries that :meth:`from_dict` takes back."""
        values = asdict(self)
        values["training"]["trainer_args"] = dict(self.training.trainer_args)
        data = values["data"]
        lists = {name: list(value) for name, value in data.items() if isinstance(value, tuple)}  # as YAML reads them
        data.update(lists)
        return values

    def to_yaml(self) -> str:
        """Return YAML that :meth:`from_yaml` takes back."""
        return write_yaml(self.to_dict())

    def override(self, **values: Any) -> Self:
        """Replace settings by their bare names, wherever their section is.

        Raises
        ------
        ConfigError
            If a name is unknown or a value has the wrong type or range.
        """
        settings = setting_names(type(self))
        nested = self.to_dict()
        for name, value in values.items():
            if name not in settings:
                hint = suggest(name, {known: known for known in settings}, settings_of(Config))
                raise ConfigError(f"unknown setting {name!r}; {hint}")
            setting = settings[name]
            section, _, key = setting.key.rpartition(".")
            (nested[section] if section else nested)[key if name in setting.names else name] = value
        return type(self).from_dict(nested, "")

    def with_learning_rates(self, learning_rate: float, head_learning_rate: float) -> Self:
        """Return a copy with both rates resolved."""
        training = replace(self.training, learning_rate=learning_rate, head_learning_rate=head_learning_rate)
        return replace(self, training=training)

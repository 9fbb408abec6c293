"""Settings of a run: frozen dataclasses, YAML in and out, unknown keys refused with the nearest known one."""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal, Self, Union, get_args, get_origin, get_type_hints

from multitag.errors import ConfigError
from multitag.extras import import_extra

SplitMethod = Literal["stratified", "random"]
Precision = Literal["auto", "fp32", "bf16"]


def _require(holds: bool, message: str) -> None:
    if not holds:
        raise ConfigError(message)


@dataclass(frozen=True)
class DataConfig:
    """How the table is read.

    Parameters
    ----------
    text, labels : str or None
        Column names; None for the packaged tables, which know theirs.
    label_separator : str or None
        What stands between labels in one cell; None finds it.
    allow_unlabelled : bool
        Keep rows without labels as examples of none of the labels.
    """

    text: str | None = None
    labels: str | None = None
    label_separator: str | None = None
    allow_unlabelled: bool = False


@dataclass(frozen=True)
class SplitConfig:
    """How rows are divided.

    Parameters
    ----------
    method : {"stratified", "random"}
        Iterative stratification, or scikit-learn's ``train_test_split``.
    validation_size, test_size : float or int
        Below 1 a share of all rows, from 1 a number of rows; 0 leaves that side out.
    """

    method: SplitMethod = "stratified"
    validation_size: float | int = 0.1
    test_size: float | int = 0.2

    def __post_init__(self) -> None:
        """Check that something is left to train on."""
        for name in ("validation_size", "test_size"):
            size = getattr(self, name)
            _require(
                0 <= size < 1 or (size >= 1 and size == int(size)),
                f"{name}: expected a share in [0, 1) or a whole number of rows, got {size!r}",
            )
        shares = [size for size in (self.validation_size, self.test_size) if size < 1]
        _require(
            sum(shares) < 1,
            f"validation_size + test_size: expected less than 1, got {sum(shares):g}; nothing is left to train on",
        )


@dataclass(frozen=True)
class ModelConfig:
    """What is fine-tuned.

    Parameters
    ----------
    base_model : str
        ``"auto"``, ``"minilm"``, a name on the Hugging Face hub, or a local folder.
    max_length : int
        Longest text in tokens, the two special ones counted; the rest of a text is cut off.
    """

    base_model: str = "auto"
    max_length: int = 256

    def __post_init__(self) -> None:
        """Check ranges."""
        _require(bool(self.base_model.strip()), "base_model: expected auto, minilm, a hub name or a folder, got ''")
        _require(self.max_length >= 3, f"max_length: expected at least 3 tokens, got {self.max_length}")


@dataclass(frozen=True)
class TrainingConfig:
    """How the model is trained.

    Parameters
    ----------
    epochs : float
        Passes over the training rows.
    batch_size : int
        Texts a step.
    learning_rate, head_learning_rate : float or None
        Peak rates of the pretrained encoder and of the new classification head; None chooses by the model's
        width and head (see ``multitag.training.optimizer``).
    warmup_ratio : float
        Share of the steps over which the rates rise from 0; they fall to 0 over the rest.
    weight_decay : float
        AdamW's decoupled decay, not applied to biases and layer norms.
    save_steps : int or None
        Steps between checkpoints; None saves after each epoch.
    save_total_limit : int
        Checkpoints kept; older ones are deleted.
    early_stopping : int or None
        Stop after this many epochs (or ``save_steps``) without a better validation macro AP, and keep the best
        weights; None trains all epochs.
    precision : {"auto", "fp32", "bf16"}
        Arithmetic of training; auto takes bf16 where the processor has instructions for it. Saved weights and
        reported numbers are always fp32.
    trainer_args : mapping
        Any other argument of ``transformers.TrainingArguments``; wins over what multitag sets.
    """

    epochs: float = 5.0
    batch_size: int = 16
    learning_rate: float | None = None
    head_learning_rate: float | None = None
    warmup_ratio: float = 0.1
    weight_decay: float = 0.01
    save_steps: int | None = None
    save_total_limit: int = 2
    early_stopping: int | None = None
    precision: Precision = "auto"
    trainer_args: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Check ranges."""
        for name in ("epochs", "batch_size", "save_total_limit", "learning_rate", "head_learning_rate"):
            value = getattr(self, name)
            _require(value is None or value > 0, f"{name}: expected more than 0, got {value!r}")
        for name in ("save_steps", "early_stopping"):
            value = getattr(self, name)
            _require(value is None or value >= 1, f"{name}: expected at least 1, got {value!r}")
        _require(0 <= self.warmup_ratio < 1, f"warmup_ratio: expected 0 to below 1, got {self.warmup_ratio!r}")
        _require(self.weight_decay >= 0, f"weight_decay: expected 0 or more, got {self.weight_decay!r}")


@dataclass(frozen=True)
class EvaluationConfig:
    """How probabilities become labels and figures.

    Parameters
    ----------
    threshold : float
        The fixed threshold reported beside the tuned ones, in (0, 1).
    """

    threshold: float = 0.3

    def __post_init__(self) -> None:
        """Check ranges."""
        _require(0 < self.threshold < 1, f"threshold: expected a number between 0 and 1, got {self.threshold!r}")


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

    def __post_init__(self) -> None:
        """Check ranges."""
        _require(0 <= self.seed < 2**32, f"seed: expected 0 to 4294967295, got {self.seed!r}")

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
        built: Self = _build(cls, values, source, "")
        return built

    @classmethod
    def from_yaml(cls, path: str | Path) -> Self:
        """Read a YAML file, with the safe loader only.

        Raises
        ------
        ConfigError
            If the file is missing, not YAML or holds an unknown key or a bad value.
        """
        yaml = import_extra("yaml", "train")
        try:
            values = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
        except FileNotFoundError as error:
            raise ConfigError(f"{path}: no such configuration file") from error
        except (yaml.YAMLError, UnicodeDecodeError, RecursionError, ValueError) as error:
            raise ConfigError(f"{path}: not YAML: {' '.join(str(error).split())}") from error
        except OSError as error:
            raise ConfigError(f"{path}: cannot be read: {error.strerror}") from error
        return cls.from_dict({} if values is None else values, str(path))

    def to_dict(self) -> dict[str, Any]:
        """Give nested plain dictionaries that :meth:`from_dict` takes back."""
        values = asdict(self)
        values["training"]["trainer_args"] = dict(self.training.trainer_args)
        return values

    def to_yaml(self) -> str:
        """Write as YAML that :meth:`from_yaml` takes back."""
        text: str = import_extra("yaml", "train").safe_dump(self.to_dict(), sort_keys=False)
        return text

    def override(self, **values: Any) -> Self:
        """Replace settings by their bare names, wherever their section is.

        Raises
        ------
        ConfigError
            If a name is unknown or a value has the wrong type or range.
        """
        sections = {
            name: section.name
            for section in fields(self)
            if section.name != "seed"
            for name in (each.name for each in fields(getattr(self, section.name)))
        }
        nested = self.to_dict()
        for name, value in values.items():
            if name == "seed":
                nested["seed"] = value
            elif name in sections:
                nested[sections[name]][name] = value
            else:
                raise ConfigError(_unknown_key("option", name, [*sections, "seed"], "train"))
        return type(self).from_dict(nested, "options")

    def with_learning_rates(self, learning_rate: float, head_learning_rate: float) -> Self:
        """Give a copy with both rates resolved."""
        training = replace(self.training, learning_rate=learning_rate, head_learning_rate=head_learning_rate)
        return replace(self, training=training)


def _unknown_key(kind: str, key: object, known: list[str], source: str) -> str:
    near = get_close_matches(str(key), known, n=1, cutoff=0.4)
    hint = f"did you mean {near[0]!r}?" if near else f"known are: {', '.join(known)}"
    return f"{source}: unknown {kind} {str(key)!r}; {hint}"


def _build(cls: Any, values: object, source: str, path: str) -> Any:
    if not isinstance(values, Mapping):
        raise ConfigError(f"{source}: {path or 'top level'}: expected keys and values, got {type(values).__name__}")
    hints = get_type_hints(cls)
    for key in values:
        if key not in hints:
            raise ConfigError(_unknown_key("key", f"{path}{key}", [f"{path}{name}" for name in hints], source))
    built = {}
    for key, value in values.items():
        hint = hints[key]
        if isinstance(hint, type) and hasattr(hint, "__dataclass_fields__"):
            built[key] = _build(hint, {} if value is None else value, source, f"{path}{key}.")
        else:
            built[key] = _convert(value, hint, f"{source}: {path}{key}")
    try:
        return cls(**built)
    except ConfigError as error:
        raise ConfigError(f"{source}: {path}{error}") from None


def _convert(value: Any, hint: Any, where: str) -> Any:
    """Check a plain value against a type hint; whole numbers pass as floats, nothing else is coerced."""
    choices = get_args(hint) if get_origin(hint) in (Union, types.UnionType) else (hint,)
    for choice in choices:
        if get_origin(choice) is Literal and value in get_args(choice):
            return value
        if choice is type(None) and value is None:
            return None
        if get_origin(choice) is Mapping and isinstance(value, Mapping) and all(isinstance(k, str) for k in value):
            return dict(value)
        if choice in (str, bool) and isinstance(value, choice):
            return value
        if choice is int and isinstance(value, int) and not isinstance(value, bool):
            return value
        if choice is float and isinstance(value, (int, float)) and not isinstance(value, bool):
            if value != value or abs(value) == float("inf"):
                raise ConfigError(f"{where}: expected a finite number, got {value!r}")
            return float(value) if int not in choices else value
    raise ConfigError(f"{where}: expected {_describe(choices)}, got {value!r}")


def _describe(choices: tuple[Any, ...]) -> str:
    words: list[str] = []
    for choice in choices:
        if get_origin(choice) is Literal:
            words.extend(str(each) for each in get_args(choice))
        elif get_origin(choice) is Mapping:
            words.append("keys and values")
        else:
            words.append({str: "text", bool: "true or false", int: "a whole number", float: "a number"}.get(choice, "nothing"))
    return " or ".join(words)

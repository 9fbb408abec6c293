"""Settings of a run: frozen dataclasses, YAML in and out, unknown keys refused with the nearest known one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, Self

from multitag.errors import ConfigError
from multitag.schema import build, is_plain, nearest, read_yaml, setting_keys, write_yaml

ShapeName = Literal["auto", "separated", "single", "json", "python", "fasttext"]
Unlabelled = Literal["error", "keep", "drop"]
SplitMethod = Literal["stratified", "random"]
NearDuplicatesRule = Literal["together", "ignore"]
Precision = Literal["auto", "fp32", "bf16"]
LongTexts = Literal["truncate", "windows"]
Pool = Literal["mean", "max"]
BackendName = Literal["auto", "onnx", "onnx-int8", "torch"]


def _require(holds: bool, message: str) -> None:
    if not holds:
        raise ConfigError(message)


@dataclass(frozen=True)
class DataConfig:
    """How the table is read.

    Parameters
    ----------
    text, labels : str, tuple of str or None
        Column names; None for the packaged tables, which know theirs. Several columns of text make one text, several
        columns of labels hold some labels each.
    text_pair : bool
        Two columns of text stay two segments of a pair, instead of one text.
    label_columns : tuple of str or None
        Columns with 0 and 1, one a label, instead of ``labels``: names, ``SDG1..SDG17``, ``SDG*``.
    label_shape : {"auto", "separated", "single", "json", "python", "fasttext"}
        How a cell holds labels; auto finds it.
    label_separator : str or None
        What stands between labels in one cell; None finds it.
    label_key : str or None
        Where labels are objects, the key of their names; None finds it.
    label_names : str or None
        A file with the names of label ids.
    allow_unlabelled : bool
        The same as ``unlabelled="keep"``.
    unlabelled : {"error", "keep", "drop"}
        Rows without labels are refused, examples of none of the labels, or left out.
    strict : bool
        Refuse the table for the first row that cannot be used, instead of leaving it out.
    validation_file, test_file : str or None
        Tables of the rows to validate and to test on, instead of some of the main table.
    min_support : int
        A label on fewer rows is rare.
    rare : str
        What becomes of rare labels: ``"keep"``, ``"drop"``, or ``"merge:Other"`` into the label of that name.
    delimiter, encoding : str or None
        Of CSV files; None finds them.
    header : bool
        Whether the first row of a CSV file names the columns.
    """

    text: str | tuple[str, ...] | None = None
    text_pair: bool = False
    labels: str | tuple[str, ...] | None = None
    label_columns: tuple[str, ...] | None = None
    label_shape: ShapeName = "auto"
    label_separator: str | None = None
    label_key: str | None = None
    label_names: str | None = None
    allow_unlabelled: bool = False
    unlabelled: Unlabelled = "error"
    strict: bool = False
    validation_file: str | None = None
    test_file: str | None = None
    min_support: int = 5
    rare: str = "keep"
    delimiter: str | None = None
    encoding: str | None = None
    header: bool = True

    def __post_init__(self) -> None:
        """Check what belongs together."""
        _require(
            self.label_separator != "",
            "label_separator: expected what stands between two labels, such as a comma, got ''",
        )
        _require(
            not (self.labels and self.label_columns), "labels and label_columns: expected one of them, got both"
        )
        _require(
            self.label_separator is None or self.label_shape in ("auto", "separated"),
            f"label_separator: goes with label_shape separated, got {self.label_shape}",
        )
        _require(
            not (self.allow_unlabelled and self.unlabelled == "drop"),
            "allow_unlabelled keeps rows without labels and unlabelled: drop leaves them out; choose one",
        )
        n_texts = len(self.text) if isinstance(self.text, tuple) else 1
        _require(
            not self.text_pair or n_texts == 2, f"text_pair: expected two columns of text, got {n_texts}"
        )
        _require(self.min_support >= 1, f"min_support: expected at least 1, got {self.min_support}")
        kind, _, name = self.rare.partition(":")
        _require(
            self.rare in ("keep", "drop") or (kind == "merge" and name.strip() != ""),
            f"rare: expected keep, drop or merge:NAME, got {self.rare!r}",
        )

    @property
    def keeps_unlabelled(self) -> bool:
        """Whether rows without labels are examples of none."""
        return self.allow_unlabelled or self.unlabelled == "keep"


@dataclass(frozen=True)
class SplitConfig:
    """How rows are divided.

    Parameters
    ----------
    method : {"stratified", "random"}
        Iterative stratification, or scikit-learn's ``train_test_split``.
    validation_size, test_size : float or int
        Below 1 a share of all rows, from 1 a number of rows; 0 leaves that side out.
    near_duplicates : {"together", "ignore"}
        Look for texts that are nearly the same and keep them on one side, or only those that are equal.
    """

    method: SplitMethod = "stratified"
    validation_size: float | int = 0.1
    test_size: float | int = 0.2
    near_duplicates: NearDuplicatesRule = "together"

    def __post_init__(self) -> None:
        """Check that something is left to train on."""
        for name in ("validation_size", "test_size"):
            size = getattr(self, name)
            _require(
                0 <= size < 1 or (size >= 1 and float(size).is_integer()),
                f"{name}: expected a share in [0, 1) or a whole number of rows, got {size!r}",
            )
        shares = [size for size in (self.validation_size, self.test_size) if size < 1]
        total = f"{sum(shares):g}"
        _require(
            sum(shares) < 1,
            f"validation_size + test_size: expected less than 1, got {total}; nothing is left to train on",
        )


@dataclass(frozen=True)
class ModelConfig:
    """What is fine-tuned.

    Parameters
    ----------
    base_model : str
        ``"auto"``, ``"minilm"``, a name on the Hugging Face hub, or a local folder.
    max_length : int
        Longest text in tokens, the two special ones counted. What is beyond is not trained on.
    long : {"truncate", "windows"}
        What the finished model does with a longer text: read its start, or read it in overlapping windows.
    pool : {"mean", "max"}
        How the probabilities of a text's windows become one a label.
    """

    base_model: str = "auto"
    max_length: int = 256
    long: LongTexts = "truncate"
    pool: Pool = "mean"

    def __post_init__(self) -> None:
        _require(self.base_model.strip() != "", "base_model: expected auto, minilm, a hub name or a folder")
        _require(self.max_length >= 3, f"max_length: expected at least 3 tokens, got {self.max_length}")

    @property
    def window_pool(self) -> Pool | None:
        """How windows are pooled; None where long texts are truncated."""
        return self.pool if self.long == "windows" else None


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
        Stop after this many epochs (or ``save_steps``) without a better validation macro AP, and keep the
        best weights; None trains all epochs.
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
        for name in ("epochs", "batch_size", "save_total_limit", "learning_rate", "head_learning_rate"):
            value = getattr(self, name)
            _require(value is None or value > 0, f"{name}: expected more than 0, got {value!r}")
        for name in ("save_steps", "early_stopping"):
            value = getattr(self, name)
            _require(value is None or value >= 1, f"{name}: expected at least 1, got {value!r}")
        ratio, decay = self.warmup_ratio, self.weight_decay
        _require(0 <= ratio < 1, f"warmup_ratio: expected 0 to below 1, got {ratio!r}")
        _require(decay >= 0, f"weight_decay: expected 0 or more, got {decay!r}")
        for name, value in self.trainer_args.items():  # they are saved with the run, as YAML
            _require(
                is_plain(value),
                f"trainer_args.{name}: expected text, a number, true, false, null, a list or keys of those; "
                f"got {type(value).__name__}",
            )


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
        value = self.threshold
        _require(0 < value < 1, f"threshold: expected a number between 0 and 1, got {value!r}")


@dataclass(frozen=True)
class ExportConfig:
    """What the bundle holds besides the model.

    Parameters
    ----------
    onnx : bool
        Graphs for ONNX Runtime, fp32 and int8, each only if it predicts what the model predicts.
    """

    onnx: bool = True


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

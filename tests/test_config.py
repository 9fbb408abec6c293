"""Settings: YAML in and out; unknown keys and bad values refused with where and what was expected."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from multitag.config import (
    Config,
    EvaluationConfig,
    ModelConfig,
    SplitConfig,
    TrainingConfig,
)
from multitag.config.setting import settings_of
from multitag.config.yaml import parse_value
from multitag.errors import ConfigError

share = st.floats(0, 0.45)
positive = st.floats(1e-12, 1e6)
plain = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(allow_nan=False, allow_infinity=False),
        st.text("ab 1-:"),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text("ab", min_size=1), inner, max_size=3)
    ),
    max_leaves=5,
)
configs = st.builds(
    Config,
    seed=st.integers(0, 2**32 - 1),
    split=st.builds(SplitConfig, validation_size=share, test_size=st.one_of(share, st.integers(1, 500))),
    model=st.builds(ModelConfig, base_model=st.sampled_from(["auto", "a/b: c", "1", "null"])),
    training=st.builds(
        TrainingConfig,
        epochs=positive,
        learning_rate=st.one_of(st.none(), positive),
        trainer_args=st.dictionaries(st.text("abc_", min_size=1), plain, max_size=3),
    ),
    evaluation=st.builds(EvaluationConfig, threshold=st.floats(0.01, 0.99)),
)


@pytest.fixture
def yaml_file(tmp_path: Path) -> Callable[[str | bytes], Path]:
    def write(text: str | bytes) -> Path:
        path = tmp_path / "run.yaml"
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    return write


def refused(values: Any) -> str:
    with pytest.raises(ConfigError) as caught:
        Config.from_dict(values, "run.yaml")
    assert len(str(caught.value).splitlines()) == 1
    return str(caught.value)


@settings(max_examples=50)
@given(configs)
def test_yaml_gives_back_every_setting(tmp_path_factory: pytest.TempPathFactory, config: Config) -> None:
    path = tmp_path_factory.getbasetemp() / "round.yaml"
    path.write_text(config.to_yaml(), encoding="utf-8")
    assert Config.from_yaml(path) == config
    assert Config.from_dict(config.to_dict()) == config


@pytest.mark.parametrize("text", ["", "# nothing\n", "training:\n", "{}", "data: {}\nsplit:\n"])
def test_what_is_not_named_keeps_its_default(yaml_file: Callable[[str], Path], text: str) -> None:
    assert Config.from_yaml(yaml_file(text)) == Config()


@pytest.mark.parametrize(
    ("written", "rate"),
    [
        ("2e-4", 2e-4),
        ("1E-5", 1e-5),
        ("1.0e-5", 1e-5),
        (".5e-3", 5e-4),
        ("3.e2", 300.0),
        ("0.001", 0.001),
        ("1", 1.0),
    ],
)
def test_a_learning_rate_is_a_number_however_it_is_written(
    yaml_file: Callable[[str], Path], written: str, rate: float
) -> None:
    config = Config.from_yaml(
        yaml_file(f"training:\n  learning_rate: {written}\n  trainer_args: {{x: {written}}}\n")
    )
    assert config.training.learning_rate == config.training.trainer_args["x"] == rate


def test_a_list_that_comes_twice_is_written_twice(yaml_file: Callable[[str], Path]) -> None:
    once = [1, "x"]
    config = Config().override(trainer_args={"one": once, "other": once})
    assert Config.from_yaml(yaml_file(config.to_yaml())) == config


def test_a_bomb_of_aliases_is_refused_at_once(yaml_file: Callable[[str], Path]) -> None:
    lines = ["a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30)]
    with pytest.raises(ConfigError, match="line 1: an alias or anchor"):
        Config.from_yaml(yaml_file("\n".join(lines)))


def test_text_that_only_looks_like_a_number_stays_text(yaml_file: Callable[[str], Path]) -> None:
    config = Config.from_yaml(
        yaml_file("data:\n  text: '2e-4'\n  labels: e5\nmodel: {base_model: 1e-5-model}\n")
    )
    assert (config.data.text, config.data.labels, config.model.base_model) == ("2e-4", "e5", "1e-5-model")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("training: [", ": not YAML: "),
        ("a: b: c", ": not YAML: "),
        ("!!python/object/apply:os.system ['true']", ", line 1: a tag ('tag:yaml.org,2002:python/object/apply:os')"),
        ("seed: 1\ndata: !!timestamp x", ", line 2: a tag"),
        ("data: &a [x]\nsplit: *a", ", line 1: an alias or anchor ('a'); write the value out"),
        ("a: *missing", ", line 1: an alias or anchor ('missing')"),
        ("seed: 1\nmodel: {pool: mean}\nseed: 2", ", line 3: 'seed' comes twice; remove one"),
        ("model: {pool: mean,\n pool: max}", ", line 2: 'pool' comes twice"),
        ("[" * 30 + "]" * 30, ", line 1: nested more than 20 deep"),
        ("{a: " * 500, ", line 1: nested more than 20 deep"),
        ("#" * (2**18 + 1), ": larger than 262144 bytes"),
        ("seed: " + "9" * 5000, ": not YAML: "),
        ("? [1]\n: 2", ": not YAML: "),
        (b"\xff\xfe", ": not YAML: "),
        ("when: 2020-99-99", ": not YAML: "),
        ("- training", ": top level: expected keys and values, got list"),
        ("training", ": top level: expected keys and values, got str"),
        ("training: 3", ": training: expected keys and values, got int"),
    ],
)
def test_a_bad_file_is_refused(
    yaml_file: Callable[[str | bytes], Path], content: str | bytes, message: str
) -> None:
    path = yaml_file(content)
    with pytest.raises(ConfigError) as caught:
        Config.from_yaml(path)
    assert str(caught.value).startswith(f"{path}{message}")
    assert len(str(caught.value).splitlines()) == 1


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"none\.yaml: no such configuration file"):
        Config.from_yaml(tmp_path / "none.yaml")
    with pytest.raises(ConfigError, match="cannot be read: Is a directory"):
        Config.from_yaml(tmp_path)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"training": {"epoch": 3}}, "unknown key 'training.epoch'; did you mean 'training.epochs'?"),
        ({"epochs": 3}, "unknown key 'epochs'; did you mean 'training.epochs'?"),
        (
            {"model": {"threshold": 0.4}},
            "unknown key 'model.threshold'; did you mean 'evaluation.threshold'?",
        ),
        ({"spilt": {}}, "unknown key 'spilt'; did you mean 'split'?"),
        (
            {"model": {"zzz": 1}},
            "unknown key 'model.zzz'; known are: model.base_model, model.recipe, model.name_prior, "
            "model.label_descriptions, model.start, model.max_length, "
            "model.allow_unknown_tokens, model.long, model.pool",
        ),
        ({7: 1}, "unknown key '7'; known are: seed, data, split, model, training, evaluation, export"),
    ],
)
def test_an_unknown_key_is_refused_with_the_nearest_known(values: Any, message: str) -> None:
    assert refused(values) == f"run.yaml: {message}"


@pytest.mark.parametrize(
    ("section", "key", "value", "expected"),
    [
        (None, "seed", -1, "expected 0 to 4294967295, got -1"),
        (None, "seed", True, "expected a whole number, got True"),
        (None, "seed", 1.0, "expected a whole number, got 1.0"),
        ("data", "text", 7, "expected text, a list of texts or nothing, got 7"),
        ("data", "allow_unlabelled", "yes", "expected true or false, got 'yes'"),
        ("split", "method", "stratify", "expected stratified or random, got 'stratify'"),
        ("split", "test_size", 1.5, "expected a share in [0, 1) or a whole number of rows, got 1.5"),
        ("split", "test_size", -0.1, "expected a share in [0, 1) or a whole number of rows, got -0.1"),
        ("split", "test_size", float("inf"), "expected a finite number, got inf"),
        ("split", "test_size", None, "expected a number or a whole number, got None"),
        ("model", "base_model", " ", "expected auto, minilm, a hub name or a folder"),
        ("model", "max_length", 2, "expected at least 3, got 2"),
        ("training", "epochs", 0, "expected more than 0, got 0.0"),
        ("training", "epochs", float("nan"), "expected a finite number, got nan"),
        ("training", "batch_size", 2.5, "expected a whole number or nothing, got 2.5"),
        ("training", "save_steps", 0, "expected at least 1, got 0"),
        ("training", "warmup_ratio", 1, "expected at least 0 and less than 1, got 1.0"),
        ("training", "weight_decay", -1, "expected at least 0, got -1.0"),
        ("training", "precision", "fp16", "expected auto, fp32 or bf16, got 'fp16'"),
        ("training", "trainer_args", [1], "expected keys and values, got [1]"),
        ("training", "trainer_args", {1: 2}, "expected keys and values, got {1: 2}"),
        ("evaluation", "threshold", 1, "expected more than 0 and less than 1, got 1.0"),
    ],
)
def test_a_bad_value_is_refused_by_its_key(section: str | None, key: str, value: Any, expected: str) -> None:
    values = {section: {key: value}} if section else {key: value}
    dotted = f"{section}.{key}" if section else key
    assert refused(values) == f"run.yaml: {dotted}: {expected}"


def test_sizes_that_leave_nothing_to_train_on_are_refused() -> None:
    assert refused({"split": {"test_size": 0.6, "validation_size": 0.4}}) == (
        "run.yaml: split.validation_size + test_size: expected less than 1, got 1; "
        "nothing is left to train on"
    )
    assert SplitConfig(test_size=300, validation_size=0.9).test_size == 300
    with pytest.raises(ConfigError, match="test_size: expected a share"):
        SplitConfig(test_size=float("inf"))


def test_what_cannot_be_saved_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"^trainer_args.logging_dir: expected text, .*; got PosixPath$"):
        TrainingConfig(trainer_args={"logging_dir": Path("x")})
    with pytest.raises(ConfigError, match=r"trainer_args\.x: .*; got list"):
        TrainingConfig(trainer_args={"x": [1, {2}]})


def test_override_finds_a_setting_by_its_bare_name() -> None:
    base = Config().override(text="Plot", trainer_args={"a": 1})
    config = base.override(seed=7, epochs=2, base_model="minilm", test_size=100, threshold=0.4)
    assert (config.seed, config.training.epochs, config.model.base_model) == (7, 2.0, "minilm")
    assert (config.split.test_size, config.evaluation.threshold) == (100, 0.4)
    assert (config.data.text, config.training.trainer_args) == ("Plot", {"a": 1})
    assert base.seed == 42


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"epoch": 1}, "unknown setting 'epoch'; did you mean 'epochs'?"),
        ({"training": {}}, "unknown setting 'training'; "),
        ({"seed": None}, "seed: expected a whole number, got None"),
        ({"epochs": 0}, "epochs: expected more than 0, got 0.0"),
    ],
)
def test_a_bad_override_is_refused(values: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        Config().override(**values)
    assert str(caught.value).startswith(message)


def test_bare_names_are_unique_across_sections() -> None:
    sections = [getattr(Config(), each.name) for each in fields(Config)]
    n_settings = sum(len(fields(section)) if is_dataclass(section) else 1 for section in sections)
    assert len(settings_of(Config)) == n_settings


def test_learning_rates_are_resolved_in_a_copy() -> None:
    config = Config().with_learning_rates(2e-4, 1e-2)
    assert (config.training.learning_rate, config.training.head_learning_rate) == (2e-4, 1e-2)
    assert Config().training.learning_rate is None


def test_a_setting_that_an_argument_of_the_trainer_overrules_is_told():
    asked = Config().override(epochs=3, trainer_args={"num_train_epochs": 5, "learning_rate": 1e-4})
    assert asked.training.overruled() == ("epochs is 5, as the trainer argument 'num_train_epochs' says, not 3",)
    assert Config().override(trainer_args={"num_train_epochs": 5}).training.overruled() == ()
    assert Config().override(epochs=5, trainer_args={"num_train_epochs": 5}).training.overruled() == ()


def test_a_single_value_is_read_as_in_a_file_of_settings():
    values = {"5e-5": 5e-5, "3": 3, "true": True, "null": None, "bce": "bce", "": None}
    assert {text: parse_value(text) for text in values} == values
    for text in ("!!python/name:os.system", "&a 1", "[1, 2"):
        with pytest.raises(ConfigError, match=r"a tag|an alias or anchor|not YAML"):
            parse_value(text)

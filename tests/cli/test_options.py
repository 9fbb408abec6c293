"""Settings as options: what is given, what is shown, what is refused."""

from __future__ import annotations

import re

import pytest
from docs.options import options_of_commands, options_page, options_table

from multitag.cli.main import app
from multitag.cli.options import SETTINGS, TABLE_SETTINGS
from multitag.config import Config

WITH_A_TABLE = ("train", "evaluate", "tune", "inspect")


def parsed(*arguments):
    """What a command is called with."""
    _, bound, _ = app.parse_args([*map(str, arguments)], exit_on_error=False)
    return bound


def flag(name):
    return f"--{name.replace('_', '-')}"


@pytest.mark.parametrize("setting", SETTINGS.values(), ids=SETTINGS)
def test_every_setting_is_an_option_of_train_by_each_of_its_names(setting):
    words = {str: "x", float: "0.5", int: "7"}
    for name in setting.names:
        if setting.default is True or setting.default is False or name in ("refit", "best_epoch"):
            kwargs = parsed("train", "x.csv", "--out", "run", flag(name)).kwargs
            assert kwargs[setting.name] is True
            continue
        values = [*getattr(setting.hint, "__args__", ()), setting.hint]
        word = next((words[value] for value in values if value in words), None) or str(values[0])
        kwargs = parsed("train", "x.csv", "--out", "run", flag(name), word).kwargs
        assert set(kwargs) == {"out", setting.name}


def test_values_are_taken_where_pydantic_is_loaded_too():
    import pydantic  # noqa: F401  # cyclopts then checks each value by it as well

    texts = ("--text", "Title", "--text", "Plot")
    settings = parsed("train", "x.csv", "--out", "run", *texts, "--labels", "Genre", "--seed", "7", "--strict").kwargs
    settings.pop("out")
    config = Config().override(**settings)
    assert (config.data.text, config.data.labels, config.seed) == (("Title", "Plot"), "Genre", 7)


def test_only_what_is_given_reaches_a_command():
    assert parsed("train", "x.csv", "--out", "run").kwargs.keys() == {"out"}
    assert parsed("train", "x.csv", "--out", "run", "--epochs", 5).kwargs["epochs"] == 5.0
    assert parsed("tune", "b").kwargs == {}
    assert parsed("tune", "b", "--no-header", "--text", "a").kwargs == {"header": False, "text": "a"}


def test_auto_is_a_word_for_what_the_run_chooses():
    kwargs = parsed("train", "x", "--out", "r", "--epochs", "auto", "--batch-size", "auto", "--r-drop", "0").kwargs
    training = Config().override(**{name: kwargs[name] for name in ("epochs", "batch_size", "r_drop")}).training
    assert (training.epochs, training.batch_size, training.r_drop) == (None, None, 0.0)


def test_switches_have_a_way_back_where_they_are_on():
    kwargs = parsed("train", "x", "--out", "r", "--no-onnx", "--no-baselines", "--no-header", "--no-refit").kwargs
    assert [kwargs[name] for name in ("onnx", "baselines", "header", "refit")] == [False] * 4
    assert parsed("train", "x", "--out", "r", "--onnx", "--refit").kwargs["onnx"] is True
    assert "--no-strict" not in options_of_commands()["train"]


@pytest.mark.parametrize("command", WITH_A_TABLE)
def test_commands_that_read_a_table_have_the_same_options_for_it(command):
    options = options_of_commands()[command]
    assert {flag(name) for key in TABLE_SETTINGS for name in SETTINGS[key].names} <= options
    assert {"--allow-unlabelled", "--quarantine"} <= options


def test_files_and_options_come_in_any_order_and_a_dash_is_standard_input():
    bound = parsed("inspect", "a.csv", "--text", "t", "b.csv", "--label-separator", "-", "-")
    assert bound.args == ("a.csv", "b.csv", "-")
    assert bound.kwargs == {"text": "t", "label_separator": "-"}
    assert parsed("predict", "b", "--input", "-", "--output", "x.csv").kwargs["input_file"].name == "-"


def test_a_size_is_a_number_of_rows_or_a_share():
    sizes = parsed("train", "x", "--out", "r", "--test-size", 200, "--validation-size", 0.2).kwargs
    assert (sizes["test_size"], sizes["validation_size"]) == (200, 0.2)
    assert type(sizes["test_size"]) is int


def test_the_last_of_an_option_counts():
    assert parsed("train", "x", "--out", "r", "--seed", 1, "--seed", 2).kwargs["seed"] == 2


@pytest.mark.parametrize("command", [*options_of_commands(), ""])
def test_help_fits_80_columns(multitag_run, monkeypatch, command):
    monkeypatch.setenv("COLUMNS", "80")
    ended = multitag_run(*filter(None, [command]), "--help")
    assert (ended.code, ended.err) == (0, "")
    assert max(map(len, ended.out.splitlines())) <= 80
    assert "None" not in ended.out
    assert "False" not in ended.out


def test_help_of_train_begins_with_ten_options(multitag_run, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    shown = multitag_run("train", "--help").out
    panels = re.findall(r"╭─ (.*?) ─", shown)
    assert panels == [
        "Arguments", "Options", "Table", "Rows held out", "Rare labels", "Model", "Training", "Evaluation", "Run"
    ]  # fmt: skip
    first = shown[shown.index("─ Options"):shown.index("─ Table")]
    assert re.findall(r"│ [ *]? *(--[a-z-]+)", first) == [
        "--out", "--config", "--resume", "--text", "--labels", "--test", "--folds", "--base-model", "--epochs",
        "--objective",
    ]  # fmt: skip
    for setting in SETTINGS.values():
        assert flag(setting.names[0]) in shown


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["trian"], "unknown command 'trian'; did you mean 'train'?"),
        (["--colour"], "unknown option '--colour'; see multitag --help"),
        (["train", "x.csv", "--out", "r", "--epoch", "3"], "unknown option '--epoch'; did you mean '--epochs'?"),
        (["train", "x.csv", "--out", "r", "--epoch=3"], "unknown option '--epoch'; did you mean '--epochs'?"),
        (["train", "--epoch", "3"], "unknown option '--epoch'; did you mean '--epochs'?"),
        (["verify", "b", "--colour"], "unknown option '--colour'; see multitag verify --help"),
        (["inspect", "x.csv", "--seperator", ";"], "unknown option '--seperator'; did you mean '--label-separator'?"),
        (["train"], "missing DATA; see multitag train --help"),
        (["train", "x.csv"], "missing --out; see multitag train --help"),
        (["pack"], "missing BUNDLE; see multitag pack --help"),
        (["predict", "b", "a text", "another"], "unexpected argument 'another'; see multitag predict --help"),
        (["train", "x.csv", "--out", "r", "--epochs"], "--epochs: expected a value; see multitag train --help"),
        (["train", "x.csv", "--out", "r", "--epochs", "many"], "--epochs: expected a number or auto, got 'many'"),
        (["train", "x.csv", "--out", "r", "--folds", "2.5"], "--folds: expected a whole number, got '2.5'"),
        (["train", "x.csv", "--out", "r", "--test-size", "x"], "--test-size: expected a number, got 'x'"),
        (["train", "x.csv", "--out", "r", "--split", "half"], "--split: expected stratified or random, got 'half'"),
        (["train", "x.csv", "--out", "r", "--method", "half"], "--method: expected stratified or random, got 'half'"),
        (["predict", "b", "t", "--top-k", "2.5"], "--top-k: expected a whole number, got '2.5'"),
        (["predict", "b", "t", "--backend", "cuda"],
         "--backend: expected auto, fast, onnx, onnx-int8, openvino or torch, got"),
        (["predict", "b", "t", "--fast", "--backend", "onnx"], "--fast and --backend onnx each say what computes"),
        (["train", "x.csv", "--out", "r", "--onnx=3"], "--onnx: expected true or false, got '3'"),
        (["train", "x.csv", "--out", "r", "--warmup-ratio", "2"],
         "--warmup-ratio: expected at least 0 and less than 1, got 2.0"),
        (["train", "x.csv", "--out", "r", "--folds", "3", "--no-refit"],
         "--refit: --no-refit cannot be combined with --folds"),
    ],
    ids=lambda each: " ".join(each) if isinstance(each, list) else "",
)  # fmt: skip
def test_what_is_not_understood_is_one_line(refused, arguments, told):
    assert refused(*arguments).startswith(told)


def test_python_m_multitag_is_the_command(multitag_process):
    ended = multitag_process("trian")
    assert (ended.code, ended.out, ended.err) == (2, "", "multitag: unknown command 'trian'; did you mean 'train'?\n")


def test_the_tables_of_the_documentation_have_every_setting():
    page = options_page()
    for setting in SETTINGS.values():
        assert page.count(f"| `{setting.key}` |") == 1
    row = "| `--split`, `--method` | `stratified` | How rows are divided: iterative stratification, or scikit-learn's"
    assert row in options_table(["method"])
    assert "`--onnx`, `--no-onnx` | `true` |" in page
    defaults = dict(re.findall(r"^\| `(--[a-z-]+)`.*? \| `(.*?)` \|", page, re.MULTILINE))
    assert defaults["--seed"] == str(Config().seed)
    assert all(len(line.split(" | ")) == 4 for line in page.splitlines() if line.startswith("| `"))

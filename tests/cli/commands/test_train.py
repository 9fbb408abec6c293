from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from docs.blocks import LOGGED

import multitag

TABLES = {
    "good.csv": "Plot,Genre\nA war.,War\nA love.,Drama\nBoth.,War|Drama\n",
    "empty.csv": "",
    "header.csv": "Plot,Genre\n",
    "no_text.csv": "Plot,Genre\n,War\n",
    "no_label.csv": "Plot,Genre\nA war.,\nA love.,\n",
    "no_names.csv": "1,2\n3,4\n",
    "likely.csv": "id,message,joy,fear\n" + "".join(f"{n},the train leaves at {n},{n % 2},1\n" for n in range(12)),
    "one_label.csv": "Plot,Genre\nA war.,War\nA love.,War\n",
    "unlabelled.csv": "Plot,Genre\nA war.,War\nA fog.,\nA love.,Drama\n",
    "ragged.csv": "Plot,Genre\nA war.,War,Drama\n",
    "table.xlsx": "PK",
}
COLUMNS = ["--text", "Plot", "--labels", "Genre"]


@pytest.fixture
def tables(tmp_path):
    for name, content in TABLES.items():
        (tmp_path / name).write_text(content)


@pytest.fixture
def saved_settings():
    def read(out):
        return multitag.Config.from_yaml(Path(out) / "settings.yaml")

    return read


def metric_column(shown: str, title: str) -> list[str]:
    """Read the figures of a metric off the table on the screen."""
    (line,) = [line for line in shown.splitlines() if line.strip().startswith(title)]
    return line.strip().removeprefix(title).split()


def test_a_table_in_a_metric_table_and_a_bundle_out(multitag_process, train_films, tiny_yaml, tmp_path):
    compared = tmp_path / "compared.yaml"  # intervals and simpler models too, which most tests do without
    config = multitag.Config.from_yaml(tiny_yaml).override(baselines=True, resamples=200)
    compared.write_text(config.to_yaml(), encoding="utf-8")
    out = tmp_path / "runs" / "films"  # its parent is made too
    ended = multitag_process(*train_films, "--config", compared, "--out", out)
    assert ended.code == 0
    assert [line for line in ended.err.splitlines() if not LOGGED.match(line)] == []  # no bar, no notice of a library
    whole, *parts = re.findall(r"[\d.]+", re.search("^took .*", ended.out, re.MULTILINE)[0])
    assert sum(map(float, parts)) == pytest.approx(float(whole))
    metrics = json.loads((out / "bundle" / "metrics.json").read_text(encoding="utf-8"))
    test = metrics["splits"]["test"]  # the headline is of the rows that had no say in anything
    assert metric_column(ended.out, "Rows") == ["12", "12"]
    figures = [test[kind][of]["micro_f1"] for kind in ("fixed", "tuned") for of in ("values", "intervals")]
    value, (low, high), tuned, (tuned_low, tuned_high) = figures
    shown = f"{value:.3f} [{low:.2f}, {high:.2f}] {tuned:.3f} [{tuned_low:.2f}, {tuned_high:.2f}]"
    assert metric_column(ended.out, "Micro F1") == shown.split()
    assert f"bundle: {out / 'bundle'}\n" in ended.out
    assert f"report: {out / 'bundle' / 'report.html'}\n" in ended.out
    assert f"{metrics['baselines']['verdict']}\n" in ended.out
    for note in metrics["notes"]:
        assert f"note: {note}\n" in ended.out
    assert len(multitag.load(out / "bundle").label_names) == 20


def test_options_win_over_the_file_and_trainer_arguments_are_merged(
    multitag_run, train_films, tiny_yaml, tmp_path, saved_settings
):
    text = tiny_yaml.read_text(encoding="utf-8")
    assert "  trainer_args: {}\n" in text
    own = tmp_path / "own.yaml"
    own.write_text(
        text.replace("trainer_args: {}", "trainer_args: {max_grad_norm: 0.5, adam_beta2: 0.98}"),
        encoding="utf-8",
    )
    out = tmp_path / "run"
    ended = multitag_run(
        *train_films, "--config", own, "--out", out, "--batch-size", 16, "--seed", 7, "--split", "random",
        "--threshold", 0.25, "--learning-rate", "1e-3", "--max-length", 32, "--loss", "focal", "--no-baselines",
        "--trainer-arg", "max_grad_norm=2", "--trainer-arg", "lr_scheduler_type=cosine",
    )  # fmt: skip
    assert ended.code == 0
    config = saved_settings(out)
    assert (config.seed, config.split.method, config.model.max_length) == (7, "random", 32)
    assert (config.training.batch_size, config.training.learning_rate) == (16, 1e-3)
    assert config.training.epochs == 1  # of the file
    assert (config.training.loss, config.evaluation.baselines) == ("focal", False)
    assert config.training.trainer_args == {
        "max_grad_norm": 2, "adam_beta2": 0.98, "lr_scheduler_type": "cosine",
    }  # fmt: skip
    assert "test at 0.25" in ended.out
    manifest = json.loads((out / "bundle" / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["split"] == {"method": "random", "train": 28, "validation": 20, "test": 12}
    assert manifest["settings"] == config.to_dict()


def test_a_trainer_argument_reaches_the_trainer(multitag_run, train_films, tmp_path):
    out = tmp_path / "run"
    ended = multitag_run(*train_films, "--out", out, "--trainer-arg", "max_steps=2")
    assert ended.code == 0
    state = json.loads((out / "checkpoints" / "checkpoint-2" / "trainer_state.json").read_text())
    assert state["global_step"] == state["max_steps"] == 2


def test_nothing_held_out_is_said_instead_of_measured(multitag_run, train_films, tmp_path):
    ended = multitag_run(*train_films, "--out", tmp_path / "run", "--validation-size", 0, "--test-size", 0)
    assert ended.code == 0
    assert "Macro F1" not in ended.out
    assert "note: no validation rows were held out: thresholds are not tuned\n" in ended.out
    assert "note: no test rows were held out: nothing here was measured on unseen rows\n" in ended.out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["nowhere.csv", *COLUMNS], "nowhere.csv: no such file; pass a path, or"),
        (["table.xlsx", *COLUMNS], "table.xlsx: not a readable workbook: "),
        (["good.csv", "--text", "Plt", "--labels", "Genre"],
         "good.csv: no column 'Plt'; the columns are 'Plot', 'Genre'; did you mean 'Plot'?"),
        (["good.csv", "--text", "Plot", "--labels", "Tags"],
         "good.csv: no column 'Tags'; the columns are 'Plot', 'Genre'"),
        (["good.csv"], "good.csv: name the columns that hold the text and the labels; column 'Plot' is nearest to"),
        (["no_names.csv"], "no_names.csv: name the columns that hold the text and the labels with --text and --labels; "
         "the columns are '1', '2'; no column looks like texts: "),
        (["empty.csv", *COLUMNS], "empty.csv: the file is empty; expected"),
        (["header.csv", *COLUMNS], "header.csv, column 'Plot': no row has a text (0 rows read)"),
        (["no_text.csv", *COLUMNS], "no_text.csv, column 'Plot': no row has a text (1 rows read)"),
        (["no_label.csv", *COLUMNS], "no_label.csv, column 'Genre': no row has a label; expected names"),
        (["one_label.csv", *COLUMNS], "one_label.csv, column 'Genre': only one label, 'War'; multi-label"),
        (["unlabelled.csv", *COLUMNS], "unlabelled.csv, row 2, column 'Genre': no label; allowed with"),
        (["ragged.csv", *COLUMNS], "ragged.csv"),
    ],
    ids=lambda each: " ".join(each) if isinstance(each, list) else "",
)  # fmt: skip
def test_a_table_that_cannot_be_trained_on_is_refused(refused, tables, tiny_yaml, arguments, told):
    assert refused("train", *arguments, "--config", tiny_yaml, "--out", "run").startswith(told)


def test_the_command_is_suggested_with_what_was_typed(refused, tables):
    assert refused("train", "likely.csv", "--epochs", 2, "--no-onnx", "--out", "a run") == (
        "likely.csv: name the columns that hold the text and the labels; likely so: multitag train likely.csv "
        "--text message --label-columns joy..fear --epochs 2 --no-onnx --out 'a run'"
    )


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--epochs", "0"], "--epochs: expected more than 0, got 0.0"),
        (["--epochs", "nan"], "--epochs: expected a finite number, got nan"),
        (["--batch-size", "-1"], "--batch-size: expected more than 0, got -1"),
        (["--max-length", "999"], "max_length 999 is beyond the 64 tokens that"),
        (["--warmup-ratio", "1"], "--warmup-ratio: expected at least 0 and less than 1, got 1.0"),
        (["--threshold", "1"], "--threshold: expected more than 0 and less than 1, got 1.0"),
        (["--seed", "-1"], "--seed: expected 0 to 4294967295, got -1"),
        (["--test-size", "1.5"], "--test-size: expected a share in [0, 1) or a whole number"),
        (["--test-size", "inf"], "--test-size: expected a finite number, got inf"),
        (["--test-size", "0.6", "--validation-size", "0.4"],
         "--validation-size + --test-size: expected less than 1, got 1"),
        (["--test-size", "40"], "60 row(s): validation (20) and test (40) leave nothing to train on"),
        (["--early-stopping", "1", "--validation-size", "0"],
         "early_stopping needs validation rows, but validation_size is 0"),
        (["--trainer-arg", "max_grad_nrm=1"],
         "unknown trainer argument 'max_grad_nrm'; nearest: max_grad_norm"),
        (["--trainer-arg", "seed=1"], "trainer argument 'seed' is set by multitag and cannot be changed"),
        (["--trainer-arg", "max_grad_norm"], "--trainer-arg 'max_grad_norm': expected name=value"),
        (["--trainer-arg", "optim=fast"], "trainer arguments: "),
        (["--base-model", "no/such/folder"], "base model 'no/such/folder': no such folder, and not a name"),
        (["--base-model", "folder"], "base model 'folder': folder has no config.json; expected"),
        (["--config", "nowhere.yaml"], "nowhere.yaml: no such configuration file"),
    ],
    ids=lambda each: " ".join(each) if isinstance(each, list) else "",
)  # fmt: skip
def test_an_option_that_cannot_be_followed_is_refused(refused, train_films, tmp_path, options, told):
    (tmp_path / "folder").mkdir()
    assert refused(*train_films, "--out", "run", *options).startswith(told)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("training:\n  epocs: 3\n", "unknown key 'training.epocs'; did you mean 'training.epochs'?"),
        ("epoch: 3\n", "unknown key 'epoch'; did you mean 'training.epochs'?"),
        ("training:\n  epochs: many\n", "training.epochs: expected a number or nothing, got 'many'"),
        ("training: [1\n", "not YAML: "),
        ("- training\n", "top level: expected keys and values, got list"),
    ],
)
def test_a_configuration_that_is_not_understood_is_refused(refused, train_films, tmp_path, content, told):
    (tmp_path / "own.yaml").write_text(content)
    assert refused(*train_films, "--config", "own.yaml", "--out", "run").startswith(f"own.yaml: {told}")


def test_what_is_there_is_never_written_over(refused, train_films, tmp_path):
    (tmp_path / "run").mkdir()
    (tmp_path / "file").write_text("kept")
    for out in ("run", "file", "."):
        assert refused(*train_films, "--out", out).startswith(f"{out}: already exists; choose another --out")
    assert refused(*train_films, "--out", "file/run").startswith("file/run: cannot be written: Not a direc")
    (tmp_path / "run" / "note.txt").touch()
    assert refused(*train_films, "--out", "run", "--resume").startswith("run: no run to resume; start one")
    assert (tmp_path / "file").read_text() == "kept"

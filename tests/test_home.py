"""``~`` in any path leads to one place: bash does not expand it in ``--out=~/run``, Python nowhere."""

from __future__ import annotations

import shutil

import pytest

import multitag
from multitag.config import Config
from multitag.config.data import DataConfig
from multitag.inference.files.predict import predict_file
from multitag.jobs.compare import compare_runs
from multitag.jobs.evaluate import evaluate_bundle


@pytest.fixture
def home(tmp_path, monkeypatch):
    home = tmp_path / "home"
    home.mkdir()
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.chdir(tmp_path / "elsewhere")
    return home


def nothing_elsewhere(home):
    return not list((home.parent / "elsewhere").iterdir())


@pytest.mark.slow
@pytest.mark.parametrize("out", ["~/run", "./~/run"])
def test_all_of_a_run_is_in_one_folder(train_tiny, home, out):
    run = train_tiny(out)
    root = home / "run" if out == "~/run" else home.parent / "elsewhere" / "~" / "run"
    assert {path.name for path in root.iterdir()} >= {"bundle", "checkpoints", "settings.yaml"}
    assert run.bundle.resolve() == root / "bundle"
    assert any((root / "checkpoints").glob("checkpoint-*"))
    if out == "~/run":
        assert nothing_elsewhere(home)
    else:
        assert not list(home.iterdir())


@pytest.mark.slow
def test_the_shell_puts_a_run_where_its_checkpoints_are(home, films_csv, tiny_distilbert, monkeypatch, capsys):
    from multitag.cli import main

    shutil.copy(films_csv, home / "films.csv")
    arguments = [
        "train", "~/films.csv", "--text", "Plot", "--labels", "Genre", f"--base-model={tiny_distilbert}", "--epochs=1",
        "--max-length=48", "--no-baselines", "--no-onnx", "--resamples=0", "--out=~/run",
    ]  # fmt: skip
    monkeypatch.setattr("sys.argv", ["multitag", *arguments])
    with pytest.raises(SystemExit) as ended:
        main.run()
    assert not ended.value.code
    assert f"bundle: {home / 'run' / 'bundle'}" in capsys.readouterr().out
    assert any((home / "run" / "checkpoints").glob("checkpoint-*"))
    assert nothing_elsewhere(home)
    monkeypatch.setattr("sys.argv", ["multitag", *arguments, "--resume"])
    with pytest.raises(SystemExit):
        main.run()
    assert "this run is finished" in capsys.readouterr().err


def test_bundles_tables_and_outputs_are_found(home, finished_run, films_csv):
    shutil.copytree(finished_run.folder, home / "run")
    shutil.copy(films_csv, home / "films.csv")
    with multitag.load("~/run/bundle") as classifier:
        predict_file(classifier, "~/films.csv", "~/out.csv", text="Plot", review="~/review.csv")
    assert len(multitag.read_table("~/films.csv", "Plot", "Genre", quarantine="~/bad.csv")) == 60
    assert {path.name for path in home.iterdir()} == {"run", "films.csv", "out.csv", "review.csv", "bad.csv"}
    done = evaluate_bundle("~/run/bundle", "~/films.csv", text="Plot", labels="Genre", resamples=0)
    assert done.figures.fixed.n_rows == 60
    with pytest.raises(multitag.DataError, match="measured on 12 rows"):  # found, and too few
        compare_runs("~/run", "~/run", resamples=100)
    assert nothing_elsewhere(home)


def test_settings_that_are_paths_are_expanded_and_others_are_not(home):
    data = DataConfig(test_file="~/test.csv", label_names="~/names.txt", label_separator="~")
    assert (data.test_file, data.label_names) == (str(home / "test.csv"), str(home / "names.txt"))
    assert data.label_separator == "~"
    config = Config().override(base_model="~/model", costs="~/costs.csv", objective="cost", label_separator="~")
    assert config.model.base_model == str(home / "model")
    assert config.evaluation.costs == str(home / "costs.csv")
    (home / "run.yaml").write_text("seed: 7\n", encoding="utf-8")
    assert Config.from_yaml("~/run.yaml").seed == 7

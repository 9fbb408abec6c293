"""A bundle of labels' names alone: marked as such everywhere, measured by evaluate, and started from."""

from __future__ import annotations

import json

import pytest

import multitag
from multitag.bundle.started import read_start
from multitag.cli.main import run
from multitag.errors import ConfigError, DataError, OutputError
from multitag.jobs.start import start_bundle

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("without_plots")]


@pytest.fixture(scope="module")
def labels(table):
    """Those of the table, and one that no row has."""
    return sorted({name for names in table.labels for name in names} | {"Nature"})


@pytest.fixture(scope="module")
def started(make_once, labels, tiny_distilbert):
    def fill(folder):
        folder.mkdir()
        file = folder / "labels.json"
        file.write_text(json.dumps({name: f"films of {name}" for name in labels}), encoding="utf-8")
        start_bundle(file, out=folder / "bundle", base_model=str(tiny_distilbert), max_length=32, onnx=False)

    return make_once("started", fill) / "bundle"


def command(capsys, *arguments):
    with pytest.raises(SystemExit) as stop:
        run([str(argument) for argument in arguments])
    return stop.value.code, *capsys.readouterr()


def test_it_says_everywhere_that_nothing_was_trained_or_measured(started, capsys):
    code, out, _ = command(capsys, "verify", started)
    assert code == 0
    assert "trained on no row, not measured" in out
    code, out, beside = command(capsys, "predict", started, "A film about war")
    assert code == 0
    assert "note: this bundle was made of the labels' names alone" in beside
    card, page = ((started / name).read_text(encoding="utf-8") for name in ("README.md", "report.html"))
    assert "made of their names alone" in card
    assert "trained on no row and measured on none" in page
    metrics = json.loads((started / "metrics.json").read_bytes())
    assert metrics["splits"] == {}
    assert metrics["notes"][0].startswith("made of the labels' names alone")


def test_evaluate_measures_it(started, films_csv, capsys):
    code, out, _ = command(
        capsys, "evaluate", started, films_csv, "--text", "Plot", "--labels", "Genre", "--resamples", 0
    )
    assert code == 0
    assert "Macro F1" in out


def test_training_takes_its_labels_descriptions_and_base_model(started, labels, table, settings, tmp_path):
    run = multitag.train(table, out=tmp_path / "run", **{**settings, "recipe": "linear"}, start=str(started))
    with multitag.load(run.bundle) as classifier:
        assert classifier.label_names == tuple(labels)
        data = classifier.bundle.manifest.data
    assert data["label_descriptions"]["Nature"] == "films of Nature"
    assert "started" not in data
    assert any("their descriptions say" in note for note in run.metrics.notes)


def test_what_does_not_go_with_it_is_refused_before_any_work(started, table, settings, tmp_path, tiny_bert):
    def train(**changed):
        multitag.train(table, out=tmp_path / "run", **{**settings, "start": str(started), **changed})

    with pytest.raises(ConfigError, match="start: fine-tuning learns what labels are called from a teacher"):
        train(recipe="fine-tune")
    with pytest.raises(ConfigError, match="which cannot be"):
        train(recipe="linear", base_model=str(tiny_bert))
    with pytest.raises(ConfigError, match="start: the bundle says which labels there are"):
        train(recipe="linear", rare="drop")
    with pytest.raises(ConfigError, match="start: it says what labels are called"):
        train(recipe="linear", name_prior=False)
    assert not (tmp_path / "run").exists()


def test_a_label_that_it_does_not_have_is_refused_with_the_nearest(tmp_path, table, settings, tiny_distilbert):
    names = sorted({name for names in table.labels for name in names})
    (tmp_path / "labels.json").write_text(json.dumps([*names[1:], "Aktion"]), encoding="utf-8")
    base_model = str(tiny_distilbert)
    start_bundle(tmp_path / "labels.json", out=tmp_path / "b", base_model=base_model, max_length=32, onnx=False)
    with pytest.raises(DataError, match=r"the label 'Action' is not one of .* nearest of them is 'Aktion'"):
        multitag.train(table, out=tmp_path / "run", **{**settings, "recipe": "linear"}, start=str(tmp_path / "b"))


def test_a_trained_bundle_is_none_to_start_from(finished_run):
    with pytest.raises(ConfigError, match="was trained on rows; expected a bundle made by: multitag start"):
        read_start(finished_run.bundle)


def test_mistakes_leave_nothing(tmp_path):
    (tmp_path / "one.yaml").write_text("- War", encoding="utf-8")
    with pytest.raises(DataError, match="at least two labels, got 1"):
        start_bundle(tmp_path / "one.yaml", out=tmp_path / "b")
    with pytest.raises(OutputError):
        start_bundle(tmp_path / "one.yaml", out=tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["one.yaml"]

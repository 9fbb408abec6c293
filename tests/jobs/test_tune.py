from __future__ import annotations

import importlib.util
import json
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import multitag
from multitag.bundle.metrics import read_metrics
from multitag.bundle.read import open_bundle
from multitag.bundle.strict_json import dump_json
from multitag.bundle.write import replace_files
from multitag.bundle.zip_writer import pack
from multitag.errors import BundleError, ConfigError, DataError, OutputError
from multitag.evaluation.held_out import HeldOut
from multitag.evaluation.thresholds.tune import tune_thresholds
from multitag.jobs.tune import tune_bundle
from multitag.jobs.tuned_files import changed_files

FILMS = {"text": "Plot", "labels": "Genre"}


@pytest.fixture
def run(finished_run, tmp_path):
    """A folder of a run, to be changed."""
    folder = tmp_path / "run"
    folder.mkdir()
    shutil.copytree(finished_run.bundle, folder / "bundle")
    shutil.copy(finished_run.folder / "probabilities.parquet", folder)
    return folder


@pytest.fixture
def films(films_csv, tmp_path):
    """All rows of the run but one: the same rows would be known."""
    import pandas as pd

    pd.read_csv(films_csv).head(59).to_csv(tmp_path / "films.csv", index=False)
    return tmp_path / "films.csv"


def contents(bundle):
    return {path.relative_to(bundle): path.read_bytes() for path in bundle.rglob("*") if path.is_file()}


def test_the_thresholds_of_the_rows_given_are_written_and_nothing_of_the_model_changes(run, films, classifier, table):
    before = contents(run / "bundle")
    retuned, notes = tune_bundle(run / "bundle", films, objective="micro-f1", **FILMS)
    with open_bundle(run / "bundle") as bundle:
        assert bundle.thresholds == retuned.thresholds
    y_true, y_prob = classifier.bundle.label_set.encode(table.labels[:59]), classifier.predict_proba(table.texts[:59])
    assert retuned.thresholds == tune_thresholds(
        y_true, y_prob, fixed=0.3, tuned_on="films.csv, 59 rows", objective="micro-f1"
    )
    assert notes[-1] == "59 rows read: all used"
    after = contents(run / "bundle")
    changed = {str(name) for name in before if before[name] != after[name]}
    assert before.keys() == after.keys()
    assert changed == {"thresholds.json", "metrics.json", "README.md", "manifest.json"}
    metrics = json.loads(after[next(name for name in after if name.name == "metrics.json")])
    assert metrics.pop("retuned") == retuned.to_dict()
    assert metrics == json.loads(before[next(name for name in before if name.name == "metrics.json")])


def test_the_card_tells_of_it_and_has_no_figures_of_the_thresholds_before(run, films):
    tune_bundle(run / "bundle", films, objective="precision=0.8", **FILMS)
    card = " ".join((run / "bundle" / "README.md").read_text(encoding="utf-8").split())
    assert "thresholds were tuned again on films.csv, 59 rows: Micro precision" in card
    tune_bundle(run / "bundle", films, objective="hamming", **FILMS)
    card = " ".join((run / "bundle" / "README.md").read_text(encoding="utf-8").split())
    assert card.count("thresholds were tuned again") == 1
    assert "The thresholds were tuned for the best Hamming loss on films.csv, 59 rows." in card
    metrics = json.loads((run / "bundle" / "metrics.json").read_text(encoding="utf-8"))
    assert f"| Macro F1 | {metrics['splits']['test']['fixed']['values']['macro_f1']:.3f}" in card
    labels = card.partition("## Labels")[2]
    assert labels.count("| not measured | not measured | not measured | not measured |") == len(metrics["label_names"])


def test_with_out_the_old_bundle_stays_and_shares_no_file(run, films, tmp_path):
    before = contents(run / "bundle")
    retuned, _ = tune_bundle(run / "bundle", films, objective="f2", out=tmp_path / "new", **FILMS)
    assert contents(run / "bundle") == before
    with open_bundle(tmp_path / "new") as bundle:
        assert bundle.thresholds == retuned.thresholds
    assert all(path.stat().st_nlink == 1 for path in (tmp_path / "new").rglob("*") if path.is_file())


def test_a_zip_is_tuned_into_a_new_folder_only(run, films, tmp_path):
    packed = pack(run / "bundle", tmp_path / "bundle.zip")
    with pytest.raises(BundleError, match=r"bundle\.zip: a zip is not changed; name a folder .*--out"):
        tune_bundle(packed, films, **FILMS)
    retuned, _ = tune_bundle(packed, films, out=tmp_path / "new", **FILMS)
    assert multitag.load(tmp_path / "new").thresholds == retuned.thresholds


def test_without_rows_those_that_the_run_held_out_are_taken(run):
    retuned, notes = tune_bundle(run / "bundle", objective="hamming")
    saved = HeldOut.load(run / "probabilities.parquet").of_side("validation")
    assert retuned.thresholds == tune_thresholds(
        saved.y_true, saved.y_raw, fixed=0.3, tuned_on="validation, 20 rows", objective="hamming"
    )
    assert notes == (
        f"tuned on the rows that the run held out: validation, 20 rows, from {run / 'probabilities.parquet'}",
    )


def test_rows_out_of_fold_come_before_validation_rows(run):
    path = run / "probabilities.parquet"
    saved = HeldOut.load(path)
    replace(saved, side=("out_of_fold",) * len(saved), fold=np.arange(len(saved)) % 2).save(path)
    retuned, _ = tune_bundle(run / "bundle")
    assert retuned.thresholds.tuned_on == "out-of-fold probabilities, 32 rows"


def test_held_out_rows_of_another_run_or_none_are_refused(run):
    path = run / "probabilities.parquet"
    saved = HeldOut.load(path)
    replace(saved, label_names=("Other", *saved.label_names[1:])).save(path)
    with pytest.raises(DataError, match=r"probabilities\.parquet: its labels are not those of the bundle"):
        tune_bundle(run / "bundle")
    saved.of_side("test").save(path)
    with pytest.raises(DataError, match="the run held out no validation rows"):
        tune_bundle(run / "bundle")
    path.unlink()
    with pytest.raises(DataError, match=r"probabilities\.parquet: no such file; name labelled rows"):
        tune_bundle(run / "bundle")


def test_rows_that_it_was_trained_on_are_told(run, films_csv):
    retuned, notes = tune_bundle(run / "bundle", films_csv, **FILMS)
    assert retuned.thresholds.tuned_on == "films.csv, 60 rows, which the model was trained on"
    assert notes[-1].startswith("these are the rows that the model was trained on")


def test_costs_come_from_a_file(run, films, tmp_path, classifier):
    costs = tmp_path / "costs.csv"
    costs.write_text(
        "label,false_positive,false_negative\n" + "".join(f"{name},1,1000\n" for name in classifier.label_names)
    )
    retuned, _ = tune_bundle(run / "bundle", films, objective="cost", costs=costs, **FILMS)
    assert retuned.after["micro_recall"] > 0.9  # a miss costs more than all that is wrongly given


ODD = {
    "key 'label_names' is missing": lambda _: {},
    "splits.test: expected keys and values, got 1": lambda metrics: metrics | {"splits": {"test": 1}},
    "label_counts: expected keys and values, got 1": lambda metrics: metrics | {"label_counts": 1},
    "key 'odd' is unknown": lambda metrics: metrics | {"odd": 1},
    "written by a newer multitag (version 3 of the figures)": lambda metrics: metrics | {"version": 3},
}


@pytest.mark.parametrize("message", ODD)
def test_a_bundle_with_other_metrics_is_refused_and_stays(message, run, films):
    metrics = json.loads((run / "bundle" / "metrics.json").read_text(encoding="utf-8"))
    replace_files(run / "bundle", {"metrics.json": dump_json(ODD[message](metrics))})
    before = contents(run / "bundle")
    with pytest.raises(BundleError, match=rf"^metrics\.json: {re.escape(message)}"):
        tune_bundle(run / "bundle", films, **FILMS)
    assert contents(run / "bundle") == before


def test_what_is_refused_is_refused_before_anything_is_done(run, films, tmp_path):
    before = contents(run / "bundle")
    with pytest.raises(ConfigError, match="objective: expected one of"):
        tune_bundle(run / "bundle", films, objective="best", **FILMS)
    with pytest.raises(ConfigError, match="give a table of each label's costs"):
        tune_bundle(run / "bundle", films, objective="cost", **FILMS)
    with pytest.raises(OutputError, match="already exists"):
        tune_bundle(run / "bundle", films, out=films, **FILMS)
    with pytest.raises(OutputError, match="is inside the bundle"):
        tune_bundle(run / "bundle", films, out=run / "bundle" / "new", **FILMS)
    assert contents(run / "bundle") == before


def test_without_huggingface_hub_the_card_has_all_but_the_figures_in_its_header(run, films, monkeypatch):
    find_spec = importlib.util.find_spec
    monkeypatch.setattr(
        "multitag.report.card_header.find_spec", lambda name: None if name == "huggingface_hub" else find_spec(name)
    )
    retuned, notes = tune_bundle(run / "bundle", films, objective="micro-f1", **FILMS)
    assert notes[-1].startswith("README.md has no figures in its header now (model-index), as huggingface_hub is not")
    card = (run / "bundle" / "README.md").read_text(encoding="utf-8")
    header, body = card.split("---\n", 2)[1:]
    assert "library_name: transformers" in header and "model-index" not in header and "metrics" not in header
    assert "thresholds were tuned again on films.csv, 59 rows" in body
    for threshold in retuned.thresholds.per_label:
        assert f"| {threshold:.3f} |" in body
    with open_bundle(run / "bundle") as bundle:
        assert bundle.thresholds == retuned.thresholds


def test_nothing_that_trains_or_draws_is_needed(run):
    absent = ["torch", "transformers", "sklearn", "scipy", "jinja2", "yaml", "huggingface_hub", "matplotlib", "psutil"]
    code = (
        f"import sys; sys.modules.update(dict.fromkeys({absent}))\n"
        "from multitag.jobs.tune import tune_bundle\n"
        f"print(tune_bundle({str(run / 'bundle')!r}, objective='hamming')[1][-1])\n"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ended.stderr == ""
    assert ended.stdout.startswith("README.md has no figures in its header now")
    with open_bundle(run / "bundle") as bundle:
        assert bundle.thresholds.objective == "hamming"


@pytest.mark.parametrize("version", [1, 2])
def test_a_bundle_of_an_old_format_is_tuned_and_its_figures_are_of_this_version(version, tmp_path):
    packed = Path(__file__).parents[1] / "bundle" / "fixtures" / f"format-{version}.zip"
    films = tmp_path / "films.csv"
    genres = ["Comedy", "Drama", "Sci-Fi", "Comedy|Drama"]
    films.write_text("Description,Genre\n" + "".join(f"a film about love {i},{genres[i % 4]}\n" for i in range(40)))
    retuned, _ = tune_bundle(packed, films, out=tmp_path / "new")
    metrics = read_metrics(tmp_path / "new")
    assert metrics.version == 2 and metrics.calibration is None
    assert metrics.retuned.to_dict() == retuned.to_dict()
    assert metrics.sides["test"].tuned.values["macro_f1"] == pytest.approx(2 / 3)


def test_what_the_manifest_lacks_is_said(run, films):
    with open_bundle(run / "bundle") as bundle:
        retuned, _ = tune_bundle(run / "bundle", films, out=run / "new", **FILMS)
        data = {key: value for key, value in bundle.manifest.data.items() if key != "rows_used"}
        odd = replace(bundle, manifest=replace(bundle.manifest, data=data))
        with pytest.raises(BundleError, match=r"^manifest\.json: data: key 'rows_used' is missing"):
            changed_files(odd, retuned)

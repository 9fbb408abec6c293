from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import multitag
from multitag.data.stored.views import StoredTexts
from multitag.evaluation.held_out import HeldOut
from multitag.evaluation.run_metrics import RunMetrics
from undrawn import plots_undrawn

ODD_NAMES = [
    "row", "side", "text", "tags", "predicted_labels", "probability_row",
    "a,b;c|d", '"quoted"', "it's", "Ünï 電影 🎬", "<b>bold</b>&amp;", "{{ 7 * 7 }}", "| cell |",
]  # fmt: skip


def read_json(path):
    return json.loads(path.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def split(finished_run):
    return read_json(finished_run.folder / "split.json")


@pytest.fixture(scope="module")
def probabilities(finished_run):
    return pd.read_parquet(finished_run.folder / "probabilities.parquet")


def weights(run):
    return (run.bundle / "model" / "model.safetensors").read_bytes()


def test_a_run_leaves_what_it_was_started_with_and_what_it_made(finished_run, table, settings):
    assert {path.name for path in finished_run.folder.iterdir()} == {
        "settings.yaml", "data.json", "split.json", "base_model.json", "checkpoints", "probabilities.parquet", "bundle",
    }  # fmt: skip
    assert finished_run.bundle == finished_run.folder / "bundle"
    assert finished_run.report == finished_run.bundle / "report.html"
    assert finished_run.report.read_text(encoding="utf-8").lower().startswith("<!doctype html>")
    saved = multitag.Config.from_yaml(finished_run.folder / "settings.yaml")
    assert saved.training.learning_rate is not None  # resolved
    assert saved == saved.override(**{**settings, "baselines": True, "resamples": 200})
    assert read_json(finished_run.folder / "data.json")["fingerprint"] == table.fingerprint()
    assert any((finished_run.folder / "checkpoints").glob("checkpoint-*"))


def test_every_row_is_on_one_side(split, table, finished_run):
    assert sorted(split["train"] + split["validation"] + split["test"]) == list(table.rows)
    assert (len(split["train"]), len(split["validation"]), len(split["test"])) == (28, 20, 12)
    manifest = read_json(finished_run.bundle / "manifest.json")
    assert manifest["split"] == {"method": "stratified", "train": 28, "validation": 20, "test": 12}


@pytest.mark.slow
def test_a_table_on_disk_makes_the_same_model(
    films_csv, finished_run, settings, tiny_distilbert, monkeypatch, tmp_path
):
    monkeypatch.setattr("multitag.data.stored.column.STORED_FROM", 1000)
    table = multitag.read_table(films_csv, text="Plot", labels="Genre")
    assert isinstance(table.texts, StoredTexts)
    with plots_undrawn():
        run = multitag.train(table, out=tmp_path / "run", **settings, base_model=str(tiny_distilbert))
    assert weights(run) == weights(finished_run)
    one, other = (HeldOut.load(each.folder / "probabilities.parquet") for each in (run, finished_run))
    assert (one.texts, one.side, one.rows.tolist()) == (other.texts, other.side, other.rows.tolist())
    np.testing.assert_array_equal(one.y_prob, other.y_prob)


def test_saved_probabilities_are_those_of_the_bundle(probabilities, split, classifier, table):
    for side in ("validation", "test"):
        assert probabilities.loc[probabilities["side"] == side, "row"].tolist() == split[side]
    assert len(probabilities) == 32
    names = [f"probability_{name}" for name in classifier.label_names]
    assert [name for name in probabilities.columns if name.startswith("probability_")] == names
    texts = [table.texts[table.rows.index(row)] for row in probabilities["row"]]
    saved = probabilities[names].to_numpy()
    np.testing.assert_allclose(saved, classifier.predict_proba(texts), rtol=0, atol=1e-5)


def test_figures_are_those_of_the_saved_probabilities(probabilities, classifier, table, finished_run):
    from sklearn.metrics import f1_score, roc_auc_score

    test = probabilities[probabilities["side"] == "test"]
    y_true = classifier.bundle.label_set.encode([table.labels[table.rows.index(row)] for row in test["row"]])
    y_prob = test.filter(regex="^probability_").to_numpy()
    kinds = finished_run.metrics.sides["test"].kinds()
    assert set(kinds) == {"fixed", "tuned"}
    for kind, cut in (("fixed", 0.3), ("tuned", classifier.thresholds.values())):
        values = kinds[kind].values
        assert values["micro_f1"] == pytest.approx(f1_score(y_true, y_prob >= cut, average="micro"))
        assert values["micro_roc_auc"] == pytest.approx(roc_auc_score(y_true, y_prob, average="micro"))


def test_figures_are_the_same_wherever_they_stand(finished_run):
    metrics = finished_run.metrics
    assert read_json(finished_run.bundle / "metrics.json") == metrics.to_dict()
    assert RunMetrics.from_dict(read_json(finished_run.bundle / "metrics.json")) == metrics
    assert read_json(finished_run.bundle / "manifest.json")["metrics"] == {
        side: {kind: figures.values for kind, figures in measured.kinds().items()}
        for side, measured in metrics.sides.items()
    }
    assert metrics.training_seconds > 0
    assert [entry.epoch for entry in metrics.history][-1] == 1.0
    for counts in metrics.to_dict()["label_counts"].values():
        assert set(counts) == {"train", "validation", "test"}


def test_thresholds_are_tuned_on_validation_rows(classifier):
    assert classifier.thresholds.policy == "per_label"
    assert classifier.thresholds.tuned_on == "validation, 20 rows"


@pytest.mark.slow
def test_the_same_seed_data_and_settings_give_the_same_bits(train_tiny, finished_run, tmp_path):
    assert weights(train_tiny(tmp_path / "again")) == weights(finished_run)
    assert weights(train_tiny(tmp_path / "other", seed=1)) != weights(finished_run)


def test_nothing_held_out_is_noted_and_nothing_is_measured(train_tiny, tmp_path):
    run = train_tiny(tmp_path / "run", validation_size=0, test_size=0)
    assert run.metrics.sides == {}
    assert run.metrics.notes[:2] == (
        "no validation rows were held out: thresholds are not tuned",
        "no test rows were held out: nothing here was measured on unseen rows",
    )
    assert not (run.folder / "probabilities.parquet").exists()
    assert read_json(run.folder / "split.json")["validation"] == []
    classifier = multitag.load(run.bundle)
    assert classifier.thresholds.policy == "fixed"
    assert classifier.predict(["a film"], top_k=1)[0].labels


@pytest.mark.slow
def test_on_few_validation_rows_nothing_is_tuned_and_that_is_noted(train_tiny, tmp_path):
    run = train_tiny(tmp_path / "run", validation_size=19, test_size=0, threshold=0.4)
    assert list(run.metrics.sides) == ["validation"]
    assert list(run.metrics.sides["validation"].kinds()) == ["fixed"]
    (note,) = [note for note in run.metrics.notes if "at least 20 validation rows" in note]
    assert note.startswith("thresholds are not tuned: ")
    assert note in run.report.read_text(encoding="utf-8")
    assert multitag.load(run.bundle).thresholds.values().tolist() == [0.4] * 20


@pytest.mark.slow
@pytest.mark.usefixtures("without_plots")
def test_rows_left_out_and_rows_without_labels(table, settings, tiny_distilbert, tmp_path):
    rows = [[text, list(names)] for text, names in zip(table.texts, table.labels, strict=True)]
    rows[0][0], rows[4][0] = " ", None
    rows[7][1], rows[8][1] = [], None
    frame = pd.DataFrame(rows, columns=["text", "tags"])
    films = multitag.read_table(frame, text="text", labels="tags", allow_unlabelled=True)
    run = multitag.train(films, out=tmp_path / "run", base_model=str(tiny_distilbert), **settings)
    assert "60 rows read: 58 used, 2 left out (2 without text)" in run.metrics.notes
    facts = read_json(run.bundle / "manifest.json")["data"]
    assert (facts["rows"], facts["rows_used"]) == (60, 58)
    assert [row for row, _ in facts["left_out"]] == [1, 5]
    sides = read_json(run.folder / "split.json")
    used = sorted(sides["train"] + sides["validation"] + sides["test"])
    assert used == [row for row in range(1, 61) if row not in (1, 5)]
    held_out = pd.read_parquet(run.folder / "probabilities.parquet")
    assert held_out["row"].tolist() == sides["validation"] + sides["test"]


@pytest.mark.slow
def test_label_names_survive_whatever_they_are(texts, settings, tiny_distilbert, tmp_path):
    names = sorted(ODD_NAMES)
    cells = [[names[row % 13], names[(row + 1) % 13]] for row in range(60)]
    films = multitag.read_table(pd.DataFrame({"text": texts, "tags": cells}), text="text", labels="tags")
    run = multitag.train(films, out=tmp_path / "run", base_model=str(tiny_distilbert), **settings)
    assert list(run.metrics.label_names) == names
    with multitag.load(run.bundle) as classifier:
        assert list(classifier.label_names) == names
        (prediction,) = classifier.predict(texts[:1], top_k=13)
        assert sorted(prediction.labels) == names
    assert list(HeldOut.load(run.folder / "probabilities.parquet").label_names) == names
    config = read_json(run.bundle / "model" / "config.json")
    assert [config["id2label"][str(column)] for column in range(13)] == names
    report = run.report.read_text(encoding="utf-8")
    assert "&lt;b&gt;bold&lt;/b&gt;&amp;amp;" in report
    assert "<b>bold</b>" not in report
    assert "{{ 7 * 7 }}" in report


def test_a_table_of_one_label_is_refused_before_anything_is_written(table, train_tiny, tmp_path):
    one = replace(table, labels=(("War",),) * len(table))
    with pytest.raises(multitag.DataError, match=r"^sample: .*needs at least two labels, got \['War'\]"):
        multitag.train(one, out=tmp_path / "run")
    with pytest.raises(multitag.ConfigError, match=r"^unknown setting 'epoch'; did you mean 'epochs'"):
        train_tiny(tmp_path / "run", epoch=3)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_a_run_that_fails_after_training_leaves_no_half_bundle(train_tiny, tmp_path, monkeypatch):
    def fail(**_):
        raise multitag.OutputError("the disk is full")

    monkeypatch.setattr("multitag.jobs.train.bundling.build_report", fail)
    with pytest.raises(multitag.OutputError, match="the disk is full"):
        train_tiny(tmp_path / "run")
    left = {path.name for path in (tmp_path / "run").iterdir()}
    assert "bundle" not in left
    assert not any(name.startswith(".") for name in left)
    monkeypatch.undo()
    assert multitag.load(train_tiny(tmp_path / "run", resume=True).bundle).label_names


def test_an_output_folder_that_exists_is_refused(train_tiny, finished_run):
    with pytest.raises(multitag.OutputError, match="already exists; choose another --out"):
        train_tiny(finished_run.folder)

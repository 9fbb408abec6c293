"""From an annotation tool to a bundle and back: train on an export, evaluate on it, predict for the tool."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

import multitag
from multitag.bundle.read import open_bundle
from multitag.data.annotations.answers import Judgements
from multitag.data.read import load_table, settings_of_bundle
from multitag.errors import DataError
from multitag.inference.files.predict import predict_file
from multitag.jobs.evaluate import evaluate_bundle
from multitag.jobs.labelled_rows import read_labelled


@pytest.fixture
def export(table, tmp_path):
    """The first rows of the sample as tasks of Label Studio: a second annotator gives every third one Drama too."""

    def said(by, names):
        value = {"choices": list(names)}
        result = {"from_name": "genres", "to_name": "text", "type": "choices", "value": value}
        return {"completed_by": by, "was_cancelled": False, "result": [result]}

    tasks = []
    for number, (text, names) in enumerate(zip(table.texts, table.labels, strict=True)):
        second = [said(2, {*names, "Drama"})] if number % 3 == 0 else []
        tasks.append({"id": number, "data": {"plot": text}, "annotations": [said(1, names), *second]})
    path = tmp_path / "tasks.json"
    path.write_text(json.dumps(tasks), encoding="utf-8")
    return path


@pytest.mark.slow
@pytest.mark.usefixtures("without_plots")
def test_an_export_is_trained_on_measured_and_predicted_for(export, settings, tiny_distilbert, tmp_path):
    table = multitag.read_table(export, annotators="any")
    run = multitag.train(table, out=tmp_path / "run", **{**settings, "base_model": str(tiny_distilbert)})
    data = open_bundle(run.bundle).manifest.data
    assert (data["text_columns"], data["label_columns"]) == (["plot"], ["genres"])
    assert (data["label_shape"], data["label_annotators"]) == ("annotations", "any")
    agreement = data["label_agreement"]
    assert agreement["Drama"] < 1
    assert {alpha for name, alpha in agreement.items() if name != "Drama"} <= {1.0, None}
    assert "Agreement of annotators" in run.report.read_text(encoding="utf-8")
    again = load_table(export, settings_of_bundle(data))
    assert (again.texts, again.labels) == (table.texts, table.labels)
    evaluated = evaluate_bundle(run.bundle, export, resamples=0)
    assert evaluated.figures.fixed.n_rows == len(table)
    with multitag.load(run.bundle) as classifier:
        predict_file(classifier, export, tmp_path / "out.json", format="label-studio")
    written = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    assert [task["data"]["plot"] for task in written] == list(table.texts)
    results = [result for task in written for one in task["predictions"] for result in one["result"]]
    assert {result["from_name"] for result in results} == {"genres"}


def test_a_data_frame_of_an_export_is_read_too(export, table):
    import pandas as pd

    read = multitag.read_table(pd.read_json(export), annotators="majority", unknown="mask")
    assert read.texts == table.texts
    assert not any(isinstance(cell, Judgements) for cell in read.labels)


def bundle_of(classifier, **facts):
    manifest = classifier.bundle.manifest
    return replace(classifier.bundle, manifest=replace(manifest, data={**manifest.data, **facts}))


BINARY = {"label_shape": "columns", "label_columns": ["Drama", "Comedy"], "label_separator": None}


@pytest.mark.parametrize("facts", [{}, BINARY, {"text_columns": ["plot"], "text_column": "plot"}])
def test_an_export_tells_the_columns_that_a_bundle_of_a_table_does_not(facts, export, table, classifier):
    read = read_labelled(bundle_of(classifier, **facts), export, annotators="any")
    assert (read.text_columns.names, read.shape.columns) == (("plot",), ("genres",))
    assert read.texts == table.texts
    assert [{*names} - {"Drama"} for names in read.labels] == [{*names} - {"Drama"} for names in table.labels]
    assert "texts from 'plot', labels from 'genres'" in read.notes[0]


def test_columns_that_a_person_names_are_not_replaced(export, classifier):
    with pytest.raises(DataError, match=r"no 'tags' for --labels; it has 'genres'"):
        read_labelled(bundle_of(classifier), export, text="plot", labels="tags")


def test_a_plain_table_without_the_bundles_columns_is_refused_as_before(classifier, tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("plot,tags\nA storm sinks the fleet.,War\nTwo chefs share a food truck.,Comedy\n")
    with pytest.raises(DataError, match="no column 'Description'"):
        read_labelled(bundle_of(classifier), path)


def test_an_export_with_several_questions_names_them(export, classifier):
    tasks = json.loads(export.read_text(encoding="utf-8"))
    tone = {"from_name": "tone", "to_name": "text", "type": "choices", "value": {"choices": ["Dark"]}}
    tasks[0]["annotations"][0]["result"].append(tone)
    export.write_text(json.dumps(tasks), encoding="utf-8")
    with pytest.raises(DataError, match=r"which holds the labels, 'genres', 'tone'\? name it with --labels"):
        read_labelled(bundle_of(classifier), export)

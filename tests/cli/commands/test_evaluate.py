from __future__ import annotations

import json

import pytest

import multitag
from multitag.report.tables import format_with_interval

TRAINED_ON = (
    "films.csv: these are the rows that the model was trained on: its probabilities are too good there, and so are the "
    "figures"
)
COLUMNS = ["--text", "Plot", "--labels", "Genre"]


@pytest.fixture(scope="module")
def expected(classifier, films_csv):
    return multitag.evaluate(classifier, multitag.read_table(films_csv, text="Plot", labels="Genre"))


@pytest.fixture
def wide(monkeypatch):
    """A screen on which no table is broken."""
    monkeypatch.setenv("COLUMNS", "200")


def test_figures_as_a_table(multitag_run, finished_run, films_csv, expected, wide, caplog):
    ended = multitag_run("evaluate", finished_run.bundle, films_csv, *COLUMNS)
    assert (ended.code, ended.err, caplog.messages) == (0, "60 rows read: all used\n", [TRAINED_ON])
    lines = [line.split() for line in ended.out.splitlines()]
    assert ["Metric", "test", "at", "0.3", "test,", "tuned"] in lines
    assert ["Rows", "60", "60"] in lines
    for title, name in {"Micro F1": "micro_f1", "Hamming loss (lower is better)": "hamming_loss"}.items():
        figures = [
            format_with_interval(measured.values[name], measured.intervals[name])
            for measured in (expected.fixed, expected.tuned)
        ]
        assert " ".join([title, *figures]).split() in lines


def test_every_figure_as_json(multitag_run, finished_run, films_csv, expected):
    ended = multitag_run("evaluate", finished_run.bundle, films_csv, *COLUMNS, "--json")
    assert (ended.code, ended.err) == (0, "60 rows read: all used\n")
    assert json.loads(ended.out) == expected.to_dict()


def test_each_label_and_how_often_it_is_there(multitag_run, finished_run, films_csv, expected, wide):
    ended = multitag_run("evaluate", finished_run.bundle, films_csv, *COLUMNS, "--per-label", "--resamples", 100)
    assert ended.code == 0
    lines = [line.split() for line in ended.out.splitlines()]
    assert ["Label", "Rows", "Precision", "Recall", "F1", "ROC-AUC", "Average", "precision"] in lines
    drama = next(label for label in expected.tuned.per_label if label.label == "Drama")
    (shown,) = [line for line in lines if line[:1] == ["Drama"]]
    assert shown[1:3] == [str(drama.support), f"{drama.precision:.3f}"]


def test_no_resamples_no_intervals(multitag_run, finished_run, films_csv, refused):
    command = ["evaluate", finished_run.bundle, films_csv, *COLUMNS]
    ended = multitag_run(*command, "--json", "--resamples", 0)
    assert json.loads(ended.out)["fixed"]["intervals"] == {}
    assert "Micro F1" in multitag_run(*command, "--resamples", 0).out
    assert refused(*command, "--resamples", 99) == "--resamples: expected at least 100, got 99"


def test_columns_are_by_default_those_of_the_bundle(multitag_run, finished_run, tmp_path, table):
    rows = [
        {"Description": text, "Genre": list(names)}
        for text, names in zip(table.texts, table.labels, strict=True)
    ]
    path = tmp_path / "films.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    ended = multitag_run("evaluate", finished_run.bundle, path)
    assert ended.code == 0
    assert "Macro ROC-AUC" in ended.out


def test_rows_without_a_label_are_measured_when_allowed(multitag_run, finished_run, tmp_path):
    path = tmp_path / "films.csv"
    path.write_text("Plot,Genre\nA war.,War\nA fog.,\nA love.,Drama\n")
    command = ["evaluate", finished_run.bundle, path, *COLUMNS]
    assert "row 2, column 'Genre': no label" in multitag_run(*command).err
    ended = multitag_run(*command, "--allow-unlabelled", "--json")
    assert ended.code == 0
    assert json.loads(ended.out)["fixed"]["n_rows"] == 3


def test_what_cannot_be_measured_is_refused(refused, finished_run, tmp_path):
    (tmp_path / "films.csv").write_text("Plot,Genre\nA war.,War\nA love.,Dramma\n")
    bundle = finished_run.bundle
    told = refused("evaluate", bundle, "films.csv", *COLUMNS)
    assert told.startswith("films.csv, column 'Genre': 1 unknown label(s): 'Dramma'; nearest known")
    assert "'Drama'" in told
    told = refused("evaluate", bundle, "films.csv")
    assert told == "films.csv: no column 'Description'; the columns are 'Plot', 'Genre'; likely --text 'Plot'"
    assert refused("evaluate", bundle, "nowhere.csv").startswith("nowhere.csv: no such file")

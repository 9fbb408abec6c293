"""How a table is read is said on the command line, kept in the bundle, and followed by every command."""

from __future__ import annotations

import csv
import io
import json

import pandas as pd
import pytest

import multitag
from multitag.cli.main import app


@pytest.fixture(scope="module")
def files(table, tmp_path_factory):
    """The films as three files of other shapes: JSON lists, title and plot apart, some rows not fit."""
    folder = tmp_path_factory.mktemp("shapes")
    rows = [
        {"title": f"Film {row}", "plot": text, "tags": json.dumps([{"id": len(name), "tag": name} for name in names])}
        for row, text, names in zip(table.rows, table.texts, table.labels, strict=True)
    ]
    rows.insert(3, {"title": "", "plot": " ", "tags": "[]"})
    rows.insert(5, {"title": "Torn", "plot": "A page.", "tags": '[{"id": 1'})
    for name, part in (("main.csv", rows[:42]), ("validation.csv", rows[42:50]), ("test.csv", rows[50:])):
        pd.DataFrame(part).to_csv(folder / name, index=False)
    return folder


@pytest.fixture(scope="module")
def options():
    return ["--text", "title", "--text", "plot", "--text-pair", "--labels", "tags"]


@pytest.fixture
def trained(multitag_run, files, options, tiny_yaml, tmp_path):
    settings = tiny_yaml.read_text(encoding="utf-8")
    own = tmp_path / "own.yaml"
    own.write_text(settings.replace("validation_size: 20", "validation_size: 0.1"), encoding="utf-8")
    ended = multitag_run(
        "train", files / "main.csv", *options, "--validation", files / "validation.csv", "--test", files / "test.csv",
        "--rare", "merge:Other", "--quarantine", tmp_path / "bad.csv", "--config", own, "--out", tmp_path / "run",
    )  # fmt: skip
    assert ended.code == 0, ended.err
    return ended, tmp_path / "run" / "bundle", tmp_path


def test_a_run_on_pairs_objects_and_separate_files(trained, files, options, multitag_run):
    ended, bundle, folder = trained
    assert ended.out.splitlines()[:5] == [
        "text: columns 'title' and 'plot', as a pair",
        "labels: column 'tags', JSON lists of objects, named by 'tag' (20 labels)",
        "42 rows read: 40 used, 2 left out (1 without text, 1 with labels that cannot be read)",
        "validation: validation.csv, 8 rows read: all used",
        "test: test.csv, 12 rows read: all used",
    ]
    with (folder / "bad.csv").open(encoding="utf-8", newline="") as file:
        assert [row["row"] for row in csv.DictReader(file)] == ["4", "6"]
    manifest = json.loads((bundle / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["split"] == {"method": "stratified", "train": 40, "validation": 8, "test": 12}
    data = manifest["data"]
    assert (data["text_columns"], data["text_pair"], data["label_key"]) == (["title", "plot"], True, "tag")
    assert (data["rows"], data["rows_used"]) == (62, 60)
    assert data["rare_labels"]["labels"]
    card = (bundle / "README.md").read_text(encoding="utf-8")
    assert "labels on fewer than 5 rows, merged into 'Other'" in card
    assert "62 rows read: 60 used, 2 left out" in card
    # predict reads the same two columns, in two segments
    predicted = folder / "predicted.csv"
    assert multitag_run("predict", bundle, "--input", files / "test.csv", "--output", predicted).code == 0
    written = pd.read_csv(predicted, keep_default_na=False)
    with multitag.load(bundle) as classifier:
        names = classifier.label_names
        assert "Other" in names
        pairs = list(zip(written["title"], written["plot"], strict=True))
        apart = classifier.predict_proba(pairs)
        together = classifier.predict_proba([f"{title}\n\n{plot}" for title, plot in pairs])
    shown = written[[f"probability_{name}" for name in names]].to_numpy()
    assert abs(shown - apart).max() < 1e-5
    assert abs(apart - together).max() > 1e-5
    # evaluate reads labels as training did, without being told, and merges the same ones
    evaluated = multitag_run("evaluate", bundle, files / "test.csv", "--json")
    assert json.loads(evaluated.out)["fixed"]["values"] == pytest.approx(manifest["metrics"]["test"]["fixed"])


def test_a_size_and_a_file_for_one_side_are_too_much(refused, train_films, films_csv):
    assert refused(*train_films, "--out", "run", "--test", films_csv, "--test-size", 3) == (
        "--test gives the test rows, --test-size draws them from DATA; choose one"
    )


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--text-pair"], "--text-pair: expected two columns of text, got 1"),
        (["--rare", "merge:"], "--rare: expected keep, drop or merge:NAME, got 'merge:'"),
        (["--min-support", "0"], "--min-support: expected at least 1, got 0"),
        (["--label-columns", "A"], "--labels and --label-columns: expected one of them, got both"),
        (["--label-shape", "json", "--label-separator", ","],
         "--label-separator: goes with label_shape separated, got json"),
        (["--allow-unlabelled", "--unlabelled", "drop"],
         "--allow-unlabelled: means unlabelled: keep, got unlabelled: drop too; choose one"),
        (["--min-support", "99", "--rare", "drop"], "films.csv: --rare drop with --min-support 99 leaves 0 label(s)"),
        (["--validation", "nowhere.csv"], "nowhere.csv: no such file"),
        (["--label-names", "nowhere.txt"], "nowhere.txt: cannot be read: No such file or directory"),
    ],
    ids=lambda each: " ".join(each) if isinstance(each, list) else "",
)  # fmt: skip
def test_what_does_not_go_together_is_refused(refused, train_films, options, told):
    assert refused(*train_films, "--out", "run", *options).startswith(told)


def test_a_table_of_python_needs_the_tables_that_the_settings_name(table, tmp_path):
    with pytest.raises(multitag.ConfigError, match=r"^test_file: read it with read_table and pass it as test="):
        multitag.train(table, out=tmp_path / "run", test_file="x.csv")


def test_one_column_is_a_setting_and_several_are_a_list():
    def settings(*options):
        _, bound, _ = app.parse_args(["inspect", "x.csv", *options], exit_on_error=False)
        return bound.kwargs

    assert settings("--text", "a") == {"text": "a"}
    assert settings("--text", "a", "--text", "b") == {"text": ("a", "b")}
    assert settings() == {}


def test_a_resumed_run_must_read_its_table_the_same_way(multitag_run, train_films, tmp_path):
    from multitag.config import Config
    from multitag.jobs.run_folder import RunFolder

    folder = RunFolder(tmp_path / "run")
    started = Config().override(text=("a", "b"), rare="drop")
    folder.start(started, {}, {})
    folder.check_same(Config().override(text=("a", "b"), rare="drop"), {}, {})
    with pytest.raises(multitag.ConfigError, match=r"data\.rare was 'drop', now 'keep'"):
        folder.check_same(Config().override(text=("a", "b")), {}, {})


def test_files_patterns_and_standard_input_make_one_table(multitag_run, tmp_path, monkeypatch):
    for name, end in (("a.csv", "\n"), ("b.csv", "\r\n")):
        (tmp_path / name).write_bytes(end.join(["t;l", f"{name};A,B", "x;y;z", f"2{name};B"]).encode("cp1252"))
    columns = ["--text", "t", "--labels", "l", "--json"]
    monkeypatch.chdir(tmp_path)
    for given in (["a.csv", "b.csv"], ["*.csv"], [tmp_path / "a.csv", "b*"]):
        shown = json.loads(multitag_run("inspect", *given, *columns).out)
        assert shown["source"] == "2 files"
        assert shown["read"][-1] == "6 rows read: 4 used, 2 left out (2 ragged)"
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO("text,Größe;A\nü;B".encode("cp1252"))))
    shown = json.loads(multitag_run("inspect", "-", "--no-header", "--sep", ";", "--encoding", "latin-1", "--json").out)
    assert (shown["source"], [each["example"] for each in shown["columns"]]) == ("standard input", ["text,Größe", "A"])


def test_what_is_odd_about_a_file_is_noted(multitag_run, tmp_path):
    (tmp_path / "x.csv").write_bytes("t, l\né,A\nx,B,C\nz,B".encode("cp1252"))
    shown = multitag_run("inspect", tmp_path / "x.csv").out
    assert "note: x.csv: read as cp1252, as it is not UTF-8 (line 2, byte 0xe9)" in shown
    assert "note: x.csv: column ' l' has spaces around its name; 'l' works too" in shown
    assert "1 of 3 rows cannot be read, first x.csv, row 2: ragged: line 3 has 3 cells, the table 2 columns" in shown

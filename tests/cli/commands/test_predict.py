from __future__ import annotations

import csv
import json
import shutil

import pytest

import multitag
from multitag.bundle.strict_json import dump_json
from multitag.bundle.write import replace_files
from multitag.evaluation.guarantees.guarantee import Guarantee
from multitag.report.guarantee import guarantee_lines

TEXT = "A retired hitman is pulled back in for one last war."


@pytest.fixture
def bundle(finished_run):
    return finished_run.bundle


def shown_labels(shown: str) -> list[str]:
    return [line.split()[0] for line in shown.splitlines()]


def test_one_text_in_its_labels_out(multitag_process, train_once):
    bundle = train_once(onnx=True).bundle  # which loads without torch, in a second
    with multitag.load(bundle) as classifier:
        expected = classifier.predict([TEXT])[0]
    ended = multitag_process("predict", bundle, TEXT)
    assert (ended.code, ended.err) == (0, "")
    width = max(map(len, expected.labels))
    lines = [f"{name:<{width}}  {expected.probabilities[name]:.2f}" for name in expected.labels]
    assert ended.out.splitlines() == lines


def test_one_text_as_json(multitag_run, bundle, classifier):
    expected = classifier.predict([TEXT])[0]
    ended = multitag_run("predict", bundle, TEXT, "--json")
    assert (ended.code, ended.err) == (0, "")
    assert json.loads(ended.out) == {
        "labels": list(expected.labels),
        "probabilities": pytest.approx(expected.probabilities, abs=1e-6),
    }


def test_options_choose_the_labels(multitag_run, bundle, classifier):
    ranked = list(classifier.predict([TEXT], top_k=20)[0].labels)
    assert shown_labels(multitag_run("predict", bundle, TEXT, "--top-k", 3).out) == ranked[:3]
    assert shown_labels(multitag_run("predict", bundle, TEXT, "--threshold", 0).out) == ranked
    sure = ["predict", bundle, TEXT, "--threshold", 1]
    assert shown_labels(multitag_run(*sure, "--at-least-one").out) == ranked[:1]
    assert multitag_run(*sure).out.startswith(
        f"no label passes its threshold; the most probable is {ranked[0]} ("
    )


def test_a_file_in_the_same_rows_with_predictions_out(
    multitag_run, bundle, films_csv, texts, classifier, tmp_path
):
    output = tmp_path / "predicted.csv"
    ended = multitag_run(
        "predict", bundle, "--input", films_csv, "--text", "Plot", "--output", output, "--threshold", 0.2,
        "--at-least-one",
    )  # fmt: skip
    assert (ended.code, ended.out, ended.err) == (0, f"{output}: 60 rows\n", "")
    with output.open(encoding="utf-8", newline="") as file:
        written = list(csv.DictReader(file))
    assert [row["Plot"] for row in written] == texts
    predictions = classifier.predict(texts, threshold=0.2, at_least_one=True)
    assert [row["predicted_labels"] for row in written] == [",".join(each.labels) for each in predictions]


def test_pre_annotations_for_a_tool(multitag_run, bundle, films_csv, texts, tmp_path):
    target = tmp_path / "tasks.json"
    ended = multitag_run(
        "predict", bundle, "--input", films_csv, "--text", "Plot", "--output", target, "--format", "label-studio"
    )
    assert ended.code == 0
    assert ended.err == ""
    assert "the labelling interface needs <Text name=" in ended.out
    assert ended.out.splitlines()[-1] == f"{target}: {len(texts)} rows"
    assert [task["data"]["Plot"] for task in json.loads(target.read_text())] == texts


def test_a_file_is_read_as_the_options_say(multitag_run, bundle, tmp_path):
    (tmp_path / "in.tsv").write_text('A title\nPlot\ty\n# c\n"Hold\t1\nIt is\t2\nHe ran"\t3\n', encoding="utf-8")
    arguments = ["predict", bundle, "--input", tmp_path / "in.tsv", "--text", "Plot", "--output", tmp_path / "o.tsv"]
    ended = multitag_run(*arguments, "--skip-rows", 1, "--comment", "#", "--quoting", "none")
    note, done = ended.out.splitlines()
    assert (ended.code, done, ended.err) == (0, f"{tmp_path / 'o.tsv'}: 3 rows", "")
    assert "22% of the tokens are unknown to" in note  # of the two quotes, which the tiny vocabulary does not have
    refused = multitag_run(*arguments, "--comment", "#", "--quoting", "none")
    assert (refused.code, "use --skip-rows 1, or" in refused.err) == (2, True)


def test_rows_where_no_label_passes_are_reviewed_too(multitag_run, bundle, films_csv, classifier, texts, tmp_path):
    output, review = tmp_path / "predicted.csv", tmp_path / "review.csv"
    threshold = float(sorted(classifier.predict_proba(texts).max(axis=1))[30])
    ended = multitag_run(
        "predict", bundle, "--input", films_csv, "--text", "Plot", "--output", output, "--review", review,
        "--threshold", threshold,
    )  # fmt: skip
    empty = [text for text, each in zip(texts, classifier.predict(texts, threshold=threshold), strict=True)
             if not each.labels]  # fmt: skip
    lines = [f"{output}: 60 rows", f"{review}: {len(empty)} rows where no label passes"]
    assert (ended.code, ended.out.splitlines(), ended.err) == (0, lines, "")
    with review.open(encoding="utf-8", newline="") as file:
        assert [row["Plot"] for row in csv.DictReader(file)] == empty


def test_a_policy_decides_and_a_guarantee_is_told_with_its_conditions(multitag_run, bundle, classifier, tmp_path):
    guarantee = Guarantee(
        kind="recall", level=0.9, confidence=None, cut=0.2, promise="nine in ten", conditions=("of films",),
        fitted_on="test, 12 rows", n_rows=12, realised=0.9, labels_per_row=3.0, empty_rows=0.0,
    )  # fmt: skip
    promising = shutil.copytree(bundle, tmp_path / "bundle")
    replace_files(promising, {"guarantee.json": dump_json(guarantee.to_dict())})
    probabilities = classifier.predict([TEXT])[0].probabilities
    ended = multitag_run("predict", promising, TEXT, "--policy", "guarantee")
    assert ended.code == 0
    assert set(shown_labels(ended.out)) == {name for name, value in probabilities.items() if value >= 0.2}
    assert ended.err.splitlines() == guarantee_lines(guarantee)
    assert multitag_run("predict", promising, TEXT, "--policy", "fixed") == multitag_run(
        "predict", bundle, TEXT, "--threshold", 0.3
    )
    told = multitag_run("predict", promising, TEXT, "--policy", "guarantee", "--at-least-one")
    assert (told.code, told.err.startswith("multitag: --at-least-one: would give other labels")) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "give either one text, or a file"),
        ([TEXT, "--input", "films.csv", "--output", "out.csv"], "give either one text, or a file"),
        ([" "], "the text is empty"),
        (["--input", "films.csv"], "--input and --output go together"),
        ([TEXT, "--output", "out.csv"], "--input and --output go together"),
        ([TEXT, "--review", "review.csv"], "--review takes the rows of --input where no label passes; name an --input"),
        (["--input", "films.csv", "--output", "out.csv", "--review", "r.csv", "--top-k", "2"], "--review takes rows"),
        ([TEXT, "--policy", "fixed", "--threshold", "0.5"], "--policy, --threshold and --top-k each say which"),
        ([TEXT, "--policy", "guarantee"], "--policy: this bundle has no guarantee; train with --guarantee recall=0.9"),
        ([TEXT, "--text", "Plot"], "--text names a column of the --input file"),
        (["--input", "films.csv", "--output", "out.csv", "--json"], "--json prints the prediction of one text"),
        ([TEXT, "--threshold", "1.1"], "--threshold: expected 0 to 1, got 1.1"),
        ([TEXT, "--threshold", "nan"], "--threshold: expected 0 to 1, got nan"),
        ([TEXT, "--top-k", "0"], "--top-k: expected a whole number from 1 to 20 (labels), got 0"),
        ([TEXT, "--top-k", "21"], "--top-k: expected a whole number from 1 to 20 (labels), got 21"),
        ([TEXT, "--batch-size", "0"], "--batch-size: expected at least 1, got 0"),
        (["--input", "nowhere.csv", "--output", "out.csv"], "nowhere.csv: no such file"),
        (["--input", "films.csv", "--output", "out.csv"], "films.csv, row 1: no column 'Description'; name "),
        (["--input", "empty.csv", "--output", "out.csv"], "empty.csv: the file is empty"),
        (["--input", "films.csv", "--output", "out.xls", "--text", "Plot"], "out.xls: unknown table format"),
        (["--input", "films.csv", "--output", "films.csv", "--text", "Plot"], "films.csv: this is the input"),
    ],
    ids=lambda each: " ".join(each) if isinstance(each, list) else "",
)
def test_what_cannot_be_predicted_is_refused(refused, bundle, films_csv, tmp_path, arguments, told):
    (tmp_path / "films.csv").write_bytes(films_csv.read_bytes())
    (tmp_path / "empty.csv").touch()
    assert refused("predict", bundle, *arguments).startswith(told)
    assert (tmp_path / "films.csv").read_bytes() == films_csv.read_bytes()


def test_an_output_that_cannot_be_made_whole_leaves_the_old_one(refused, bundle, films_csv, tmp_path):
    (tmp_path / "out.csv").write_text("kept")
    content = films_csv.read_text(encoding="utf-8")
    (tmp_path / "bad.csv").write_text(content + '"Film 999",a,plot,too,many\n', encoding="utf-8")
    told = refused("predict", bundle, "--input", "bad.csv", "--text", "Plot", "--output", "out.csv")
    assert told.startswith("bad.csv")
    assert (tmp_path / "out.csv").read_text() == "kept"


def test_a_text_that_is_mostly_unknown_is_predicted_with_a_warning(multitag_run, bundle):
    ended = multitag_run("predict", bundle, "\u5317\u4eac a", "--at-least-one")
    assert ended.code == 0
    assert ended.err.startswith("warning: 67% of the tokens are unknown to ")
    assert "train on another --base-model" in ended.err
    assert multitag_run("predict", bundle, "a war at sea", "--at-least-one").err == ""


def test_bad_rows_are_kept_if_asked(multitag_run, bundle, tmp_path):
    (tmp_path / "in.csv").write_text("Plot,id\na war,1\na,b,c\n,3\n", encoding="utf-8")
    arguments = ["predict", bundle, "--input", tmp_path / "in.csv", "--text", "Plot", "--output", tmp_path / "o.csv"]
    stopped = multitag_run(*arguments)
    assert (stopped.code, "row 2: ragged" in stopped.err, (tmp_path / "o.csv").exists()) == (2, True, False)
    kept = multitag_run(*arguments, "--on-error", "keep")
    done = f"{tmp_path / 'o.csv'}: 3 rows, 2 of them not predicted; column 'error' says why\n"
    assert (kept.code, kept.out) == (0, done)
    with (tmp_path / "o.csv").open(encoding="utf-8", newline="") as file:
        assert [row["error"].partition(":")[0] for row in csv.DictReader(file)] == ["", "ragged", "without text"]
    refused = multitag_run("predict", bundle, "a text", "--on-error", "keep")
    assert (refused.code, "--on-error keeps bad rows of --input" in refused.err) == (2, True)

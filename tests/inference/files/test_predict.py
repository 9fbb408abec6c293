from __future__ import annotations

import csv
import io
import json
import threading
from datetime import datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from multitag.data.readers.records import ReadOptions
from multitag.errors import ConfigError, DataError, OutputError
from multitag.evaluation.held_out import probability_column
from multitag.inference.files.outputs import label_separator
from multitag.inference.files.predict import predict_file
from multitag.inference.options import PredictOptions

# Cells that a careless reader or writer changes.
ROWS = [
    {"id": "007", "Plot": "A retired hitman is pulled back in.", "note": "NA"},
    {"id": "08", "Plot": 'He said "no", twice;\nthen left.', "note": " leading and trailing "},
    {"id": "1e5", "Plot": "", "note": "null"},
    {"id": "", "Plot": "Ünïcode 電影 🎬 love", "note": "tab\there"},
    {"id": "-0", "Plot": " \t ", "note": "True"},
    {"id": "2020-01-01", "Plot": "A war, a peace | a film; a dog", "note": "=1+1"},
    {"id": "007", "Plot": "A retired hitman is pulled back in.", "note": "the same text again"},
]
HAS_TEXT = [bool(row["Plot"].strip()) for row in ROWS]
FORMATS = ["csv", "tsv", "jsonl", "parquet"]


def write_rows(path: Path, rows: list[dict[str, object]] = ROWS) -> Path:
    """Write a table as other programs would, not with the code under test."""
    if path.suffix == ".jsonl":
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    elif path.suffix == ".parquet":
        parquet.write_table(pa.Table.from_pylist(rows), path)
    else:
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]), delimiter="\t" if path.suffix == ".tsv" else ",")
            writer.writeheader()
            writer.writerows(rows)
    return path


def read_rows(path: Path, separator: str = ",") -> list[dict[str, object]]:
    """Read a table likewise; predictions of CSV and TSV become lists and floats."""
    if path.suffix == ".jsonl":
        return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    if path.suffix == ".parquet":
        return parquet.read_table(path).to_pylist()
    content = path.read_bytes().decode("utf-8")
    rows: list[dict[str, object]] = []
    for row in csv.DictReader(
        io.StringIO(content, newline=""), delimiter="\t" if path.suffix == ".tsv" else ","
    ):
        filled = row["probability_Drama"] != ""
        rows.append(dict(row))
        rows[-1]["predicted_labels"] = (
            [*filter(None, row["predicted_labels"].split(separator))] if filled else None
        )
        for name in row:
            if name.startswith("probability_"):
                rows[-1][name] = float(row[name]) if filled else None
    return rows


def check_predictions(rows, classifier, **options):
    expected = iter(
        classifier.predict([row["Plot"] for row, has in zip(ROWS, HAS_TEXT, strict=True) if has], **options)
    )
    for row, has_text in zip(rows, HAS_TEXT, strict=True):
        probabilities = [row[probability_column(name)] for name in classifier.label_names]
        if has_text:
            prediction = next(expected)
            assert row["predicted_labels"] == list(prediction.labels)
            assert np.allclose(probabilities, list(prediction.probabilities.values()), rtol=0, atol=1e-6)
        else:
            assert row["predicted_labels"] is None
            assert probabilities == [None] * len(probabilities)


@pytest.mark.parametrize("output", FORMATS)
@pytest.mark.parametrize("source", FORMATS)
def test_the_same_rows_and_columns_come_out_with_predictions(source, output, classifier, tmp_path):
    path, target = write_rows(tmp_path / f"in.{source}"), tmp_path / f"out.{output}"
    done = predict_file(classifier, path, target, text="Plot", options=PredictOptions(threshold=0.2))
    rows = read_rows(target)
    assert (done.rows, done.without_text) == (7, 2)
    assert done.line(target) == f"{target}: 7 rows, 2 of them without text and therefore not predicted"
    assert list(rows[0]) == [
        "id",
        "Plot",
        "note",
        "predicted_labels",
        *map(probability_column, classifier.label_names),
    ]
    assert [{name: row[name] for name in ROWS[0]} for row in rows] == ROWS
    check_predictions(rows, classifier, threshold=0.2)


def test_it_predicts_in_the_thread_that_ctrl_c_reaches_and_leaves_nothing(classifier, tmp_path, monkeypatch):
    def interrupted(*_):
        assert threading.current_thread() is threading.main_thread()
        raise KeyboardInterrupt

    path, target = write_rows(tmp_path / "in.csv"), tmp_path / "out.csv"
    monkeypatch.setattr(type(classifier), "predict_arrays", interrupted)
    with pytest.raises(KeyboardInterrupt):
        predict_file(classifier, path, target, text="Plot")
    assert [*tmp_path.iterdir()] == [path]


@pytest.mark.parametrize("rows_a_chunk", [1, 2, 3, 7, 8])
@pytest.mark.parametrize("source", FORMATS)
def test_chunks_do_not_show(source, rows_a_chunk, classifier, tmp_path, monkeypatch):
    monkeypatch.setattr("multitag.data.readers.stream.CHUNK_ROWS", rows_a_chunk)
    path, target = write_rows(tmp_path / f"in.{source}"), tmp_path / f"out.{source}"
    assert predict_file(classifier, path, target, text="Plot").rows == 7
    rows = read_rows(target)
    assert [{name: row[name] for name in ROWS[0]} for row in rows] == ROWS
    check_predictions(rows, classifier)


def test_options_reach_the_prediction(classifier, tmp_path):
    path, target = write_rows(tmp_path / "in.csv"), tmp_path / "out.jsonl"
    for options in ({"top_k": 2}, {"threshold": 1.0, "at_least_one": True}, {"threshold": 0.0}):
        predict_file(classifier, path, target, text="Plot", options=PredictOptions(**options))
        check_predictions(read_rows(target), classifier, **options)
    with pytest.raises(ConfigError, match="threshold"):
        predict_file(classifier, path, tmp_path / "never.csv", text="Plot", options=PredictOptions(threshold=2))
    with pytest.raises(ConfigError, match="batch_size"):
        predict_file(classifier, path, tmp_path / "never.csv", text="Plot", options=PredictOptions(batch_size=0))
    assert sorted(each.name for each in tmp_path.iterdir()) == ["in.csv", "out.jsonl"]


def threshold_that_some_pass(classifier) -> float:
    """Return a threshold that about half of the rows pass with some label."""
    y_prob = classifier.predict_proba([row["Plot"] for row, has in zip(ROWS, HAS_TEXT, strict=True) if has])
    return float(np.median(y_prob.max(axis=1)))


@pytest.mark.parametrize("rows_a_chunk", [1, 3, 8])
@pytest.mark.parametrize("kind", FORMATS)
def test_rows_where_no_label_passes_are_given_to_review_too(kind, rows_a_chunk, classifier, tmp_path, monkeypatch):
    monkeypatch.setattr("multitag.data.readers.stream.CHUNK_ROWS", rows_a_chunk)
    path, target, review = write_rows(tmp_path / "in.csv"), tmp_path / f"out.{kind}", tmp_path / f"review.{kind}"
    options = PredictOptions(threshold=threshold_that_some_pass(classifier))
    done = predict_file(classifier, path, target, text="Plot", options=options, review=review)
    expected = [row for row in read_rows(target) if row["predicted_labels"] == []]
    assert 0 < len(expected) < 5  # some of those with a text
    assert read_rows(review) == expected
    assert done.without_label == len(expected)
    assert done.review_line(review) == f"{review}: {len(expected)} rows where no label passes"
    plain = tmp_path / f"plain.{kind}"
    predict_file(classifier, path, plain, text="Plot", options=options)
    assert read_rows(plain) == read_rows(target)


@pytest.mark.parametrize("kind", FORMATS)
def test_a_review_of_nothing_has_the_columns_alone(kind, classifier, tmp_path):
    path, target, review = write_rows(tmp_path / "in.csv"), tmp_path / f"out.{kind}", tmp_path / f"review.{kind}"
    done = predict_file(classifier, path, target, text="Plot", options=PredictOptions(threshold=0.0), review=review)
    assert done.without_label == 0
    assert read_rows(review) == []
    if kind == "parquet":
        assert parquet.read_schema(review) == parquet.read_schema(target)
    elif kind != "jsonl":
        assert review.read_bytes() == target.read_bytes().splitlines(keepends=True)[0]


def test_a_review_that_is_another_file_of_the_job_is_refused(classifier, tmp_path):
    path, target = write_rows(tmp_path / "in.csv"), tmp_path / "out.csv"
    for review, told in ((path, "this is the input; name another --review"),
                         (tmp_path / "." / "out.csv", "this is the --output; name another --review")):  # fmt: skip
        with pytest.raises(OutputError, match=told):
            predict_file(classifier, path, target, text="Plot", review=review)
    with pytest.raises(DataError, match=r"review\.xls: unknown table format"):
        predict_file(classifier, path, target, text="Plot", review=tmp_path / "review.xls")
    assert [each.name for each in tmp_path.iterdir()] == ["in.csv"]


def test_the_text_column_is_by_default_that_of_the_training(classifier, tmp_path):
    rows = [{"Description": row["Plot"]} for row in ROWS if row["Plot"].strip()]
    predict_file(classifier, write_rows(tmp_path / "in.csv", rows), tmp_path / "out.csv")
    assert [row["Description"] for row in read_rows(tmp_path / "out.csv")] == [
        row["Description"] for row in rows
    ]


def test_a_semicolon_csv_and_one_with_a_byte_order_mark_are_read(classifier, tmp_path):
    (tmp_path / "in.csv").write_bytes("\ufeffid;Plot\r\n1;a film, in a town\r\n".encode())
    predict_file(classifier, tmp_path / "in.csv", tmp_path / "out.csv", text="Plot")
    row = read_rows(tmp_path / "out.csv")[0]
    assert (row["id"], row["Plot"]) == ("1", "a film, in a town")


def test_quotes_that_belong_to_texts_cost_no_row(classifier, tmp_path):
    lines = ["Plot\ty", '"Hold the line, she cried.\t1', "A storm.\t2", 'He ran"\t3', "A parrot.\t4"]
    (tmp_path / "in.tsv").write_text("\n".join(lines), encoding="utf-8")
    reading = ReadOptions(quoting="none")
    done = predict_file(classifier, tmp_path / "in.tsv", tmp_path / "out.jsonl", text="Plot", reading=reading)
    rows = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()]
    assert done.rows == 4
    assert [f"{row['Plot']}\t{row['y']}" for row in rows] == lines[1:]


def test_a_file_of_texts_is_predicted_line_by_line(classifier, tmp_path):
    texts = ["Tanks roll over the border, at night.", "A parrot tells jokes, loudly.", "The crew drifts on, alone."]
    (tmp_path / "in.txt").write_text("\n".join(texts), encoding="utf-8")
    reading = ReadOptions(header=False)
    done = predict_file(classifier, tmp_path / "in.txt", tmp_path / "out.jsonl", text="1", reading=reading)
    rows = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [row["1"] for row in rows] == texts
    assert [row["predicted_labels"] for row in rows] == [list(p.labels) for p in classifier.predict(texts)]
    assert any("each line is read as one text" in note for note in done.notes)


def test_parquet_types_are_kept(classifier, tmp_path, monkeypatch):
    monkeypatch.setattr("multitag.data.readers.stream.CHUNK_ROWS", 2)
    table = pa.table(
        {
            "Plot": pa.array(["a", None, "b", "c"]),
            "year": pa.array([1999, 2000, None, 2001], pa.int16()),
            "seen": pa.array(
                [None, None, datetime(2024, 5, 6, 7, 8, 9), None], pa.timestamp("ns", "Europe/Rome")
            ),
            "tags": pa.array([None, None, ["x"], []], pa.list_(pa.string())),
        }
    )
    parquet.write_table(table, tmp_path / "in.parquet")
    predict_file(classifier, tmp_path / "in.parquet", tmp_path / "out.parquet", text="Plot")
    out = parquet.read_table(tmp_path / "out.parquet")
    assert out.select(table.column_names).equals(table)
    assert out.schema.field("predicted_labels").type == pa.list_(pa.string())
    assert {out.schema.field(name).type for name in out.schema.names if name.startswith("prob")} == {
        pa.float32()
    }
    assert out["predicted_labels"][1].as_py() is None


def test_values_of_other_kinds_survive_from_jsonl_to_jsonl(classifier, tmp_path):
    rows = [
        {"Plot": "a", "n": 1, "x": {"deep": [None, True, 1.5]}},
        {"x": "\udc00", "Plot": 1999},
        {"Plot": None},
    ]
    predict_file(classifier, write_rows(tmp_path / "in.jsonl", rows), tmp_path / "out.jsonl", text="Plot")
    out = read_rows(tmp_path / "out.jsonl")
    assert [{name: row[name] for name in source} for row, source in zip(out, rows, strict=True)] == rows
    assert [list(row)[: len(source)] for row, source in zip(out, rows, strict=True)] == [
        list(row) for row in rows
    ]
    assert out[1]["predicted_labels"] is not None
    assert out[2]["predicted_labels"] is None


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b'{"Plot": ["x"]}\n', "standard input, row 1, column 'Plot': expected text, got list"),
        (b'{"plot": "x"}\n', "standard input, row 1: no column 'Plot'"),
        (b"Plot,id\nx,1\ny,2,3\n", "standard input, row 2: ragged"),
        (b"Plot,id\n", "standard input: no row to predict"),
        (b'{"Plot": "x", "id": "\\ud800"}\n', "standard input: '\\ud800' is half of a surrogate pair"),
    ],
)
def test_standard_input_has_its_name_in_every_error(content, message, classifier, tmp_path, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(content)))
    with pytest.raises(DataError) as caught:
        predict_file(classifier, "-", tmp_path / "out.csv", text="Plot")
    assert str(caught.value).startswith(message)


def test_labels_are_joined_by_what_no_label_holds():
    assert label_separator(("Drama", "War")) == ","
    assert label_separator(("Sci-Fi, hard", "War")) == ";"
    assert label_separator(("a,b", "c;d", "e|f")) == ","


BAD_INPUTS = {
    "missing file": ("absent.csv", None, r"absent\.csv: no such file"),
    "empty file": ("in.csv", b"", r"in\.csv: the file is empty"),
    "a header alone": ("in.csv", b"id,Plot\n", r"in\.csv: no row to predict"),
    "blank lines": ("in.jsonl", b"\n\n", r"in\.jsonl: no rows"),
    "missing column": ("in.csv", b"id,Text\n1,x\n", r"row 1: no column 'Plot'; .* the columns are 'id', 'Text'$"),
    "missing key": ("in.jsonl", b'{"Plot": "x"}\n{"plot": "y"}\n', r"row 2: no column 'Plot'; .* 'plot'$"),
    "labels clash": ("in.csv", b"Plot,predicted_labels\nx,y\n", r"'predicted_labels' would be written twice"),
    "score clash": ("in.csv", b"Plot,probability_War\nx,y\n", r"'probability_War' would be written twice"),
    "a long row": ("in.csv", b"id,Plot\n1,x\n2,y,z\n", r"in\.csv, row 2: ragged: line 3 has 3 cells"),
    "no Parquet": ("in.parquet", b"PAR1nonsense", r"in\.parquet: not a readable Parquet file"),
    "another format": ("in.doc", b"x", r"unknown table format '\.doc'"),
    "a workbook": ("in.ods", b"x", r"a workbook of this kind is not read; save it as .xlsx"),
    "rows within a cell": ("in.tsv", b'Plot\ty\n"a\tb\nc\td\ne"\tf\n', r"in\.tsv, row 1: one cell over 3 lines"),
    "a list as text": ("in.jsonl", b'{"Plot": ["x"]}\n', r"row 1, column 'Plot': expected text, got list"),
    "half a pair": ("in.jsonl", b'{"Plot": "x"}\n{"Plot": "\\ud800"}\n', "row 2, column 'Plot': .*surrogate"),
    "half a pair elsewhere": ("in.jsonl", b'{"Plot": "x", "id": "\\ud800"}\n', r"in\.jsonl: .*surrogate"),
    "two types": ("in.jsonl", b'{"Plot": "x", "id": [1]}\n{"Plot": "x", "id": "1"}\n', "not keep one type"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD_INPUTS)
def test_bad_input_leaves_the_old_output_and_no_partial_file(case, classifier, tmp_path):
    name, content, message = BAD_INPUTS[case]
    target = tmp_path / "out" / "x.parquet"
    target.parent.mkdir()
    target.write_bytes(b"what was there before")
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError, match=message) as caught:
        predict_file(classifier, tmp_path / name, target, text="Plot")
    assert "\n" not in str(caught.value)
    assert target.read_bytes() == b"what was there before"
    assert list(target.parent.iterdir()) == [target]


def test_a_failure_midway_leaves_the_old_output(classifier, tmp_path, monkeypatch):
    monkeypatch.setattr("multitag.data.readers.stream.CHUNK_ROWS", 2)
    write_rows(tmp_path / "in.jsonl")
    with (tmp_path / "in.jsonl").open("a", encoding="utf-8") as file:
        file.write("{broken\n")
    (tmp_path / "out.csv").write_text("old", encoding="utf-8")
    with pytest.raises(DataError, match=r"in\.jsonl, row 8: not JSON: line 8"):
        predict_file(classifier, tmp_path / "in.jsonl", tmp_path / "out.csv", text="Plot")
    assert (tmp_path / "out.csv").read_text(encoding="utf-8") == "old"
    assert sorted(each.name for each in tmp_path.iterdir()) == ["in.jsonl", "out.csv"]


def test_the_input_is_never_the_output(classifier, tmp_path):
    path = write_rows(tmp_path / "in.csv")
    before = path.read_bytes()
    (tmp_path / "link.csv").symlink_to(path)
    for target in (path, tmp_path / "link.csv", tmp_path / "." / "in.csv"):
        with pytest.raises(OutputError, match="this is the input; name another --output"):
            predict_file(classifier, path, target, text="Plot")
    assert path.read_bytes() == before


def test_an_output_that_cannot_be_is_refused(classifier, tmp_path):
    path = write_rows(tmp_path / "in.csv")
    with pytest.raises(OutputError, match="there is no folder"):
        predict_file(classifier, path, tmp_path / "absent" / "out.csv", text="Plot")
    with pytest.raises(DataError, match=r"unknown table format '\.xls'"):
        predict_file(classifier, path, tmp_path / "out.xls", text="Plot")
    assert list(tmp_path.iterdir()) == [path]


def test_nothing_is_drawn_when_piped(classifier, tmp_path, capfd):
    predict_file(classifier, write_rows(tmp_path / "in.csv"), tmp_path / "out.csv", text="Plot")
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    "rows",
    [
        [{"id": "1", "fields": {"review": "A war film."}, "responses": {}, "suggestions": {}}],
        [{"review": "A war film.", "output": [{"label": "War", "score": 0.75}, {"label": "Drama", "score": 0.5}]}],
        [{"id": 1, "data": {"review": "A war film."}, "annotations": []}],
    ],
)
def test_an_export_without_the_bundles_column_has_texts_of_its_own(rows, classifier, tmp_path):
    path = write_rows(tmp_path / "in.jsonl", rows)
    done = predict_file(classifier, path, tmp_path / "out.jsonl")
    (written,) = (json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines())
    (expected,) = classifier.predict(["A war film."])
    assert written["predicted_labels"] == list(expected.labels)
    own = classifier.bundle.manifest.data["text_column"]
    assert done.notes[0] == f"{path}: no column {own!r}; the texts are those of the export, 'review'"
    predict_file(classifier, path, tmp_path / "out.json", format="argilla")
    assert json.loads((tmp_path / "out.json").read_text())[0]["fields"] == {"review": "A war film."}


def test_an_export_with_several_fields_is_refused_with_the_likely_one(classifier, tmp_path):
    fields = {"title": "War", "review": "A long film about a war that never ends, and its end."}
    path = write_rows(tmp_path / "in.jsonl", [{"id": str(n), "fields": fields, "responses": {}} for n in range(3)])
    with pytest.raises(DataError, match=r"the columns are 'title', 'review'; likely --text 'review'"):
        predict_file(classifier, path, tmp_path / "out.jsonl")
    assert not (tmp_path / "out.jsonl").exists()

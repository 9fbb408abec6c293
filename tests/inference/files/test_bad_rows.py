"""Rows that cannot be read or predicted: in every format, in their place, with the reason."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from pyarrow import parquet

from multitag.errors import DataError
from multitag.inference.files.predict import predict_file
from multitag.inference.options import PredictOptions

KEEP = PredictOptions(on_error="keep")
LINES = [
    '{"id": 1, "Plot": "a war"}', '{"id": 2, "Plot": ["a", "list"]}', "not JSON", '{"id": 4}',
    '{"id": 5, "Plot": " "}', '["Plot"]', '{"id": 7, "Plot": "a dog"}',
]  # fmt: skip
REASONS = [
    None, "column 'Plot': expected text, got list", "not JSON: line ", "no column 'Plot'", "without text",
    "not a JSON object: got list", None,
]  # fmt: skip


def write_lines(path: Path, lines: list[str]) -> Path:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def read(path: Path) -> list[dict[str, object]]:
    if path.suffix == ".parquet":
        return parquet.read_table(path).to_pylist()
    if path.suffix == ".jsonl":
        return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    with path.open(encoding="utf-8", newline="") as file:
        delimiter = "\t" if path.suffix == ".tsv" else ","
        return [{key: value or None for key, value in row.items()} for row in csv.DictReader(file, delimiter=delimiter)]


def write_rows(path: Path, target: str, lines: list[str]) -> Path:
    """Write what a table of one type a column can hold: Parquet has no column of texts and lists."""
    return write_lines(path, [line for line in lines if target != "parquet" or "list" not in line])


@pytest.mark.parametrize("kind", ["csv", "tsv", "jsonl", "parquet"])
def test_bad_rows_come_back_in_their_place_with_the_reason(classifier, tmp_path, kind):
    path = write_rows(tmp_path / "in.jsonl", kind, LINES)
    reasons = [reason for reason in REASONS if kind != "parquet" or "got list" not in str(reason) or "object" in reason]
    done = predict_file(classifier, path, tmp_path / f"out.{kind}", text="Plot", options=KEEP)
    assert (done.rows, done.with_error, done.without_text) == (len(reasons), len(reasons) - 2, 1)
    written = read(tmp_path / f"out.{kind}")
    numbers = [1, 2, None, 4, 5, None, 7] if kind != "parquet" else [1, None, 4, 5, None, 7]
    assert [None if row["id"] is None else int(str(row["id"])) for row in written] == numbers
    for row, reason in zip(written, reasons, strict=True):
        assert (row["error"] is None) == (reason is None) == (row["probability_Drama"] is not None)
        assert str(row["error"]).startswith(str(reason))
        assert reason is None or not row["predicted_labels"]
    assert list(written[0])[-1] == "error"


def test_good_rows_are_predicted_as_without_the_bad_ones(classifier, tmp_path):
    lines = write_lines(tmp_path / "in.jsonl", LINES)
    predict_file(classifier, lines, tmp_path / "kept.jsonl", text="Plot", options=KEEP)
    good = write_lines(tmp_path / "good.jsonl", [LINES[0], LINES[-1]])
    predict_file(classifier, good, tmp_path / "alone.jsonl", text="Plot")
    kept, alone = read(tmp_path / "kept.jsonl"), read(tmp_path / "alone.jsonl")
    for row, expected in zip((kept[0], kept[-1]), alone, strict=True):
        assert row.pop("error") is None
        assert row.keys() == expected.keys()
        assert row["probability_Drama"] == pytest.approx(expected["probability_Drama"], abs=1e-5)


def test_a_mistake_about_the_whole_file_stops_all_the_same(classifier, tmp_path):
    lines = write_lines(tmp_path / "in.jsonl", LINES)
    with pytest.raises(DataError, match=r"row 1: no column 'plot'; name the column of the texts with --text"):
        predict_file(classifier, lines, tmp_path / "out.jsonl", text="plot", options=KEEP)
    taken = write_lines(tmp_path / "taken.csv", ["Plot,error", "a war,none"])
    with pytest.raises(DataError, match=r"column 'error' would be written twice; rename or drop it"):
        predict_file(classifier, taken, tmp_path / "out.csv", text="Plot", options=KEEP)
    predict_file(classifier, taken, tmp_path / "out.csv", text="Plot")
    assert read(tmp_path / "out.csv")[0]["error"] == "none"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.jsonl", "out.csv", "taken.csv"]

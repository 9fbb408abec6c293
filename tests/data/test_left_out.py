from __future__ import annotations

import csv
from pathlib import Path

import pytest

from multitag.data.left_out import LeftOut, count_kinds, summary_line, write_quarantine
from multitag.errors import OutputError

ROWS = [
    LeftOut("a.csv", 3, None, "ragged", "ragged: 3 cells", 'x,"y\n",z'),
    LeftOut("b.csv", 1, "Plot", "without text", "empty text in column 'Plot'", '{"Plot": "\ud800"}'),
    LeftOut("b.csv", 2, "Plot", "without text", "empty text in column 'Plot'"),
]


def test_every_row_is_accounted_for_in_a_line() -> None:
    assert summary_line(9, 6, ROWS) == "9 rows read: 6 used, 3 left out (2 without text, 1 ragged)"
    assert summary_line(9, 9, []) == "9 rows read: all used"
    assert count_kinds(ROWS) == {"without text": 2, "ragged": 1}
    assert [each.place for each in ROWS[:2]] == ["a.csv, row 3", "b.csv, row 1, column 'Plot'"]


def test_rows_are_written_with_their_reason_as_they_stand(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    path.write_text("old")
    write_quarantine(path, ROWS)
    with path.open(encoding="utf-8", newline="") as file:
        written = list(csv.reader(file))
    assert written == [
        ["file", "row", "column", "reason", "content"],
        ["a.csv", "3", "", "ragged: 3 cells", 'x,"y\n",z'],
        ["b.csv", "1", "Plot", "empty text in column 'Plot'", '{"Plot": "\\ud800"}'],
        ["b.csv", "2", "Plot", "empty text in column 'Plot'", ""],
    ]
    assert [each.name for each in tmp_path.iterdir()] == ["out.csv"]


def test_a_place_that_cannot_be_written_to_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="there is no folder"):
        write_quarantine(tmp_path / "none" / "out.csv", ROWS)

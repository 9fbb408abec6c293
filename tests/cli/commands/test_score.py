from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("ray", reason="needs the ray extra")

BUNDLE = Path(__file__).parents[2] / "bundle" / "fixtures" / "format-2.zip"


@pytest.fixture
def films(tmp_path):
    path = tmp_path / "films.csv"
    path.write_text("Title,Description\nOne,A war\n")
    return path


def test_what_cannot_work_is_refused_before_ray_starts(refused, films):
    assert "no such file or folder" in refused("score", BUNDLE, "none.csv", "out")
    assert "no such bundle" in refused("score", "none", films, "out")
    assert "no column 'Text'" in refused("score", BUNDLE, films, "out", "--text", "Text")
    assert "this machine has" in refused("score", BUNDLE, films, "out", "--actors", "500")
    assert "--top-k: expected a whole number from 1 to 3 (labels), got 99" in refused(
        "score", BUNDLE, films, "out", "--top-k", "99"
    )
    assert "threshold: expected" in refused("score", BUNDLE, films, "out", "--threshold", "1.5")
    assert "begins with file, s3" in refused("score", BUNDLE, films, "ftp://host/out")
    assert "--max-bad-rows: expected at least 0" in refused("score", BUNDLE, films, "out", "--max-bad-rows", "-1")


def test_a_folder_of_something_else_is_no_output(refused, films, tmp_path):
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "one.docx").touch()
    assert "holds 'one.docx'" in refused("score", BUNDLE, films, "thesis")
    assert "cannot be written or read" in refused("score", BUNDLE, films, films)

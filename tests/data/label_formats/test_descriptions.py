"""Files of labels and descriptions: what is read, and what is refused in one line."""

from __future__ import annotations

import pytest

from multitag.data.label_formats.descriptions import read_label_descriptions, refuse_unknown
from multitag.errors import ConfigError, DataError


@pytest.mark.parametrize(
    ("name", "content", "described"),
    [
        ("l.yaml", "War: soldiers\nSport:\n", {"War": "soldiers", "Sport": ""}),
        ("l.yaml", "- War\n- Sport\n", {"War": "", "Sport": ""}),
        ("l.json", '{"War": "soldiers", "Sport": ""}', {"War": "soldiers", "Sport": ""}),
        ("l.json", '["War", "Sport"]', {"War": "", "Sport": ""}),
    ],
)
def test_names_come_with_descriptions_or_alone(tmp_path, name, content, described):
    (tmp_path / name).write_text(content, encoding="utf-8")
    assert read_label_descriptions(tmp_path / name) == described


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "expected names with descriptions"),
        ("War", "expected names with descriptions, .* got str"),
        ("War: [a, b]", "'War': expected a description, got list"),
        ("yes: a film", "got the name True: put it into quotes"),
        ("- War\n- War", "'War' is in it twice"),
        ("- ''", "got the name ''"),
        ("War: " + "x" * 2001, "2,001 characters of description"),
    ],
)
def test_anything_else_is_refused(tmp_path, content, message):
    path = tmp_path / "labels.yaml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(DataError, match=message):
        read_label_descriptions(path)


def test_a_file_that_is_not_there_or_not_yaml_is_refused(tmp_path):
    with pytest.raises(DataError, match="no such file"):
        read_label_descriptions(tmp_path / "none.yaml")
    (tmp_path / "bad.yaml").write_text("a: [", encoding="utf-8")
    with pytest.raises(ConfigError, match="not YAML"):
        read_label_descriptions(tmp_path / "bad.yaml")


def test_what_is_no_label_is_refused_with_the_nearest():
    refuse_unknown({"War": ""}, ["Sport", "War"], "l.yaml")
    with pytest.raises(DataError, match=r"^l\.yaml: 'Wor' is not a label of the table; the nearest label is 'War'$"):
        refuse_unknown({"Wor": ""}, ["Sport", "War"], "l.yaml")

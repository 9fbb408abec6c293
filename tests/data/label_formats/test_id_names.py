"""A file of label names is a list, a table of two columns or JSON; anything else is an error about the file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from multitag.data.cells import CellError
from multitag.data.label_formats.id_names import read_label_names
from multitag.errors import DataError

Write = Callable[[str, str | bytes], Path]


@pytest.mark.parametrize(
    ("name", "content", "names"),
    [
        ("n.txt", "War\nSci-Fi, hard\r\n", {"0": "War", "1": "Sci-Fi, hard"}),
        ("n.csv", 'id,name\n3,War\n7,"Sci-Fi, hard"\n', {"3": "War", "7": "Sci-Fi, hard"}),
        ("n.csv", "3,War\n\n7,Drama\n", {"3": "War", "7": "Drama"}),
        ("n.tsv", "a\tWar\nb\tDrama\n", {"a": "War", "b": "Drama"}),
        ("n.json", '["War", "Drama"]', {"0": "War", "1": "Drama"}),
        ("n.json", '\ufeff{"a": "War"}', {"a": "War"}),
    ],
)
def test_names_are_read(write: Write, name: str, content: str, names: dict[str, str]) -> None:
    read = read_label_names(write(name, content))
    assert (dict(read.names), read.source) == (names, name)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("n.txt", "", "no names; expected one per line"),
        ("n.txt", "War\n\nDrama\n", "id '1' has an empty name"),
        ("n.txt", b"\xff\xfe", "not UTF-8 text"),
        ("n.csv", "1,War\n1,Drama\n", "id '1' appears more than once"),
        ("n.csv", "1,War,x\n", "line 1: expected an id and a name, got 3 cells"),
        ("n.csv", '1,"War\n', "expected lines of an id and a name"),
        ("n.json", "[", "not JSON: "),
        ("n.json", '"War"', 'expected ["name", ...]'),
        ("n.json", "[1]", 'expected ["name", ...]'),
    ],
)
def test_a_file_that_names_nothing_is_refused(write: Write, name: str, content: str | bytes, message: str) -> None:
    path = write(name, content)
    with pytest.raises(DataError) as caught:
        read_label_names(path)
    assert str(caught.value).startswith(str(path))
    assert message in str(caught.value)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none.txt", tmp_path / "a\0b"):
        with pytest.raises(DataError, match="cannot be read: "):
            read_label_names(path)


@settings(max_examples=100)
@given(
    st.one_of(st.binary(max_size=60), st.text('[]{}",:\n\t 1a').map(str.encode)),
    st.sampled_from(["txt", "csv", "json"]),
)
def test_any_file_is_read_or_refused_in_a_line(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, ending: str
) -> None:
    path = tmp_path_factory.getbasetemp() / f"any.{ending}"
    path.write_bytes(content)
    try:
        names = read_label_names(path).names
    except DataError as error:
        assert len(str(error).splitlines()) == 1
    else:
        assert names
        assert all(name.strip() for name in names.values())


def test_an_id_without_a_name_is_refused(write: Write) -> None:
    names = read_label_names(write("n.txt", "".join(f"label {number}\n" for number in range(9))))
    assert names["3"] == names["3.0"] == "label 3"
    with pytest.raises(CellError, match=r"label id '9' is not in n\.txt, which names 9, 0 to 8"):
        names["9"]

"""What came out is looked at: names with half a pair of brackets, rows that were lost, labels on every row."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from data.label_formats.rows import NAMES, ROWS, frame, read, refused, same_labels
from multitag.data.read import read_table
from multitag.errors import DataError

Files = Callable[[str, str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Files:
    def write(name: str, content: str) -> Path:
        (tmp_path / name).write_text(content)
        return tmp_path / name

    return write


@pytest.mark.parametrize("pair", ["``", "\u201c\u201d", '""'])
def test_quotes_within_names_are_refused_unless_the_separator_is_named(pair: str) -> None:
    def cells(row: Sequence[str]) -> str:
        return ", ".join(f"{pair[0]}{name}{pair[1]}" for name in row) + ", x"

    assert "with brackets or quotes; set --label-separator or --label-shape" in refused(cells)
    table = read(cells, label_separator=",")
    assert f"{pair[0]}War{pair[1]}" in {name for row in table.labels for name in row}
    assert "with brackets or quotes" in table.notes[0]


def test_a_slip_of_a_pen_is_no_reason_to_refuse() -> None:
    rows = [*ROWS * 3, ("(War",)]
    assert same_labels(read(", ".join, rows), rows)


@pytest.mark.parametrize("text", ["War (film)", "[A] War", "5' 7\"", "C++", "\U0001f600"])
def test_whole_brackets_and_symbols_are_names(text: str) -> None:
    rows = [(text,), ("Space", text), ("Space",)] * 4
    assert same_labels(read(", ".join, rows), rows)


def test_fasttext_words_in_names_are_refused() -> None:
    said = refused(lambda row: ",".join(f"x__label__{name}" for name in row))
    assert "set --label-shape fasttext" in said


@pytest.mark.parametrize("between", [",", ", ", " , ", "", " "])
def test_fasttext_lines_with_commas_give_their_labels_and_texts(between: str, write: Files) -> None:
    lines = [between.join(f"__label__{name}" for name in row) + f" text {n}\n" for n, row in enumerate(ROWS)]
    table = read_table(write("x.txt", "".join(lines)))
    assert same_labels(table)
    assert table.texts == tuple(f"text {n}" for n in range(len(ROWS)))


def test_a_text_glued_to_its_label_is_refused(write: Files) -> None:
    lines = [f"__label__{row[0]},{word} of words\n" for row in ROWS for word in ("a", "the")]
    with pytest.raises(DataError, match=r"holds labels such as 'Crime,a', .* put a space between a label and the"):
        read_table(write("x.txt", "".join(lines)))
    assert len(read_table(write("x.txt", "".join(lines)), label_shape="fasttext")) == 32


def test_every_label_on_every_row_teaches_nothing() -> None:
    assert "each of 10 rows has all 4 labels" in refused(list, [NAMES] * 10)
    assert len(read(list, [NAMES] * 9)) == 9


def test_rows_that_are_lost_because_they_have_several_labels_stop_the_reading() -> None:
    rows = [("War",), ("Space",), ("Crime",)] * 5

    def cells(row: Sequence[str]) -> object:
        return [*row] if len(row) > 1 else row[0]

    lost = [*map(cells, rows), *["[Alpha, Beta", "[Gamma, Delta", "[War, Zeta"]]
    with pytest.raises(DataError, match="holds 3 rows that cannot be read, and they are all those with several labels"):
        read_table(frame(lost), "text", "labels")
    assert len(read_table(frame(lost[:-1]), "text", "labels")) == 15  # single bad rows
    assert len(read_table(frame(lost), "text", "labels", label_shape="separated")) == 15


IDS = {name: number for number, name in enumerate(NAMES, start=1)}


def ids(row: Sequence[str]) -> str:
    return ",".join(str(IDS[name]) for name in row)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("n.txt", "1 Comedy\n2 Crime\n3 Space\n4 War\n"),
        ("n.txt", "1: Comedy\n2: Crime\n3: Space\n4: War\n"),
        ("n.txt", "1\tComedy\n2\tCrime\n3\tSpace\n4\tWar\n"),
        ("n.yaml", "1: Comedy\n2: Crime\n3: Space\n4: War\n"),
        ("n.yml", "names:\n  1: Comedy\n  2: Crime\n  3: Space\n  4: War\n"),
        ("n.yaml", "- none\n- Comedy\n- Crime\n- Space\n- War\n"),
        ("n.json", '{"id2label": {"1": "Comedy", "2": "Crime", "3": "Space", "4": "War"}}'),
        ("n.json", '{"Comedy": 1, "Crime": 2, "Space": 3, "War": 4}'),
        ("n.csv", "name,id\nComedy,1\nCrime,2\nSpace,3\nWar,4\n"),
    ],
)
def test_ids_in_a_file_of_names_are_followed(name: str, content: str, write: Files) -> None:
    assert same_labels(read(ids, label_names=str(write(name, content))))


@pytest.mark.parametrize("content", ["Comedy\nCrime\nSpace\nWar\n", "0 Comedy\n1 Crime\n2 Space\n3 War\n"])
def test_names_from_0_for_ids_from_1_are_refused(content: str, write: Files) -> None:
    said = refused(ids, label_names=str(write("n.txt", content)))
    assert said.startswith("holds ids that are not those of the file: label id '4' is not in n.txt")
    assert "do ids start at 1 here and at 0 there?" in said


@pytest.mark.parametrize("bullet", ["- ", "* ", "+ ", "\u2022 "])
def test_a_list_of_lines_with_bullets_gives_its_names(bullet: str) -> None:
    assert same_labels(read(lambda row: "\n".join(bullet + name for name in row)))


def test_numbers_of_places_are_refused() -> None:
    said = refused(lambda row: ", ".join(f"{place}. {name}" for place, name in enumerate(row, start=1)))
    assert said == (
        "holds labels such as '1. Crime' that begin with their place in the cell; write them without these numbers"
    )


@pytest.mark.parametrize("between", [" ", ",", ", "])
def test_fasttext_words_in_a_column_of_labels_may_be_several_words(between: str) -> None:
    rows = [tuple(f"The {name}" for name in row) for row in ROWS]
    assert same_labels(read(lambda row: between.join(f"__label__{name}" for name in row), rows), rows)


def test_lists_of_another_language_among_names_with_commas_are_read() -> None:
    def cells(row: Sequence[str]) -> str:
        return row[0] if len(row) == 1 else f"c({', '.join(map(repr, row))})".replace("'", '"')

    rows = [tuple({"Crime": "Law, order"}.get(name, name) for name in row) for row in ROWS]
    assert same_labels(read(cells, rows), rows)


@pytest.mark.parametrize("value", [": 1", ": 0", " (0.76)", "=0.5"])
def test_names_with_values_are_refused(value: str) -> None:
    others = iter([": 1", ": 0", " (0.76)", "=0.5"] * 99)
    said = refused(lambda row: "; ".join(f"{name}{value if place else next(others)}" for place, name in enumerate(row)))
    assert "a name with a value; write the names that are meant, or a dictionary" in said


def test_several_marks_in_one_column_are_refused() -> None:
    marks = iter([", ", ";", "|", " ; "] * 9)
    assert "with several marks between labels; write one mark in all rows" in refused(lambda row: next(marks).join(row))


def test_a_name_of_nothing_is_noted() -> None:
    (note,) = read(", ".join, [*ROWS, ("None",)]).notes
    assert "'None' is a label here; if no label is meant, leave these cells empty" in note


@pytest.mark.parametrize("mark", [" ", "\\n", "&amp;"], ids=repr)
def test_emoji_are_labels_and_escapes_are_marks(mark: str) -> None:
    emoji = dict(zip(NAMES, "\U0001f600\U0001f621\U0001f631\U0001f44d", strict=True))
    rows = [tuple(emoji[name] for name in row) for row in ROWS * 2] if mark == " " else ROWS
    assert same_labels(read(mark.join, rows), rows)


def test_ids_that_a_missing_cell_made_floats_are_whole_numbers() -> None:
    rows = [("1",), ("2",), ("3",)] * 5
    table = read_table(frame([*(float(name) for (name,) in rows), float("nan")]), "text", "labels", unlabelled="drop")
    assert same_labels(table, rows)


def test_an_object_is_no_name() -> None:
    with pytest.raises(DataError, match="expected label names as text, got an object of type object"):
        read_table(frame([object()] * 12), "text", "labels")

"""Texts and labels out of a source, with their row numbers; what cannot be trained on is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from multitag.config import Config, TableConfig
from multitag.data.build import build_table
from multitag.data.columns import Columns
from multitag.data.label_formats.cells.formats import Separated
from multitag.data.label_formats.label_columns import CellColumns
from multitag.data.left_out import LeftOut
from multitag.data.read import load_table, load_tables, read_table, settings_of_bundle
from multitag.data.readers.source import Source, open_source
from multitag.data.table import Table, check_trainable
from multitag.data.task import Task
from multitag.data.texts import TextColumns
from multitag.errors import ConfigError, DataError, OutputError
from multitag.jobs.train.facts import data_facts

Write = Callable[[str, str | bytes], Path]


def refused(*args: object, **kwargs: object) -> str:
    with pytest.raises(DataError) as caught:
        read_table(*args, **kwargs)  # type: ignore[arg-type]
    assert len(str(caught.value).splitlines()) == 1
    return str(caught.value)


def test_a_csv_becomes_a_table(write: Write) -> None:
    path = write("x.csv", 'Title,Genre,Plot\nOne,"War, Drama",  A storm.\nTwo,Comedy,NA\n')
    assert read_table(path, "Plot", "Genre") == Table(
        texts=("  A storm.", "NA"),
        labels=(("War", "Drama"), ("Comedy",)),
        rows=(1, 2),
        source="x.csv",
        text_columns=TextColumns(("Plot",)),
        shape=CellColumns(("Genre",), Separated(",")),
        n_rows_source=2,
    )


def test_rows_without_text_are_left_out_and_keep_their_numbers(write: Write) -> None:
    table = read_table(write("x.csv", "t,l\na,A\n  ,B\nb,B\n,\n"), "t", "l")
    assert (table.texts, table.rows, table.n_rows_source) == (("a", "b"), (1, 3), 4)
    assert table.left_out == tuple(
        LeftOut("x.csv", row, "t", "without text", "empty text in column 't'") for row in (2, 4)
    )
    assert table.lines() == (
        "labels: column 'l', one label per cell (2 labels)",
        "4 rows read: 2 used, 2 left out (2 without text)",
    )


def test_header_lines_of_joined_files_are_left_out(write: Write) -> None:
    table = read_table(write("x.csv", "t,l\na,A\nt,l\nb,B\nt,B\n"), "t", "l")
    assert (table.texts, table.rows) == (("a", "b", "t"), (1, 3, 4))
    assert table.left_out == (LeftOut("x.csv", 2, None, "repeating the header", "repeats the header"),)


@pytest.mark.parametrize("kind", ["csv", "tsv", "jsonl", "parquet", "DataFrame", "string DataFrame"])
def test_every_kind_of_source_gives_the_same_texts_and_labels(tmp_path: Path, kind: str) -> None:
    frame = pd.DataFrame({"t": ["one", "two", None], "l": ["A,B", "B", "A"]}, index=[7, 7, 9])
    path = tmp_path / f"x.{kind}"
    if kind in ("csv", "tsv"):
        frame.to_csv(path, index=False, sep={"csv": ",", "tsv": "\t"}[kind])
    elif kind == "jsonl":
        frame.to_json(path, orient="records", lines=True)
    elif kind == "parquet":
        frame.assign(l=frame["l"].str.split(",")).to_parquet(path)
    table = read_table(
        frame.astype("string") if kind.startswith("str") else frame if "D" in kind else path, "t", "l"
    )
    assert (table.texts, table.labels, table.rows) == (("one", "two"), (("A", "B"), ("B",)), (1, 2))
    assert [(each.row, each.reason) for each in table.left_out] == [(3, "empty text in column 't'")]
    assert table.source == ("DataFrame" if "D" in kind else path.name)


def test_lists_of_labels_need_no_separator() -> None:
    frame = pd.DataFrame({"t": ["a", "b", "c"], "l": [["Sci-Fi, hard"], np.array(["War"]), []]})
    assert read_table(frame, "t", "l", allow_unlabelled=True).labels == (("Sci-Fi, hard",), ("War",), ())


def test_a_separator_can_be_named(write: Write) -> None:
    path = write("x.csv", 't,l\na,"A, a / B"\nb,"A, a"\n')
    assert read_table(path, "t", "l", label_separator="/").labels == (("A, a", "B"), ("A, a",))
    assert read_table(path, "t", "l").label_separator == ","


def test_unlabelled_rows_are_refused_unless_allowed(write: Write) -> None:
    path = write("x.csv", 't,l\na,A\nb,\nc,B\nd," , "\n')
    assert refused(path, "t", "l") == (
        "x.csv, row 2 and 1 more row, column 'l': no label; allowed with --allow-unlabelled, "
        "left out with --unlabelled drop"
    )
    table = read_table(path, "t", "l", allow_unlabelled=True)
    assert table.labels == (("A",), (), ("B",), ())


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("t,l\n", "x.csv, column 't': no row has a text (0 rows read)"),
        ("t,l\n ,A\n,B\n", "x.csv, column 't': no row has a text (2 rows read)"),
        ("t,l\na,\nb,\n", "x.csv, column 'l': no row has a label; expected names with ',' between them"),
        (
            "t,l\na,A\nb,A\n",
            "x.csv, column 'l': only one label, 'A'; multi-label classification needs at least two",
        ),
        ("t,l\na,A\nb,[B]\n", "x.csv, row 2, column 'l': the cell starts like a JSON list but is not one: "),
        ("text,l\na,A\n", "x.csv: no column 't'; the columns are 'text', 'l'"),
    ],
)
def test_what_cannot_be_trained_on_is_refused(write: Write, content: str, message: str) -> None:
    assert refused(write("x.csv", content), "t", "l", allow_unlabelled=True).startswith(message)


def test_a_missing_column_is_named_with_those_there_are(write: Write) -> None:
    path = write("x.csv", "Description,Genre\na,A\n")
    assert refused(path, "description", "Genre") == (
        "x.csv: no column 'description'; the columns are 'Description', 'Genre'; did you mean 'Description'?"
    )


def test_a_column_that_is_not_named_and_not_clear_is_asked_for(write: Write) -> None:
    path = write("x.csv", "Title,Genre\nStorm,A\n")
    assert refused(path, None, "Genre") == (
        "x.csv: name the column that holds the text with --text; the columns are 'Title', 'Genre'; "
        "no column looks like texts: sentences, several words a cell"
    )
    assert refused(path, "Title") == (
        "x.csv: name the column that holds the labels with --labels; the columns are 'Title', 'Genre'; "
        "no column looks like labels: names that recur, or 0 and 1 in a column for each label"
    )


FRAME = pd.DataFrame({"id": range(20), "words": [f"the train leaves at {n} today" for n in range(20)],
                      "topics": ["travel, money", "travel", "money", "health, money"] * 5})  # fmt: skip


def test_with_nothing_named_the_call_is_suggested() -> None:
    assert refused(FRAME).endswith("; likely so: multitag.read_table(df, text='words', labels='topics')")


@pytest.mark.parametrize("named", [{"text": "words"}, {"labels": "topics"}])
def test_the_other_column_is_taken_where_it_is_clear_and_that_is_said(named: dict[str, str]) -> None:
    table = read_table(FRAME, **named)
    assert (table.text_column, table.label_column) == ("words", "topics")
    assert table.labels[0] == ("travel", "money")
    (other,) = {"text": "words", "labels": "topics"}.items() - named.items()
    assert table.notes == (
        f"{other[0]}: column {other[1]!r} is taken, as nothing else is likely; --{other[0]} names another",
    )


def test_the_column_that_was_taken_is_that_of_the_other_sides_too(write: Write) -> None:
    held_out = write("x.csv", "words,topics\nthe last train has left,travel\n")
    tables = load_tables({"train": FRAME, "test": held_out}, TableConfig(text="words"))
    assert tables["test"].label_column == "topics"


def test_for_a_column_that_is_missing_the_likely_one_is_named() -> None:
    assert refused(FRAME, "plot", "topics").endswith("the columns are 'id', 'words', 'topics'; likely --text 'words'")
    assert refused(FRAME, "words", "genres").endswith("; likely --labels 'topics'")


def test_a_column_that_comes_twice_is_refused() -> None:
    frame = pd.DataFrame([["a", "A", "B"]], columns=["t", "l", "l"])
    assert refused(frame, "t", "l") == (
        "DataFrame: column 'l' appears more than once; rename one; the columns are 't', 'l', 'l'"
    )


@pytest.mark.parametrize("cell", ["\ud800", ["a"], b"a"], ids=repr)
def test_a_cell_that_is_no_text_is_refused_by_row(cell: object) -> None:
    frame = pd.DataFrame({"t": pd.Series(["a", cell], dtype=object), "l": ["A", "B"]})
    assert refused(frame, "t", "l").startswith("DataFrame, row 2, column 't': ")


def test_the_fingerprint_tells_tables_apart_and_not_the_order_of_labels() -> None:
    def table(texts: list[str], labels: list[str]) -> Table:
        return read_table(pd.DataFrame({"t": texts, "l": labels}), "t", "l")

    one = table(["a", "b"], ["A,B", "B"]).fingerprint()
    assert len(one) == 64
    same = table(["a", "b"], ["A,B", "B"])
    assert same.fingerprint() is same.fingerprint()  # computed once
    assert one == table(["a", "b"], ["B, A", "B"]).fingerprint()
    others = [
        table(["b", "a"], ["A,B", "B"]),
        table(["a", "b"], ["A,B", "A"]),
        table(["a", "", "b"], ["A,B", "A", "B"]),
        table(["a", "b "], ["A,B", "B"]),
    ]
    assert len({one, *(other.fingerprint() for other in others)}) == 5


def test_columns_of_a_packaged_table_are_known_and_can_be_replaced() -> None:
    assert read_table("sample").label_column == "Genre"
    assert read_table(Path("sample"), labels="Year").labels[0] == ("1976",)


def test_building_asks_for_less_than_reading(write: Write) -> None:
    source = open_source(write("x.csv", "t,l\n,A\n"))
    table = build_table(source, TableConfig(text="t", labels="l"))
    assert (len(table), table.n_rows_source) == (0, 1)
    with pytest.raises(DataError, match="no row has a text"):
        check_trainable(table)


IMDB = ("Description", "Genre")
REAL = {
    "IMDB-Movie-Data.csv": (*IMDB, ",", 1000, 20),
    "netflix_titles.csv": ("description", "listed_in", ",", 8807, 42),
    "variants/51_rows.csv": (*IMDB, ",", 51, 17),
    "variants/comma_sep_semicolon_genres.csv": (*IMDB, ";", 1000, 20),
    "variants/crlf_windows.csv": (*IMDB, ",", 1000, 20),
    "variants/semicolon_sep_semicolon_genres.csv": (*IMDB, ";", 1000, 20),
    "variants/nbsp_genres_no_text.csv": ("names", "genre", "|", 10178, 19),
    "variants/netflix_titles_bom_crlf_mojibake.csv": ("description", "listed_in", ",", 8809, 48),
}


@pytest.mark.parametrize("name", REAL)
def test_real_files_are_read_whole(shared_data: Path, name: str) -> None:
    text, labels, separator, n_rows, n_labels = REAL[name]
    table = read_table(shared_data / name, text, labels, allow_unlabelled=True)
    assert table.label_separator == separator
    assert len(table) == n_rows
    found = {label for row in table.labels for label in row}
    assert len(found) == n_labels, sorted(found)
    assert all(label == label.strip() for label in found)


def test_ragged_rows_of_a_real_file_are_left_out_and_counted(shared_data: Path) -> None:
    table = read_table(shared_data / "variants" / "ragged_unquoted_commas.csv", "Title", "Genre")
    assert [(each.row, each.kind) for each in table.left_out] == [(443, "ragged"), (733, "ragged"), (849, "ragged")]
    assert len(table) == 995
    assert "998 rows read: 995 used, 3 left out (3 ragged)" in table.lines()


def test_a_real_file_without_header_is_read_by_number_or_says_so(shared_data: Path) -> None:
    path = shared_data / "variants" / "semicolon_noheader_nonutf8.csv"
    table = read_table(path, "3", "2", header=False)
    assert len(table) == 1000
    assert table.notes[0].startswith(f"{path.name}: read as cp1252, ")
    assert refused(path, *IMDB).endswith(
        "'8,1'; these look like a row of data: if there is no header, use --no-header and name columns by number"
    )


def test_a_column_with_spaces_around_its_name_is_found(write: Write) -> None:
    table = read_table(write("x.csv", "title, country\na,A\nb,B\n"), "title", "country")
    assert table.labels == (("A",), ("B",))
    assert table.notes == ("x.csv: column ' country' has spaces around its name; 'country' works too",)


def test_real_objects_are_named_by_a_key_found_or_given(shared_data: Path) -> None:
    path = shared_data / "tmdb_500.csv"
    table = read_table(path, "overview", "genres", allow_unlabelled=True)
    assert table.labels[0] == ("Action", "Adventure", "Fantasy", "Science Fiction")
    assert table.lines()[0] == "labels: column 'genres', JSON lists of objects, named by 'name' (18 labels)"
    assert read_table(path, "overview", "genres", label_key="id").labels[0] == ("28", "12", "14", "878")
    assert refused(path, "overview", "genres", label_key="genre") == (
        "tmdb_500.csv, row 1, column 'genres': expected an object with the key 'genre', got the keys 'id', 'name'; "
        "500 of 500 rows are like that"
    )
    countries = read_table(path, "overview", "production_countries", label_key="iso_3166_1", allow_unlabelled=True)
    assert countries.labels[0] == ("US", "GB")


@pytest.mark.parametrize("columns", ["SDG*", "SDG1..SDG17", ",".join(f"SDG{n}" for n in range(1, 18))])
def test_real_columns_of_0_and_1_are_a_label_each(shared_data: Path, columns: str) -> None:
    table = read_table(shared_data / "sdg_articles.csv", "text", label_columns=columns)
    assert len(table) == 300
    assert table.lines() == (
        "labels: columns 'SDG1' to 'SDG17', one per label (17 labels)",
        "300 rows read: all used",
    )
    assert sum(map(len, table.labels)) == 1125


def test_columns_of_0_and_1_are_found_where_several_are_named(write: Write) -> None:
    path = write("x.csv", "t,A,B\na,1,0\nb,yes,TRUE\nc,0,1.0\n")
    assert read_table(path, "t", ["A", "B"]).labels == (("A",), ("A", "B"), ("B",))
    assert refused(path, "t", "A").startswith("x.csv, column 'A': holds 0, 1 and yes, which are not label names; ")


def test_several_columns_of_labels_hold_some_each(write: Write) -> None:
    path = write("x.csv", "t,G1,G2\na,War,Drama\nb,Drama,\nc,War,War\n")
    table = read_table(path, "t", ["G1", "G2"])
    assert table.labels == (("War", "Drama"), ("Drama",), ("War",))
    assert table.lines()[0] == "labels: columns 'G1', 'G2', one label per cell (2 labels)"
    assert table.label_column == "'G1', 'G2'"


def test_ids_are_named_by_a_file(write: Write) -> None:
    names = write("names.txt", "War\nDrama\nSci-Fi, hard\n")
    path = write("x.csv", "t,l\na,0 2\nb,1\nc,2 1\n")
    table = read_table(path, "t", "l", label_names=names)
    assert table.labels == (("War", "Sci-Fi, hard"), ("Drama",), ("Sci-Fi, hard", "Drama"))
    assert table.lines()[0] == "labels: column 'l', separated by spaces, ids named by names.txt (3 labels)"
    frame = pd.DataFrame({"t": ["a", "b", "c"], "l": [0, 1, 1.0]})
    assert read_table(frame, "t", "l", label_names=names).labels == (("War",), ("Drama",), ("Drama",))
    some = read_table(write("y.csv", "t,l\na,0\nb,1\nc,2\nd,3\n"), "t", "l", label_names=names)
    assert [each.reason for each in some.left_out] == [
        "label id '3' is not in names.txt, which names 0, 1, 2"
    ]


def test_fasttext_labels_are_words_of_the_text_or_of_their_column(write: Write) -> None:
    path = write("x.csv", "line,l\n__label__a __label__b One.,__label__a __label__b\n__label__b Two.,__label__b\n")
    table = read_table(path, "line", "line")
    assert (table.texts, table.labels) == (("One.", "Two."), (("a", "b"), ("b",)))
    assert table.lines()[0] == "labels: column 'line', __label__ words (2 labels)"
    assert read_table(path, "line", "l").texts[1] == "__label__b Two."
    empty = read_table(write("y.csv", "line\n__label__a x\n__label__b\n__label__b y\n"), "line", "line")
    assert [each.kind for each in empty.left_out] == ["without text"]


def test_texts_of_several_columns_are_joined_or_a_pair(write: Write) -> None:
    path = write("x.csv", "title,plot,l\n One,A storm.,A\n,Two.,B\nThree, ,B\n,,A\n")
    joined = read_table(path, ["title", "plot"], "l")
    assert joined.texts == (" One\n\nA storm.", "Two.", "Three")
    assert joined.lines()[0] == "text: columns 'title' and 'plot', joined"
    assert [each.reason for each in joined.left_out] == ["empty text in columns 'title' and 'plot', joined"]
    pairs = read_table(path, ["title", "plot"], "l", text_pair=True)
    assert pairs.texts == ((" One", "A storm."), ("", "Two."), ("Three", ""))
    assert joined.text_column == "title + plot"
    with pytest.raises(ConfigError, match="text_pair: expected two columns of text, got 1"):
        read_table(path, "plot", "l", text_pair=True)


DEFECTS = 't,l\na,A\n,B\nb,"[""A"", ""B""]"\nc,[A\nt,l\nd,\ne,B\n'


def test_a_text_that_is_its_own_label_is_refused(write: Write) -> None:
    assert refused(write("x.csv", "t,l\na,A\nb,B\n"), "l", "l") == (
        "x.csv: column 'l' holds the text and the labels; name another with --text or --labels"
    )


def test_a_strict_reading_refuses_the_first_defect(write: Write) -> None:
    path = write("x.csv", DEFECTS)
    assert refused(path, "t", "l", strict=True, allow_unlabelled=True) == (
        "x.csv, row 2, column 't': empty text in column 't'; refused by --strict (7 rows read: 4 used, 3 left out "
        "(1 without text, 1 with labels that cannot be read, 1 repeating the header))"
    )
    fine = write("y.csv", "t,l\na,A\nb,B\nc,\n")
    assert len(read_table(fine, "t", "l", strict=True, unlabelled="drop")) == 2


def test_rows_that_are_left_out_are_written_to_a_file(write: Write, tmp_path: Path) -> None:
    path, quarantine = write("x.csv", DEFECTS), tmp_path / "out.csv"
    table = read_table(path, "t", "l", unlabelled="drop", quarantine=quarantine)
    written = pd.read_csv(quarantine, keep_default_na=False)
    assert list(written.columns) == ["file", "row", "column", "reason", "content"]
    assert written["row"].tolist() == [2, 4, 5, 6]
    assert written["column"].tolist() == ["t", "l", "", "l"]
    assert json.loads(written["content"][1]) == {"t": "c", "l": "[A"}
    assert table.rows == (1, 3, 7)
    with pytest.raises(OutputError, match=r"x\.csv: this is the table; name another file with --quarantine"):
        read_table(path, "t", "l", quarantine=path)
    with pytest.raises(OutputError, match="this is the table"):
        read_table([tmp_path / "*.csv"], "t", "l", quarantine=path)
    # It is there where it is needed most: when the table is refused.
    quarantine.unlink()
    refused(path, "t", "l", strict=True, quarantine=quarantine)
    assert len(pd.read_csv(quarantine)) == 3


def test_a_column_of_labels_that_is_none_is_refused_with_its_first_row(write: Write) -> None:
    rows = "".join(f"a{row},[A\n" for row in range(3))
    assert refused(write("x.csv", f"t,l\nb,A\n{rows}"), "t", "l").endswith("; 3 of 4 rows are like that")


cells = st.one_of(
    st.none(), st.text(max_size=5), st.sampled_from(["A", "A,B", "[", '["A"]', "l", "t", "\ud800", "0", "1"]),
    st.lists(st.text(max_size=2), max_size=2), st.integers(), st.floats(), st.binary(max_size=2),
)  # fmt: skip


@settings(max_examples=100)
@given(
    st.lists(st.tuples(cells, cells), max_size=12),
    st.sampled_from(["error", "keep", "drop"]),
    st.sampled_from(["auto", "single", "json", "python", "separated"]),
    st.integers(0, 2),
)
def test_every_row_is_used_or_reported(
    rows: list[tuple[Any, Any]], unlabelled: Any, shape: Any, n_unreadable: int
) -> None:
    columns = Columns(("t", "l"), tuple(zip(*rows, strict=True)) or ((), ()), len(rows))
    # Unreadable rows stand after the others here, as columns have no gaps of their own.
    unreadable = tuple(
        LeftOut.unreadable("x", len(rows) + each, "ragged: 3 cells", "a,b,c") for each in (1, 2)[:n_unreadable]
    )
    data = TableConfig(text="t", labels="l", unlabelled=unlabelled, label_shape=shape)
    try:
        table = build_table(Source("x", columns, unreadable), data)
    except DataError as error:
        assert str(error).startswith("x, column 'l': holds ")  # 0 and 1 alone, or sentences
        return
    numbers = sorted([*table.rows, *(each.row for each in table.left_out)])
    assert numbers == list(range(1, len(rows) + n_unreadable + 1))
    assert table.n_rows_source == len(table) + len(table.left_out)
    assert all(isinstance(text, str) and text.strip() for text in table.texts)
    assert all(each.reason and each.kind for each in table.left_out)
    if unlabelled == "drop":
        pairs = zip(table.rows, table.labels, strict=True)
        assert all(labels or row in table.judged for row, labels in pairs)


def test_rows_of_several_files_count_on_and_know_their_own() -> None:
    columns = Columns.of({"t": ["a", "b", "c", ""], "l": ["A", "B", "A", "B"]})
    ragged = LeftOut.unreadable("b.csv", 1, "ragged: 3 cells, expected 2", "x,y,z")
    source = Source("2 files", columns, (ragged,), files=("a.csv", "b.csv"), starts=(0, 2), rows=(1, 2, 2, 3))
    table = build_table(source, TableConfig(text="t", labels="l"))
    assert (table.rows, table.files) == ((1, 2, 4), (("a.csv", 2), ("b.csv", 3)))
    assert table.place(4) == "b.csv, row 2"
    assert table.summary == table.lines()[-1] == "5 rows read: 3 used, 2 left out (1 ragged, 1 without text)"


def test_a_table_to_measure_on_needs_one_label_only(write: Write) -> None:
    path = write("x.csv", "t,l\na,A\nb,A\n")
    data = TableConfig(text="t", labels="l")
    assert len(load_tables({"test": path}, data)["test"]) == 2
    with pytest.raises(DataError, match="only one label, 'A'"):
        load_table(path, data)


def test_a_bundle_remembers_how_its_table_was_read() -> None:
    facts = {
        "text_column": "a + b", "text_columns": ["a", "b"], "text_pair": True, "label_column": "g",
        "label_columns": ["g"], "label_shape": "json", "label_key": "name", "label_names": None,
    }  # fmt: skip
    assert settings_of_bundle(facts) == TableConfig(
        text=("a", "b"), text_pair=True, labels=("g",), label_shape="json", label_key="name"
    )
    changed = settings_of_bundle(facts, text="x", labels="y", allow_unlabelled=True, label_key=None)
    assert changed == TableConfig(text="x", labels="y", unlabelled="keep")
    assert settings_of_bundle({"text_column": "t", "label_column": "l"}) == TableConfig(text=("t",), labels=("l",))
    switches = facts | {"label_shape": "columns", "label_columns": ["A", "B"], "label_key": None}
    assert settings_of_bundle(switches).label_columns == ("A", "B")


@pytest.mark.parametrize(("mark", "option"), [(" / ", " / "), ("#", "#"), (",", ","), (";", None), ("|", None)])
def test_a_bundle_remembers_the_separator_that_was_named_or_detected(
    write: Write, mark: str, option: str | None
) -> None:
    cells = [f"A{mark}B", f"B{mark}C", "A", f"C{mark}A{mark}B"] * 5
    table = read_table(pd.DataFrame({"t": [f"text {n}" for n in range(20)], "l": cells}), "t", "l",
                       label_separator=option)  # fmt: skip
    config = Config().override(min_support=1)
    facts = data_facts(Task.prepare(table, config), config)
    assert (facts["label_separator"], facts["label_separator_from"]) == (mark, "option" if option else "cells")
    # Other marks are more frequent here, so that guessing goes wrong.
    other = "|" if mark == ";" else ";"
    path = write("x.csv", f't,l\na,"A{other}1{mark}B"\nb,"C{other}2"\nc,"C{other}2{mark}A{other}1"\n')
    again = load_tables({"test": path}, settings_of_bundle(facts))["test"]
    assert again.labels == ((f"A{other}1", "B"), (f"C{other}2",), (f"C{other}2", f"A{other}1"))
    explicit = load_tables({"test": path}, settings_of_bundle(facts, label_separator=other))["test"]
    assert explicit.labels[1] == ("C", "2")
    guessed = load_tables({"test": path}, settings_of_bundle(facts, label_shape="auto"))["test"]
    assert guessed.labels[1] == ("C", "2")


@pytest.mark.parametrize(
    ("written", "shape"),
    [("[{}]", "brackets"), ("{}", "separated")],
)
@pytest.mark.parametrize("mark", ["\n", ";", "#"])
def test_a_bundle_remembers_other_notations(written: str, shape: str, mark: str) -> None:
    if shape == "brackets" and mark != ";":
        mark = ","
    cells = [written.format(mark.join(names)) for names in ("AB", "BC", "A", "CAB", "B", "C")] * 3
    table = read_table(pd.DataFrame({"t": [f"text {n}" for n in range(18)], "l": cells}), "t", "l")
    config = Config().override(min_support=1)
    settings = settings_of_bundle(data_facts(Task.prepare(table, config), config))
    few = pd.DataFrame({"t": ["a", "b"], "l": [written.format(mark.join(names)) for names in ("AB", "C")]})
    assert load_tables({"test": few}, settings)["test"].labels == (("A", "B"), ("C",))


def test_a_detected_separator_does_not_say_that_every_cell_holds_labels(write: Write) -> None:
    facts = {"text_column": "t", "label_column": "l", "label_shape": "separated", "label_separator": ";"}
    stray = "He went home and slept for a whole week until the phone rang; then at last he rose."
    cells = ["Drama; War", "War", "Crime; Drama", '["War"]'] * 8
    path = write("x.csv", "t,l\n" + "".join(f"text {n},{json.dumps([cell])[1:-1]}\n".replace('\\"', '""')
                                            for n, cell in enumerate([*cells, stray])))  # fmt: skip
    for origin, n_used in (("cells", 32), ("option", 33)):
        data = settings_of_bundle(facts | {"label_separator_from": origin})
        table = load_tables({"test": path}, data)["test"]
        assert (len(table), table.labels[3]) == (n_used, ("War",))


@pytest.mark.parametrize(
    ("facts", "labels"),
    [
        ({}, ("A", "B")),
        ({"label_separator": ","}, ("A", "B")),  # maybe no cell held it
        ({"label_separator": ",", "label_separator_from": None}, ("A", "B")),
        ({"label_separator": ",", "label_separator_from": "cells"}, ("A|B",)),
        ({"label_separator": "#"}, ("A|B",)),
        ({"label_separator": ""}, ("A", "B")),
    ],
)
def test_a_separator_that_was_not_recorded_is_detected_anew(
    write: Write, facts: dict[str, Any], labels: tuple[str, ...]
) -> None:
    old = {"text_column": "t", "label_column": "l", "label_shape": "separated"}
    path = write("x.csv", "t,l\na,A|B\nb,B\n")
    assert load_tables({"test": path}, settings_of_bundle(old | facts))["test"].labels[0] == labels


def test_an_empty_separator_is_refused(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text('text,labels\none,"a,b"\ntwo,a\n')
    with pytest.raises(ConfigError, match="label_separator: expected what stands between two labels"):
        read_table(path, text="text", labels="labels", label_separator="")

"""Texts and labels out of a source, with their row numbers; what cannot be trained on is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from multitag.data.source import open_source
from multitag.data.table import Table, build_table, check_trainable, read_table
from multitag.errors import ConfigError, DataError

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
        text_column="Plot",
        label_column="Genre",
        label_separator=",",
        n_rows_source=2,
    )


def test_rows_without_text_are_left_out_and_keep_their_numbers(write: Write) -> None:
    table = read_table(write("x.csv", "t,l\na,A\n  ,B\nb,B\n,\n"), "t", "l")
    assert (table.texts, table.rows, table.n_rows_source) == (("a", "b"), (1, 3), 4)
    assert table.left_out == ((2, "empty text in column 't'"), (4, "empty text in column 't'"))


def test_header_lines_of_joined_files_are_left_out(write: Write) -> None:
    table = read_table(write("x.csv", "t,l\na,A\nt,l\nb,B\nt,B\n"), "t", "l")
    assert (table.texts, table.rows) == (("a", "b", "t"), (1, 3, 4))
    assert table.left_out == ((2, "repeats the header"),)


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
    assert table.left_out == ((3, "empty text in column 't'"),)
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
        "x.csv, row 2 and 1 more rows, column 'l': no label; allowed with --allow-unlabelled"
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
        ("t,l\na,A\nb,[B]\n", "x.csv, row 2, column 'l': the cell starts like a JSON list but is none: "),
        ("text,l\na,A\n", "x.csv: no column 't'; there are: 'text', 'l'"),
    ],
)
def test_what_cannot_be_trained_on_is_refused(write: Write, content: str, message: str) -> None:
    assert refused(write("x.csv", content), "t", "l", allow_unlabelled=True).startswith(message)


def test_a_missing_column_is_named_with_those_there_are(write: Write) -> None:
    path = write("x.csv", "Description,Genre\na,A\n")
    assert refused(path, "description", "Genre") == (
        "x.csv: no column 'description'; there are: 'Description', 'Genre'; did you mean 'Description'?"
    )
    assert refused(path, None, "Genre") == (
        "x.csv: say which column holds the text (--text); there are: 'Description', 'Genre'"
    )
    assert refused(path, "Description") == (
        "x.csv: say which column holds the labels (--labels); there are: 'Description', 'Genre'"
    )


def test_a_column_that_comes_twice_is_refused() -> None:
    frame = pd.DataFrame([["a", "A", "B"]], columns=["t", "l", "l"])
    assert refused(frame, "t", "l") == (
        "DataFrame: column 'l' comes more than once; rename one; there are: 't', 'l', 'l'"
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
    frame, name = source.frame, source.name
    table = build_table(frame, name, "t", "l")
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


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (
            "html_page_named_csv.csv",
            ": this is an HTML page, not a table; download the raw file, not its page",
        ),
        ("ragged_unquoted_commas.csv", ": Expected 10 fields in line "),
        ("semicolon_noheader_nonutf8.csv", ", line "),
    ],
)
def test_real_files_that_are_damaged_are_refused(shared_data: Path, name: str, message: str) -> None:
    path = shared_data / "variants" / name
    assert refused(path, *IMDB).startswith(f"{path}{message}")


def test_every_real_variant_is_tested(shared_data: Path) -> None:
    named = {Path(name).name for name in REAL} | {
        "html_page_named_csv.csv",
        "ragged_unquoted_commas.csv",
        "semicolon_noheader_nonutf8.csv",
    }
    assert {path.name for path in (shared_data / "variants").iterdir()} <= named


def test_labels_that_are_objects_are_refused_by_row(shared_data: Path) -> None:
    assert refused(shared_data / "tmdb_500.csv", "overview", "genres").startswith(
        "tmdb_500.csv, row 1, column 'genres': expected label names as text, got dict"
    )


def test_an_empty_separator_is_refused(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text('text,labels\none,"a,b"\ntwo,a\n')
    with pytest.raises(ConfigError, match="label_separator: expected what stands between two labels"):
        read_table(path, text="text", labels="labels", label_separator="")

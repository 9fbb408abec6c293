"""The columns of every real file that can be read are found, and the command reads the table."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from multitag import read_table
from multitag.errors import DataError, MultitagError

SHARED = Path(__file__).parents[4] / "shared"

# File: the options that are right, and the number of labels.
IN_DATA = {
    "IMDB-Movie-Data.csv": ("--text Description --labels Genre", 20),
    "netflix_titles.csv": ("--text description --labels listed_in", 42),
    "sample_movies.csv": ("--text Description --labels Genre", 20),
    "sdg_articles.csv": ("--text text --label-columns SDG1..SDG17", 17),
    "tmdb_500.csv": ("--text overview --labels genres", 18),
    "variants/51_rows.csv": ("--text Description --labels Genre", 17),
    "variants/comma_sep_semicolon_genres.csv": ("--text Description --labels Genre", 20),
    "variants/crlf_windows.csv": ("--text Description --labels Genre", 20),
    "variants/netflix_titles_bom_crlf_mojibake.csv": ("--text description --labels listed_in", 48),
    "variants/semicolon_noheader_nonutf8.csv": ("--text 3 --labels 2 --no-header", 20),
    "variants/semicolon_sep_semicolon_genres.csv": ("--text Description --labels Genre", 20),
}
# These have titles only: they are shown, but not taken for texts.
WITHOUT_TEXTS = {
    "variants/nbsp_genres_no_text.csv": "--text names --labels genre --unlabelled drop",
    "variants/ragged_unquoted_commas.csv": "--text Title --labels Genre",
}
IN_CASES = {
    "04-separator-guess-commas-in-names/in.csv": ("--text text --labels labels", 4),
    "05-brackets-that-are-no-lists/array.csv": ("--text text --labels labels", 4),
    "05-brackets-that-are-no-lists/paren.csv": ("--text text --labels labels", 4),
    "05-brackets-that-are-no-lists/postgres.csv": ("--text text --labels labels", 4),
    "05-brackets-that-are-no-lists/quoted.csv": ("--text text --labels labels", 4),
    "05-brackets-that-are-no-lists/tuples_and_plain.csv": ("--text text --labels labels", 4),
    "07-other-marks/hash.csv": ("--text text --labels labels", 4),
    "07-other-marks/newline.csv": ("--text text --labels labels", 4),
    "07-other-marks/slash_spaced.csv": ("--text text --labels labels", 4),
    "08-separator-newline-or-tab/in.csv": ("--text text --labels labels", 4),
    "10-objects-with-a-score/in.jsonl": ("--text text --labels labels", 4),
    "11-one-hot-one-bad-cell/in.csv": ("--text text --label-columns Comedy..War", 4),
    "13-unknown-tokens/in.csv": ("--text text --labels labels", 4),
    "14-out-with-tilde/in.csv": ("--text text --labels labels", 4),
    "15-evaluate-forgets-separator/test.csv": ("--text text --labels labels", 4),
    "15-evaluate-forgets-separator/train.csv": ("--text text --labels labels", 4),
    "16-misleading-label-key/in.jsonl": ("--text text --labels cats", 4),
    "18-trainer-arg-tracebacks/in.csv": ("--text text --labels labels", 4),
    "20-settings-ignored-but-recorded/in.csv": ("--text text --labels labels", 4),
    "21-csv-shapes-refused/dup_unused.csv": ("--text text --labels labels", 4),
    "21-csv-shapes-refused/sep_line.csv": ("--text text --labels labels", 4),
    "21-csv-shapes-refused/trailing.csv": ("--text text --labels labels", 4),
    "22-label-names-with-ids/in.csv": ("--text text --labels labels", 4),
    "24-interval-without-its-figure/in.csv": ("--text text --labels labels", None),
    "25-explicit-separator-not-followed/in.csv": ("--text text --labels labels", 4),
    "28-missing-label-columns-in-evaluate/in.csv": ("--text text --label-columns War..Comedy", 2),
    "30-first-contact/in.csv": ("--text summary --labels topics", 4),
    "30-first-contact/in.tsv": ("--text message --label-columns anger..sadness", 3),
}
REFUSED = ["variants/html_page_named_csv.csv"]
REFUSED_CASES = ["02-stray-quote-swallows-rows/in.tsv", "21-csv-shapes-refused/title.csv",
                 "09-fasttext-commas/comma_text.txt"]  # with the option to use
DECIDED_ELSEWHERE = {
    "01-multihot-vector/in.csv",  # takes a file of names, see below
    "06-label-studio/export.csv", "06-label-studio/min.json",  # annotation tools have columns of their own
    "09-fasttext-commas/comma.txt", "09-fasttext-commas/comma_space.txt",  # known
    "17-lines-of-text-cut-at-comma/lines.txt",  # has no labels
    "29-zeros-are-an-answer/in.csv",  # what a row of zeros needs, see below
}  # fmt: skip


@pytest.fixture
def shared() -> Path:
    if not SHARED.is_dir():
        pytest.skip(f"real files are not here: {SHARED}")
    return SHARED


def settings_of(options: str) -> Iterator[tuple[str, object]]:
    """Turn options into the keywords of read_table."""
    words = iter(shlex.split(options))
    for word in words:
        if word == "--no-header":
            yield "header", False
        elif word == "--allow-unlabelled":
            yield "allow_unlabelled", True
        else:
            yield word.removeprefix("--").replace("-", "_"), next(words)


@pytest.mark.parametrize("name", [*IN_DATA, *(f"cases/{name}" for name in IN_CASES)])
def test_the_columns_of_a_file_are_found_and_read(shared: Path, look: Callable, name: str) -> None:
    options, n_labels = IN_DATA[name] if name in IN_DATA else IN_CASES[name.removeprefix("cases/")]
    path = shared / (f"data/{name}" if name in IN_DATA else name)
    suggestion, command = look(path)
    assert command == f"{options} --out runs/{path.name.partition('.')[0]}"
    assert suggestion.doubts == ()
    table = read_table(path, **dict(settings_of(options)))
    assert table.labels == suggestion.table.labels
    if n_labels is not None:
        assert len({label for row in table.labels for label in row}) == n_labels


@pytest.mark.parametrize("name", WITHOUT_TEXTS)
def test_titles_are_not_taken_for_texts_without_asking(shared: Path, look: Callable, name: str) -> None:
    path = shared / "data" / name
    suggestion, command = look(path)
    assert command == f"{WITHOUT_TEXTS[name]} --out runs/{path.stem}"
    assert ["its cells look like titles, names or lists" in doubt for doubt in suggestion.doubts] == [True]
    with pytest.raises(DataError, match=r"name the column that holds the text; .* likely so: multitag\.read_table\("):
        read_table(path, labels=suggestion.changes["labels"])


def test_rows_of_zeros_alone_are_read_with_what_the_command_says(shared: Path, look: Callable) -> None:
    path = shared / "cases" / "29-zeros-are-an-answer" / "in.csv"
    suggestion, command = look(path)
    assert command.startswith("--text text --label-columns anger..sadness ")
    assert suggestion.doubts == ()
    options = command.partition(" --out ")[0]
    assert len(read_table(path, **dict(settings_of(options)))) == 16


def test_vectors_ask_for_the_names_of_their_places(shared: Path, look: Callable) -> None:
    folder = shared / "cases" / "01-multihot-vector"
    suggestion, command = look(folder / "in.csv")
    assert command == "--text text --labels labels --label-names NAMES.txt --out runs/in"
    assert "vectors of 4 places" in suggestion.doubts[0]
    suggestion, command = look(folder / "in.csv", label_names=str(folder / "names.txt"))
    assert suggestion.doubts == ()
    assert len(suggestion.table.shape.label_names) == 4


@pytest.mark.parametrize("name", ["comma", "comma_space"])
def test_lines_of_fasttext_need_no_names(shared: Path, look: Callable, name: str) -> None:
    suggestion, _ = look(shared / "cases" / "09-fasttext-commas" / f"{name}.txt")
    assert (suggestion.changes, suggestion.doubts) == ({}, ())


def test_lines_of_texts_have_no_labels(shared: Path, look: Callable) -> None:
    suggestion, command = look(shared / "cases" / "17-lines-of-text-cut-at-comma" / "lines.txt")
    assert "no column looks like labels" in suggestion.doubts[-1]
    assert "--labels COLUMN" in command


@pytest.mark.parametrize("name", [*(f"data/{name}" for name in REFUSED), *(f"cases/{name}" for name in REFUSED_CASES)])
def test_what_cannot_be_opened_is_refused_as_ever(shared: Path, look: Callable, name: str) -> None:
    with pytest.raises(MultitagError):
        look(shared / name)


def test_every_file_is_tested(shared: Path) -> None:
    data = {path.relative_to(shared / "data").as_posix() for path in (shared / "data").rglob("*.csv")}
    assert data == {*IN_DATA, *WITHOUT_TEXTS, *REFUSED}
    cases = {
        path.relative_to(shared / "cases").as_posix()
        for path in (shared / "cases").glob("*/*")
        if path.name not in ("case.txt", "names.txt", "names.yaml", "lines.txt.gz") and path.suffix != ".py"
    }
    assert cases == {*IN_CASES, *REFUSED_CASES, *DECIDED_ELSEWHERE}

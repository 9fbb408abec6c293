"""How a CSV is written: read rightly where that is clear, else refused with the option that settles it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from data.rows import cells_of, content, refused
from multitag.config import TableConfig
from multitag.data.read import read_table
from multitag.data.readers.delimited.dialect import find_dialect, unwrap
from multitag.data.readers.records import LINES, ReadOptions
from multitag.data.readers.source import open_source
from multitag.errors import ConfigError, DataError

Write = Callable[[str, str | bytes], Path]

TABLE = [["text", "labels"], ["A storm, sinks", "War"], ["b", "War, Drama"], ["c", "Drama"]]
LABELS = (("War",), ("War", "Drama"), ("Drama",))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("x.csv", 'sep=;\ntext;labels\nA storm, sinks;War\nb;"War, Drama"\nc;Drama\n'),
        ("x.csv", 'SEP=^\r\ntext^labels\r\nA storm, sinks^War\r\nb^War, Drama\r\nc^Drama\r\n'),
        ("x.csv", '\ufeff"sep=;"\ntext;labels\nA storm, sinks;War\nb;"War, Drama"\nc;Drama\n'),
        ("x.csv", 'sep=,,\ntext,labels\n"A storm, sinks",War\nb,"War, Drama"\nc,Drama\n'),
        ("x.csv", 'text,labels\n"A storm, sinks",War,\nb,"War, Drama",\nc,Drama,\n'),
        ("x.csv", 'text;labels\nA storm, sinks;War;;\nb;War, Drama;;\nc;Drama;;\n'),
        ("x.csv", 'text,labels\n"A storm, sinks", "War"\n"b", "War, Drama"\n"c",  "Drama"\n'),
        ("x.csv", '"text,labels"\n"""A storm, sinks"",War"\n"b,""War, Drama"""\n"c,Drama"\n'),
        ("x.csv", 'text,labels\n"""A storm, sinks"",War"\n"b,""War, Drama"""\n"c,Drama"\n'),
    ],
)  # fmt: skip
def test_dirt_of_spreadsheets_does_no_harm(write: Write, name: str, text: str) -> None:
    path = write(name, text)
    assert content(open_source(path)) == TABLE
    assert read_table(path, text="text", labels="labels").labels == LABELS


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("text,labels\na,b,\nc,d,\n", "the rows end with a delimiter that the header has not; the empty cell after it"),
        ('text, labels\n"a, x", "b, c"\n', "spaces between a delimiter and a cell are dropped, as they stand before"),
        ('"a,b"\n"c,d"\n', "each line is one quoted cell; the lines are read without these quotes"),
    ],
)
def test_what_is_taken_for_granted_is_said(write: Write, text: str, note: str) -> None:
    assert any(line.startswith(f"x.csv: {note}") for line in open_source(write("x.csv", text)).notes)


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("a,b\n1,2\n3,4,\n5,6\n", [["1", "2"], ["5", "6"]]),  # one row with a cell too many is a broken row
        ('a,b\n"x, ""y"" z", w\n', [['x, "y" z', " w"]]),
        ('a,b\n1, 2\n"3", 4\n', [["1", " 2"], ["3", " 4"]]),
        ('text\n"x, y"\n"z, w"\n', [["x, y"], ["z, w"]]),
        ('a,b\n"sep=;",1\n', [["sep=;", "1"]]),
        (",text\n0,b\n1,c\n", [["0", "b"], ["1", "c"]]),
        ("text,note\nb,\nc,\nd,e\n", [["b", ""], ["c", ""], ["d", "e"]]),
        ("How do you like it?, Why\nwell,so\nbad,no\n", [["well", "so"], ["bad", "no"]]),
        ("#id,text\n1,b\n2,c\n", [["1", "b"], ["2", "c"]]),
    ],
)
def test_what_only_looks_like_dirt_is_left_alone(write: Write, text: str, rows: list[list[str]]) -> None:
    source = open_source(write("x.csv", text))
    assert cells_of(source) == rows
    assert not any("delimiter" in note or "quoted" in note for note in source.notes)


def test_a_cell_past_the_last_column_that_is_not_empty_is_not_dropped(write: Write) -> None:
    rows = "".join(f"text {n},Drama,\n" for n in range(20))
    source = open_source(write("x.csv", f"text,labels\n{rows}A storm, sinks,War\n"))
    assert len(source.columns) == 20
    assert [row.row for row in source.left_out] == [21]


def test_rows_in_quotes_keep_their_numbers(write: Write) -> None:
    source = open_source(write("x.csv", 'sep=,\n"a,b"\n"1,2"\n\n"1,2,3"\n"4,5"\n"6,7"\n"8,9"\n' + '"1,1"\n' * 20))
    assert [(row.row, row.reason[:14]) for row in source.left_out] == [(2, "ragged: line 5")]


SWALLOWED = 'text\tlabels\na\tWar\n"Hold the line\tWar\nb\tDrama\nHe ran"\tCrime\nc\tWar\n'


@pytest.mark.parametrize(
    ("name", "text", "line", "lines"),
    [
        ("x.tsv", SWALLOWED, 3, 3),
        ("x.tsv", 'text\tlabels\n"Hold the line\tWar\nHe ran"\tCrime\n', 2, 2),
        ("x.csv", SWALLOWED.replace("\t", ","), 3, 3),
        ("x.csv", 'id,text\n1,"Hold it\n2,b\n3,He ran"\n', 2, 3),
        ("x.csv", SWALLOWED.replace("\t", "|"), 3, 3),
    ],
)
def test_a_cell_that_holds_rows_is_refused(write: Write, name: str, text: str, line: int, lines: int) -> None:
    path = write(name, text)
    message = refused(path)
    assert f": one cell over {lines} lines (from line {line}), and each of them holds " in message
    assert message.endswith("use --quoting none, else --quoting double")
    assert len(open_source(path, ReadOptions(quoting="none")).columns) == text.count("\n") - 1
    assert len(open_source(path, ReadOptions(quoting="double")).columns) == text.count("\n") - lines


@pytest.mark.parametrize(
    "cell", ["Dear all, hi\nthis, is it\nbye, then", "one\ntwo\nthree", "one,two\nthree", 'a ""b,c""\nd,e\nf']
)
def test_a_text_of_several_lines_is_one_cell(write: Write, cell: str) -> None:
    source = open_source(write("x.csv", f'text,labels\n"{cell}",War\n'))
    assert cells_of(source) == [[cell.replace('""', '"'), "War"]]


def test_a_cell_that_may_hold_two_rows_is_told(write: Write) -> None:
    path = write("x.csv", 'text,labels\n"Hold the line,War\nHe ran",Crime\nc,War\n')
    note = "x.csv: row 1 (line 2) has a cell over 2 lines that may be 2 rows; if quotes are part of the texts, use "
    assert open_source(path).notes == (f"{note}--quoting none",)
    assert open_source(path, ReadOptions(quoting="double")).notes == ()


def test_without_quoting_quotes_are_letters(write: Write) -> None:
    path = write("x.tsv", 'text\tlabels\t\n"Run," he said\tWar\t\t\n5" disk\t"Drama"\t\t\n"open\tWar\t\t\n')
    source = open_source(path, ReadOptions(quoting="none"))
    assert [row[:2] for row in cells_of(source)] == [
        ['"Run," he said', "War"],
        ['5" disk', '"Drama"'],
        ['"open', "War"],
    ]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("Export of 2024-01-01,\n,\ntext,labels\nb,War\nc,Drama\n", 3),
        ("Export\n\ntext,labels\nb,War\nc,Drama\n", 3),
        ("Export of 1 Jan, 2024\n\ntext;labels\nb;War\nc;Drama\n", 3),
        ('"Export\nof films"\ntext,labels\nb,War\nc,Drama\n', 3),
        ("sep=;\nExport\ntext;labels\nb;War\nc;Drama\n", 3),
        ("Report,,\nBy me,,\n,,\nid,text,labels\n1,b,War\n2,c,Drama\n", 4),
        ("Results of the survey, exported on 3 May, 2024\ntext,labels\nb,War\nc,Drama\n", 2),
        ("Report\ntext,labels\nb,War,\nc,Drama,\n", 2),
    ],
)
def test_a_header_below_titles_is_shown(write: Write, text: str, line: int) -> None:
    path = write("x.csv", text)
    message = refused(path)
    assert message.startswith(
        f": the header seems to be in line {line}, as the lines before it are not like its rows; "
    )
    assert f"use --skip-rows {line - 1}, or --skip-rows 0 if" in message
    table = read_table(path, text="text", labels="labels", skip_rows=line - 1)
    assert (table.texts, table.labels) == (("b", "c"), (("War",), ("Drama",)))


def test_the_first_line_is_the_header_where_that_is_said(write: Write) -> None:
    path = write("x.csv", "Export of 2024-01-01,\n,\ntext,labels\nb,War\nc,Drama\n")
    assert open_source(path, ReadOptions(skip_rows=0)).columns.names == ("Export of 2024-01-01", "2")


def test_skipped_lines_count_as_lines(write: Write) -> None:
    source = open_source(write("x.csv", "Title\n\na,b\n1,2\n1,2,3\n3,4\n"), ReadOptions(skip_rows=2))
    assert [row.reason[:14] for row in source.left_out] == ["ragged: line 5"]
    with pytest.raises(DataError, match="nothing but blank lines"):
        open_source(write("x.csv", "a,b\n1,2\n"), ReadOptions(skip_rows=5000))


COMMENTED = '# exported, by x\n# v2\ntext,labels\n"b, ""\n# no comment""",War\n# a comment, too\nc,Drama\n'


def test_comments_are_shown_and_passed_over(write: Write) -> None:
    path = write("x.csv", COMMENTED)
    assert refused(path).startswith(
        ", line 1: lines that begin with '#' seem to be comments, not the header; use --comm"
    )
    table = read_table(path, text="text", labels="labels", comment="#")
    assert (table.texts, table.labels) == (('b, "\n# no comment"', "c"), (("War",), ("Drama",)))
    assert table.rows == (1, 2)


def test_comments_before_a_title_leave_its_line(write: Write) -> None:
    path = write("x.csv", "# c\nTitle\ntext,labels\nb,War\nc,Drama\n")
    with pytest.raises(DataError, match=r"the header seems to be in line 3, .*; use --skip-rows 2"):
        open_source(path, ReadOptions(comment="#"))
    assert len(open_source(path, ReadOptions(comment="#", skip_rows=2)).columns) == 2


def test_comments_between_rows_are_told(write: Write) -> None:
    notes = open_source(write("x.csv", "a,b\n1,2\n# c\n3,4\n")).notes
    assert notes[-1] == "x.csv: 1 of these begins with '#'; if that marks a comment, use --comment '#'"
    source = open_source(write("x.csv", "a,b\n1,2\n# c\n3,4\n# end"), ReadOptions(comment="#"))
    assert cells_of(source) == [["1", "2"], ["3", "4"]]


def test_names_that_columns_share_are_told_apart(write: Write) -> None:
    path = write("x.csv", "text,labels,note,note\nb,War,1,2\nc,Drama,3,4\n")
    assert open_source(path).columns.names == ("text", "labels", "note (column 3)", "note (column 4)")
    assert read_table(path, text="text", labels="labels").n_rows_source == 2
    with pytest.raises(DataError, match=r"no column 'note'; the columns are .* 'note \(column 3\)'"):
        read_table(path, text="note", labels="labels")


LINES_OF_TEXT = "Tanks roll over the border, at night.\nA parrot tells jokes, loudly.\nThe crew drifts on, alone.\n"


@pytest.mark.parametrize(
    "text",
    [
        LINES_OF_TEXT,
        "A storm sinks the fleet.\nTwo chefs, one truck, no money.\nIt cost 1,000 dollars, at least.\n",
        '"Run," he said, twice.\nTwo chefs.\nA man, a plan, a canal.\n',
        'He said "no, never".\nTwo chefs; one truck.\n',
        "One.\nTwo.\n",
    ],
)
def test_a_file_of_texts_is_read_by_its_lines(write: Write, text: str) -> None:
    without = open_source(write("x.txt", text), ReadOptions(header=False))
    assert without.columns["1"] == text.splitlines()
    under = open_source(write("x.txt", f"text\n{text}"))
    assert under.columns["text"] == text.splitlines()


def test_a_file_of_texts_without_header_is_shown(write: Write) -> None:
    notes = open_source(write("x.txt", LINES_OF_TEXT)).notes
    assert notes[0].startswith("x.txt: each line is read as one text; ")
    assert notes[1].endswith("; if it is a row of data, use --no-header")


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("text, labels\nA storm sinks, War\nTwo chefs, Comedy\n", ("text", " labels")),
        ("text\tlabels\nA storm, sinks.\tWar\n", ("text", "labels")),
        ('text,labels\n"A storm, sinks.",War\n', ("text", "labels")),
        ('text\n"A storm\nsinks, it does."\n', ("text",)),
    ],
)
def test_a_table_in_a_text_file_is_a_table(write: Write, text: str, names: tuple[str, ...]) -> None:
    assert open_source(write("x.txt", text)).columns.names == names


@pytest.mark.parametrize("mark", [",", ";", "|"])
def test_a_text_file_that_is_split_says_so(write: Write, mark: str) -> None:
    path = write("x.txt", f"a storm{mark}War\ntwo chefs{mark}Comedy\n")
    source = open_source(path, ReadOptions(header=False))
    assert source.notes == (f"x.txt: split at '{mark}'; if each line is one text, use --sep none",)
    lines = open_source(path, ReadOptions(header=False, delimiter="none"))
    assert lines.columns["1"] == [f"a storm{mark}War", f"two chefs{mark}Comedy"]


@pytest.mark.parametrize(("header", "text"), [(True, "text\n"), (False, "")])
def test_texts_that_are_no_text_file_are_refused_with_the_option(write: Write, header: bool, text: str) -> None:
    path = write("x.csv", f"{text}A storm.\nTwo chefs, one truck.\nA man, a plan, a canal.\n1, 2, 3, 4\n")
    with pytest.raises(DataError, match=r"ragged: .*; if each line is one text, use --sep none$"):
        open_source(path, ReadOptions(header=header))
    assert len(open_source(path, ReadOptions(header=header, delimiter="none")).columns) == 4


def test_settings_of_a_run_read_as_they_say() -> None:
    data = TableConfig(quoting="none", skip_rows=2, comment="//", delimiter="none")
    assert ReadOptions.of(data) == ReadOptions("none", quoting="none", skip_rows=2, comment="//")


@pytest.mark.parametrize("bad", [{"quoting": "single"}, {"skip_rows": -1}, {"comment": " "}])
def test_options_out_of_range_are_refused(bad: dict[str, object]) -> None:
    (name,) = bad
    for build in (ReadOptions, lambda **settings: read_table("sample", **settings)):
        with pytest.raises(ConfigError, match=f"^.*{name}: expected "):
            build(**bad)


@pytest.mark.parametrize("name", ["x.xlsb", "x.ODS", "x.numbers"])
def test_another_workbook_is_refused_with_a_remedy(write: Write, name: str) -> None:
    assert refused(write(name, "a")).startswith(": a workbook of this kind is not read; save it as .xlsx, or the sheet")


def test_nothing_is_found_in_nothing() -> None:
    dialect = find_dialect([], ReadOptions(), "x.csv")
    assert (dialect.delimiter, dialect.notes) == (",", ())
    assert find_dialect([], ReadOptions("none"), "x.csv").delimiter == LINES
    assert unwrap('"a"\r\n') == "a\r\n"

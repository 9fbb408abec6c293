"""Settings of how tables are read, and of what a run takes from them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from multitag.config.setting import Option, Range, Section, require
from multitag.config.values import as_names

ShapeName = Literal["auto", "separated", "single", "json", "python", "brackets", "fasttext"]
Unlabelled = Literal["error", "keep", "drop"]
UnknownRule = Literal["ask", "mask", "no"]
Quoting = Literal["auto", "double", "none"]
FormatName = Literal["auto", "table", "label-studio", "doccano", "prodigy", "spacy", "argilla", "pipeline"]
Annotators = Literal["auto", "majority", "any", "mean"]

MAIN = Option(main=True)


@dataclass(frozen=True)
class TableConfig(Section):
    r"""How a table is read.

    Parameters
    ----------
    text : str, tuple of str or None
        Column of the texts; several columns are joined. Not needed for the packaged tables.
    text_pair : bool
        Read two text columns as the two segments of a pair.
    labels : str, tuple of str or None
        Column of the labels, or several columns that each hold some of them.
    label_columns : tuple of str or None
        Instead of labels: columns of 0 and 1, one per label: A,B,C or SDG1..SDG17 or 'SDG*'.
    label_shape : {"auto", "separated", "single", "json", "python", "brackets", "fasttext"}
        How a cell holds its labels; auto detects it.
    label_separator : str or None
        Separator between the labels in a cell, or \n or \t; detected if omitted.
    label_key : str or None
        Where labels are objects, the key of their names; detected if omitted.
    label_names : str or None
        File with the names of label ids.
    format : {"auto", "table", "label-studio", "doccano", "prodigy", "spacy", "argilla", "pipeline"}
        Whose export the file is, or a table; recognised by its content if omitted.
    annotators : {"auto", "majority", "any", "mean"}
        What several annotators make of a label: yes by majority, yes of any, or the mean as a soft label.
    unlabelled : {"error", "keep", "drop"}
        Rows with nothing where labels stand: refuse the table, keep them as examples of no label, or drop them.
    unknown : {"ask", "mask", "no"}
        Labels that nobody judged, empty or -1 beside 0 and 1: refuse the table, leave them out, or take them as no.
    soft : bool
        Read probabilities in place of 0 and 1, and train on them as soft labels; metrics use them at 0.5.
    merge_rows : bool
        Make one row of those with equal text, with the labels of all of them.
    group : str or None
        Column of what rows belong to, such as a user or a film; its rows stay on one side, in splits and folds.
    strict : bool
        Refuse the table at the first row that cannot be used, instead of leaving the row out.
    delimiter : str or None
        Separator between the cells of a CSV file, tab, or none where each line is one cell; detected if omitted.
    encoding : str or None
        Encoding of the file; detected if omitted.
    header : bool
        The first row of a CSV file or sheet names the columns; otherwise they are named 1, 2, 3.
    quoting : {"auto", "double", "none"}
        Double quotes in a CSV file: double around cells, none part of them; auto is double, but loses no kind of rows.
    skip_rows : int or None
        Lines of a CSV file, or rows of a sheet, before its header; 0 takes the first for the header as it is.
    comment : str or None
        Mark at the start of a line of a CSV file that is a comment, such as #.
    sheet : str or None
        Sheet of a workbook; the first that holds a table if omitted.
    """

    text: Annotated[str | tuple[str, ...] | None, MAIN] = None
    text_pair: bool = False
    labels: Annotated[str | tuple[str, ...] | None, MAIN] = None
    label_columns: tuple[str, ...] | None = None
    label_shape: ShapeName = "auto"
    label_separator: str | None = None
    label_key: str | None = None
    label_names: Annotated[str | None, Option(path=True)] = None
    format: FormatName = "auto"
    annotators: Annotators = "auto"
    unlabelled: Annotated[Unlabelled, Option(shorthand=("allow_unlabelled", "keep"))] = "error"
    unknown: UnknownRule = "ask"
    soft: bool = False
    merge_rows: bool = False
    group: str | None = None
    strict: bool = False
    delimiter: Annotated[str | None, Option(alias="sep")] = None
    encoding: str | None = None
    header: bool = True
    quoting: Quoting = "auto"
    skip_rows: Annotated[int | None, Range(at_least=0)] = None
    comment: str | None = None
    sheet: str | None = None

    def __post_init__(self) -> None:
        """Check what belongs together."""
        super().__post_init__()
        require(
            self.label_separator != "",
            "label_separator: expected what stands between two labels, such as a comma, got ''",
        )
        require(
            self.comment is None or bool(self.comment.strip()),
            f"comment: expected the mark that comments begin with, such as #, got {self.comment!r}",
        )
        require(
            not (self.labels and self.label_columns), "labels and label_columns: expected one of them, got both"
        )
        require(
            self.label_separator is None or self.label_shape in ("auto", "separated"),
            f"label_separator: goes with label_shape separated, got {self.label_shape}",
        )
        for name in ("text", "labels", "label_columns", "group"):
            require("" not in as_names(getattr(self, name)), f"{name}: expected the name of a column, got ''")
        n_texts = len(self.text) if isinstance(self.text, tuple) else 1
        require(
            not self.text_pair or n_texts == 2, f"text_pair: expected two columns of text, got {n_texts}"
        )

    @property
    def keeps_unlabelled(self) -> bool:
        """Whether rows without labels are examples of no label."""
        return self.unlabelled == "keep"


@dataclass(frozen=True)
class DataConfig(TableConfig):
    """How the tables of a run are read, which they are, and what becomes of their rare labels.

    Parameters
    ----------
    validation_file : str or None
        Table of the validation rows, instead of rows drawn from DATA.
    test_file : str or None
        Table of the test rows, instead of rows drawn from DATA.
    unlabelled_file : str or None
        Texts without labels to learn from besides, in the same columns: the teacher labels them.
    min_support : int
        A label on fewer rows is rare.
    rare : str
        Rare labels: keep, drop, or merge:NAME to merge them into one label of that name.
    """

    validation_file: Annotated[str | None, Option(alias="validation", panel="Rows held out", path=True)] = None
    test_file: Annotated[str | None, Option(alias="test", panel="Rows held out", main=True, path=True)] = None
    unlabelled_file: Annotated[str | None, Option(panel="Training", path=True)] = None
    min_support: Annotated[int, Range(at_least=1), Option(panel="Rare labels")] = 5
    rare: Annotated[str, Option(panel="Rare labels")] = "keep"

    def __post_init__(self) -> None:
        """Check what is written in a way of its own."""
        super().__post_init__()
        kind, _, name = self.rare.partition(":")
        require(
            self.rare in ("keep", "drop") or (kind == "merge" and name.strip() != ""),
            f"rare: expected keep, drop or merge:NAME, got {self.rare!r}",
        )

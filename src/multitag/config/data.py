"""Settings of how the table is read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from multitag.config.require import require

ShapeName = Literal["auto", "separated", "single", "json", "python", "fasttext"]
Unlabelled = Literal["error", "keep", "drop"]


@dataclass(frozen=True)
class DataConfig:
    """How the table is read.

    Parameters
    ----------
    text, labels : str, tuple of str or None
        Column names; None for the packaged tables, which know theirs. Several columns of text make one text, several
        columns of labels hold some labels each.
    text_pair : bool
        Two columns of text stay two segments of a pair, instead of one text.
    label_columns : tuple of str or None
        Columns with 0 and 1, one a label, instead of ``labels``: names, ``SDG1..SDG17``, ``SDG*``.
    label_shape : {"auto", "separated", "single", "json", "python", "fasttext"}
        How a cell holds labels; auto finds it.
    label_separator : str or None
        What stands between labels in one cell; None finds it.
    label_key : str or None
        Where labels are objects, the key of their names; None finds it.
    label_names : str or None
        A file with the names of label ids.
    allow_unlabelled : bool
        The same as ``unlabelled="keep"``.
    unlabelled : {"error", "keep", "drop"}
        Rows without labels are refused, examples of none of the labels, or left out.
    strict : bool
        Refuse the table for the first row that cannot be used, instead of leaving it out.
    validation_file, test_file : str or None
        Tables of the rows to validate and to test on, instead of some of the main table.
    min_support : int
        A label on fewer rows is rare.
    rare : str
        What becomes of rare labels: ``"keep"``, ``"drop"``, or ``"merge:Other"`` into the label of that name.
    delimiter, encoding : str or None
        Of CSV files; None finds them.
    header : bool
        Whether the first row of a CSV file names the columns.
    """

    text: str | tuple[str, ...] | None = None
    text_pair: bool = False
    labels: str | tuple[str, ...] | None = None
    label_columns: tuple[str, ...] | None = None
    label_shape: ShapeName = "auto"
    label_separator: str | None = None
    label_key: str | None = None
    label_names: str | None = None
    allow_unlabelled: bool = False
    unlabelled: Unlabelled = "error"
    strict: bool = False
    validation_file: str | None = None
    test_file: str | None = None
    min_support: int = 5
    rare: str = "keep"
    delimiter: str | None = None
    encoding: str | None = None
    header: bool = True

    def __post_init__(self) -> None:
        """Check what belongs together."""
        require(
            self.label_separator != "",
            "label_separator: expected what stands between two labels, such as a comma, got ''",
        )
        require(
            not (self.labels and self.label_columns), "labels and label_columns: expected one of them, got both"
        )
        require(
            self.label_separator is None or self.label_shape in ("auto", "separated"),
            f"label_separator: goes with label_shape separated, got {self.label_shape}",
        )
        require(
            not (self.allow_unlabelled and self.unlabelled == "drop"),
            "allow_unlabelled keeps rows without labels and unlabelled: drop leaves them out; choose one",
        )
        n_texts = len(self.text) if isinstance(self.text, tuple) else 1
        require(
            not self.text_pair or n_texts == 2, f"text_pair: expected two columns of text, got {n_texts}"
        )
        require(self.min_support >= 1, f"min_support: expected at least 1, got {self.min_support}")
        kind, _, name = self.rare.partition(":")
        require(
            self.rare in ("keep", "drop") or (kind == "merge" and name.strip() != ""),
            f"rare: expected keep, drop or merge:NAME, got {self.rare!r}",
        )

    @property
    def keeps_unlabelled(self) -> bool:
        """Whether rows without labels are examples of none."""
        return self.allow_unlabelled or self.unlabelled == "keep"

"""Table: texts, their labels and the rows they came from."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from multitag.data.cells import find_separator, is_missing, parse_labels, parse_text
from multitag.data.samples import SAMPLE_COLUMNS
from multitag.data.source import open_source
from multitag.errors import ConfigError, DataError

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Table:
    """Texts that each carry labels.

    Parameters
    ----------
    texts : tuple of str, length n_rows
        As they stand in the source, never empty.
    labels : tuple of tuple of str, length n_rows
        Label names of each text; empty only where unlabelled rows were allowed.
    rows : tuple of int, length n_rows
        Row numbers in the source; 1 is the first row under the header.
    source : str
        File name or ``"DataFrame"``, for messages and the manifest.
    text_column, label_column : str
        Where texts and labels were read from.
    label_separator : str
        What stands between two labels of a text cell.
    n_rows_source : int
        Rows of the source; those not in ``rows`` are in ``left_out``.
    left_out : tuple of (int, str)
        Row number and reason of each row that is not used.
    """

    texts: tuple[str, ...]
    labels: tuple[tuple[str, ...], ...]
    rows: tuple[int, ...]
    source: str
    text_column: str
    label_column: str
    label_separator: str
    n_rows_source: int
    left_out: tuple[tuple[int, str], ...] = ()

    def __len__(self) -> int:
        """Count the rows (n_rows)."""
        return len(self.texts)

    def fingerprint(self) -> str:
        """SHA-256 over row numbers, texts and labels: equal tables, equal fingerprints."""
        digest = hashlib.sha256()
        for row, text, labels in zip(self.rows, self.texts, self.labels, strict=True):
            digest.update(json.dumps([row, text, sorted(labels)]).encode())
        return digest.hexdigest()


def read_table(
    source: str | Path | pd.DataFrame,
    text: str | None = None,
    labels: str | None = None,
    *,
    label_separator: str | None = None,
    allow_unlabelled: bool = False,
) -> Table:
    """Read texts and labels from a file, a DataFrame or a packaged table.

    Parameters
    ----------
    source : str, Path or DataFrame
        A CSV, TSV, JSONL or Parquet file; ``"sample"`` (800 movies that come with multitag); ``"imdb"`` (1000
        movies, downloaded once and checked); or a pandas DataFrame.
    text, labels : str, optional
        Column names. They may be left out for ``"sample"`` and ``"imdb"`` only.
    label_separator : str, optional
        What stands between labels in one cell. By default the one of comma, semicolon and pipe that most
        cells hold. Cells that hold a list (JSONL, Parquet, DataFrame, or JSON text) need none.
    allow_unlabelled : bool, default False
        Keep rows without a label as examples of none of the labels.

    Returns
    -------
    Table
        Rows whose text is empty, or that repeat the header, are left out and listed in ``left_out``.

    Raises
    ------
    DataError
        If the file or a column is missing, no row is left, a row has no label (unless allowed), or the table
        has fewer than two different labels.
    """
    opened = open_source(source)
    known = default_columns(opened.name)
    table = build_table(
        opened.frame, opened.name, text or known[0], labels or known[1], label_separator=label_separator
    )
    check_trainable(table, allow_unlabelled=allow_unlabelled)
    return table


def default_columns(name: str) -> tuple[str | None, str | None]:
    """Give the text and label columns of a packaged table; None for any other."""
    return SAMPLE_COLUMNS.get(name, (None, None))


def build_table(
    frame: pd.DataFrame,
    name: str,
    text: str | None,
    labels: str | None,
    *,
    label_separator: str | None = None,
) -> Table:
    """Take texts and labels out of a frame, without asking whether they will do for training.

    Parameters are those of :func:`read_table`; ``name`` is the source's, for messages.

    Returns
    -------
    Table
        Maybe without rows, and with rows without labels.

    Raises
    ------
    DataError
        If a column is missing, or a cell holds neither text nor labels.
    ConfigError
        If the separator is empty.
    """
    text = check_column(frame, text, name, "text")
    labels = check_column(frame, labels, name, "labels")
    texts, cells = frame[text].tolist(), frame[labels].tolist()
    if label_separator == "":
        raise ConfigError("label_separator: expected what stands between two labels, such as a comma, got ''")
    separator = find_separator(cells) if label_separator is None else label_separator
    kept: list[tuple[int, str, tuple[str, ...]]] = []
    left_out: list[tuple[int, str]] = []
    for row, (cell, label_cell) in enumerate(zip(texts, cells, strict=True), start=1):
        if is_missing(cell):
            left_out.append((row, f"empty text in column {text!r}"))
        elif isinstance(label_cell, str) and (str(cell), label_cell) == (text, labels):
            # Files that were joined, header lines and all.
            left_out.append((row, "repeats the header"))
        else:
            where = f"{name}, row {row}, column"
            names = parse_labels(label_cell, separator, f"{where} {labels!r}")
            kept.append((row, parse_text(cell, f"{where} {text!r}"), names))
    return Table(
        texts=tuple(each[1] for each in kept),
        labels=tuple(each[2] for each in kept),
        rows=tuple(each[0] for each in kept),
        source=name,
        text_column=text,
        label_column=labels,
        label_separator=separator,
        n_rows_source=len(texts),
        left_out=tuple(left_out),
    )


def check_column(frame: pd.DataFrame, column: str | None, name: str, role: str) -> str:
    """Return the column's name if the frame has it.

    Raises
    ------
    DataError
        If no column is given, or the frame lacks it or has it twice; names the columns there are.
    """
    there = ", ".join(repr(str(each)) for each in frame.columns)
    if column is None:
        raise DataError(f"{name}: say which column holds the {role} (--{role}); there are: {there}")
    if list(frame.columns).count(column) > 1:
        raise DataError(f"{name}: column {column!r} comes more than once; rename one; there are: {there}")
    if column not in frame.columns:
        near = get_close_matches(column, [str(each) for each in frame.columns], n=1, cutoff=0.6)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise DataError(f"{name}: no column {column!r}; there are: {there}{hint}")
    return column


def check_trainable(table: Table, *, allow_unlabelled: bool = False) -> None:
    """Check that there is something to learn from.

    Raises
    ------
    DataError
        If the table has no row, fewer than two labels, or a row without a label (unless allowed).
    """
    if not len(table):
        rows = f"{table.n_rows_source} rows read"
        raise DataError(f"{table.source}, column {table.text_column!r}: no row has a text ({rows})")
    where = f"{table.source}, column {table.label_column!r}"
    names = {name for row in table.labels for name in row}
    if not names:
        mark = table.label_separator
        raise DataError(f"{where}: no row has a label; expected names with {mark!r} between them")
    if len(names) == 1:
        (only,) = names
        raise DataError(f"{where}: only one label, {only!r}; multi-label classification needs at least two")
    unlabelled = [row for row, labels in zip(table.rows, table.labels, strict=True) if not labels]
    if unlabelled and not allow_unlabelled:
        more = f" and {len(unlabelled) - 1} more rows" if len(unlabelled) > 1 else ""
        raise DataError(
            f"{table.source}, row {unlabelled[0]}{more}, column {table.label_column!r}: no label; "
            "allowed with --allow-unlabelled"
        )

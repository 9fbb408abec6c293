"""Table: texts, their labels and the rows they came from."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from multitag.data.cells import find_separator, is_missing, parse_labels
from multitag.data.frame import read_frame
from multitag.data.samples import SAMPLE_COLUMNS, sample_path
from multitag.errors import DataError

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
        What stands between labels in one cell. By default the one of comma, semicolon and pipe that most cells
        hold. Cells that hold a list (JSONL, Parquet, DataFrame, or JSON text) need none.
    allow_unlabelled : bool, default False
        Keep rows without a label as examples of none of the labels.

    Returns
    -------
    Table
        Rows whose text is empty are left out and listed in ``left_out``.

    Raises
    ------
    DataError
        If the file or a column is missing, no row is left, a row has no label (unless allowed), or the table has
        fewer than two different labels.
    """
    if isinstance(source, (str, Path)):
        packaged = str(source) in SAMPLE_COLUMNS
        path = sample_path(str(source)) if packaged else Path(source)
        if packaged:
            text, labels = text or SAMPLE_COLUMNS[str(source)][0], labels or SAMPLE_COLUMNS[str(source)][1]
        frame, name = read_frame(path), str(source) if packaged else path.name
    else:
        frame, name = source, "DataFrame"
    text = check_column(frame, text, name, "text")
    labels = check_column(frame, labels, name, "labels")
    cells = frame[labels].tolist()
    separator = label_separator or find_separator(cells)
    parsed = [
        parse_labels(cell, separator, f"{name}, row {row}, column {labels!r}")
        for row, cell in enumerate(cells, start=1)
    ]
    table = _select_rows(frame[text].tolist(), parsed, name, text, labels, separator)
    _check_labels(table, allow_unlabelled)
    return table


def check_column(frame: pd.DataFrame, column: str | None, name: str, role: str) -> str:
    """Return the column's name if the frame has it.

    Raises
    ------
    DataError
        If no column is given or the frame lacks it; names the columns there are.
    """
    there = ", ".join(repr(str(each)) for each in frame.columns)
    if column is None:
        raise DataError(f"{name}: say which column holds the {role} (--{role}); there are: {there}")
    if column not in frame.columns:
        near = get_close_matches(column, [str(each) for each in frame.columns], n=1, cutoff=0.6)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise DataError(f"{name}: no column {column!r}; there are: {there}{hint}")
    return column


def _select_rows(
    texts: list[object], labels: Sequence[tuple[str, ...]], name: str, text: str, label: str, separator: str
) -> Table:
    keep = [index for index, cell in enumerate(texts) if not is_missing(cell)]
    empty = sorted(set(range(len(texts))) - set(keep))
    if not keep:
        raise DataError(f"{name}, column {text!r}: no row has a text ({len(texts)} rows read)")
    return Table(
        texts=tuple(str(texts[index]) for index in keep),
        labels=tuple(labels[index] for index in keep),
        rows=tuple(index + 1 for index in keep),
        source=name,
        text_column=text,
        label_column=label,
        label_separator=separator,
        n_rows_source=len(texts),
        left_out=tuple((index + 1, f"empty text in column {text!r}") for index in empty),
    )


def _check_labels(table: Table, allow_unlabelled: bool) -> None:
    where = f"{table.source}, column {table.label_column!r}"
    names = {name for row in table.labels for name in row}
    if not names:
        raise DataError(f"{where}: no row has a label; expected names with {table.label_separator!r} between them")
    if len(names) == 1:
        raise DataError(f"{where}: only one label, {names.pop()!r}; multi-label classification needs at least two")
    unlabelled = [row for row, labels in zip(table.rows, table.labels, strict=True) if not labels]
    if unlabelled and not allow_unlabelled:
        more = f" and {len(unlabelled) - 1} more rows" if len(unlabelled) > 1 else ""
        raise DataError(
            f"{table.source}, row {unlabelled[0]}{more}, column {table.label_column!r}: no label; "
            "allowed with --allow-unlabelled"
        )

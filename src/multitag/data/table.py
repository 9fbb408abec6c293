"""Table: texts, their labels and the rows they came from."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

from multitag.data.label_formats.cell_formats import Separated
from multitag.data.label_formats.label_columns import CellColumns, LabelColumns, listed, named
from multitag.data.left_out import BAD_LABELS, BAD_TEXT, WITHOUT_LABELS, LeftOut, summary_line
from multitag.data.texts import Text, TextColumns
from multitag.errors import DataError


@dataclass(frozen=True)
class Table:
    """Texts that each carry labels.

    Parameters
    ----------
    texts : tuple of str or of (str, str), length n_rows
        As they stand in the source, never empty; pairs where they were asked for.
    labels : tuple of tuple of str, length n_rows
        Label names of each text; empty only where unlabelled rows were allowed.
    rows : tuple of int, length n_rows
        Row numbers in the source; 1 is the first row under the header. In several files they count on.
    source : str
        File name or ``"DataFrame"``, for messages and the manifest.
    text_columns : TextColumns
        Where texts were read from.
    shape : LabelColumns
        Where labels were read from, and how.
    n_rows_source : int
        Rows of the source; those not in ``rows`` are in ``left_out``.
    left_out : tuple of LeftOut
        The rows that are not used, with their reasons.
    files : tuple of (str, int)
        Name and number of rows of each file, where there are several.
    notes : tuple of str
        What the reading of the files found out or found odd, in sentences.
    """

    texts: tuple[Text, ...]
    labels: tuple[tuple[str, ...], ...]
    rows: tuple[int, ...]
    source: str
    text_columns: TextColumns
    shape: LabelColumns
    n_rows_source: int
    left_out: tuple[LeftOut, ...] = ()
    files: tuple[tuple[str, int], ...] = ()
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        """Count the rows (n_rows)."""
        return len(self.texts)

    @property
    def text_column(self) -> str:
        """Name of the text's column, of several with plus signs."""
        return " + ".join(self.text_columns.names)

    @property
    def label_column(self) -> str:
        """Name of the labels' column, of several in short."""
        columns = self.shape.columns
        return columns[0] if len(columns) == 1 else listed(columns)

    @property
    def label_separator(self) -> str | None:
        """What stands between two labels of a text cell; None where they are written in another way."""
        form = self.shape.form if isinstance(self.shape, CellColumns) else None
        return form.mark if isinstance(form, Separated) else None

    def place(self, row: int) -> str:
        """Name one of ``rows`` for a message, as in ``IMDB.csv, row 412``."""
        for name, n_rows in self.files:
            if row <= n_rows:
                return f"{name}, row {row}"
            row -= n_rows
        return f"{self.source}, row {row}"

    def lines(self) -> tuple[str, ...]:
        """Say what was read and how: the texts where they are several, the labels, and every row's account."""
        n_labels = len({name for names in self.labels for name in names})
        labels = f"labels: {self.shape.describe()} ({n_labels} label{'' if n_labels == 1 else 's'})"
        texts = (f"text: {self.text_columns.describe()}",) if len(self.text_columns.names) > 1 else ()
        return (*texts, labels, summary_line(self.n_rows_source, len(self), self.left_out))

    def fingerprint(self) -> str:
        """SHA-256 over row numbers, texts and labels: equal tables, equal fingerprints."""
        digest = hashlib.sha256()
        for row, text, labels in zip(self.rows, self.texts, self.labels, strict=True):
            digest.update(json.dumps([row, text, sorted(labels)]).encode())
        return digest.hexdigest()


def join_tables(tables: Sequence[Table]) -> Table:
    """Put tables under one another; rows count on, and the first names the source and the columns."""
    first, starts, total = tables[0], [], 0
    for table in tables:
        starts.append(total)
        total += table.n_rows_source
    return replace(
        first,
        texts=tuple(text for table in tables for text in table.texts),
        labels=tuple(names for table in tables for names in table.labels),
        rows=tuple(start + row for start, table in zip(starts, tables, strict=True) for row in table.rows),
        n_rows_source=total,
        left_out=tuple(each for table in tables for each in table.left_out),
        files=tuple(file for table in tables for file in table.files or ((table.source, table.n_rows_source),)),
        notes=tuple(note for table in tables for note in table.notes),
    )


def check_rows(table: Table, *, keep_unlabelled: bool = False, strict: bool = False) -> None:
    """Check that a table can be measured on.

    Raises
    ------
    DataError
        If it has no row with a text, none with a label, as many rows that cannot be read as others, a row that is left
        out (if strict), or a row without a label (unless those are kept).
    """
    if strict:
        refuse_defects(table)
    _refuse_useless(table)
    _refuse_unlabelled(table, keep_unlabelled)


def check_trainable(table: Table, *, keep_unlabelled: bool = False, strict: bool = False) -> None:
    """Check that there is something to learn from.

    Raises
    ------
    DataError
        As :func:`check_rows`, and if there is only one label.
    """
    if strict:
        refuse_defects(table)
    _refuse_useless(table)
    names = {name for row in table.labels for name in row}
    if len(names) == 1:
        (only,) = names
        raise DataError(f"{_labels_of(table)}: only one label, {only!r}; multi-label classification needs at least two")
    _refuse_unlabelled(table, keep_unlabelled)


def refuse_defects(table: Table) -> None:
    """Refuse a table that has rows which cannot be used.

    Raises
    ------
    DataError
        Names the first such row.
    """
    defects = [each for each in table.left_out if each.kind != WITHOUT_LABELS]  # those left out because asked for
    if defects:
        raise DataError(
            f"{defects[0].place}: {defects[0].reason}; refused by --strict "
            f"({summary_line(table.n_rows_source, len(table), table.left_out)})"
        )


def _refuse_useless(table: Table) -> None:
    bad = [each for each in table.left_out if each.kind in (BAD_LABELS, BAD_TEXT)]
    if bad and len(bad) >= len(table):  # not single rows: it is not such a column
        raise DataError(f"{bad[0].place}: {bad[0].reason}; {len(bad)} of {table.n_rows_source} rows are like that")
    if not len(table):
        rows = f"{table.n_rows_source} rows read"
        raise DataError(f"{table.source}, column {table.text_column!r}: no row has a text ({rows})")
    if not any(table.labels):
        written = f" with {table.label_separator!r} between them" if table.label_separator else ""
        raise DataError(f"{_labels_of(table)}: no row has a label; expected names{written}")


def _refuse_unlabelled(table: Table, keep_unlabelled: bool) -> None:
    unlabelled = [row for row, labels in zip(table.rows, table.labels, strict=True) if not labels]
    if unlabelled and not keep_unlabelled:
        more = f" and {len(unlabelled) - 1} more rows" if len(unlabelled) > 1 else ""
        raise DataError(
            f"{table.place(unlabelled[0])}{more}, {named(table.shape.columns)}: no label; "
            "allowed with --allow-unlabelled, left out with --unlabelled drop"
        )


def _labels_of(table: Table) -> str:
    return f"{table.source}, {named(table.shape.columns)}"

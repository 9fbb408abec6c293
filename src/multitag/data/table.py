"""Table: texts, their labels and the rows they came from."""

from __future__ import annotations

import hashlib
import json
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from multitag.config import UnknownRule
from multitag.data.annotations.columns import AnnotationColumns
from multitag.data.label_formats.cells.formats import Separated
from multitag.data.label_formats.label_columns import CellColumns, LabelColumns
from multitag.data.label_formats.plausibility import has_all_labels
from multitag.data.left_out import BAD_LABELS, BAD_TEXT, MERGED, NOT_JUDGED, WITHOUT_LABELS, LeftOut, summary_line
from multitag.data.phrases import count_noun, describe_columns, list_columns, list_first
from multitag.data.stored.views import chained, kept
from multitag.data.texts import Text, TextColumns
from multitag.data.unknown_labels import count_unknown, describe_unknown
from multitag.errors import DataError

Cells = TypeVar("Cells", str, tuple[str, ...], tuple[tuple[str, float], ...])


@dataclass(frozen=True)
class Table:
    """Texts that each carry labels.

    Parameters
    ----------
    texts : sequence of str or of (str, str), length n_rows
        As they stand in the source, never empty; pairs where they were asked for. A tuple, or for a large table a view
        that reads a text from disk when it is asked for.
    labels : tuple of tuple of str, length n_rows
        Label names of each text; empty only where unlabelled rows were allowed.
    rows : sequence of int, length n_rows
        Row numbers in the source; 1 is the first row under the header. They continue from file to file. A tuple, or for
        a large table an array.
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
        What was detected in the files or looks odd, in sentences.
    judged : frozenset of int
        Those of ``rows`` without labels of which somebody said so; see :class:`~multitag.data.row_labels.RowLabels`.
    unknown : tuple of tuple of str, length n_rows, or empty
        Labels of each text that nobody judged; empty where every label of every text is.
    shares : tuple of tuple of (str, float), length n_rows, or empty
        Soft labels of each text, in [0, 1]; empty where labels are plain.
    groups : tuple of str, length n_rows, or empty
        What each text belongs to, such as its film or its user; empty where no column says. A row without one has "".
    unknown_rule : {"ask", "mask", "no"}
        What became of labels that nobody judged; with ``"ask"``, a table that has some will not do.
    """

    texts: Sequence[Text]
    labels: tuple[tuple[str, ...], ...]
    rows: Sequence[int]
    source: str
    text_columns: TextColumns
    shape: LabelColumns
    n_rows_source: int
    left_out: tuple[LeftOut, ...] = ()
    files: tuple[tuple[str, int], ...] = ()
    notes: tuple[str, ...] = ()
    judged: frozenset[int] = frozenset()
    unknown: tuple[tuple[str, ...], ...] = ()
    shares: tuple[tuple[tuple[str, float], ...], ...] = ()
    groups: tuple[str, ...] = ()
    unknown_rule: UnknownRule = "ask"

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
        return columns[0] if len(columns) == 1 else list_columns(columns)

    @property
    def label_separator(self) -> str | None:
        """The mark between labels in a text cell; None where they are written in another way."""
        form = self.shape.form if isinstance(self.shape, CellColumns) else None
        return form.mark if isinstance(form, Separated) else None

    def place(self, row: int) -> str:
        """Return where one of ``rows`` stands, for a message, as in ``IMDB.csv, row 412``."""
        for name, n_rows in self.files:
            if row <= n_rows:
                return f"{name}, row {row}"
            row -= n_rows
        return f"{self.source}, row {row}"

    @property
    def summary(self) -> str:
        """The account of every row that was read; see :func:`~multitag.data.left_out.summary_line`."""
        return summary_line(self.n_rows_source, self.n_rows_used, self.left_out)

    @property
    def n_rows_used(self) -> int:
        """Rows of the source that are used; more than texts where rows were merged."""
        return self.n_rows_source - len(self.left_out)

    def lines(self) -> tuple[str, ...]:
        """Return what was read and how: the texts' columns if several, the labels' format, and the summary."""
        n_labels = count_noun(len({name for names in self.labels for name in names}), "label", "labels")
        texts = (f"text: {self.text_columns.describe()}",) if len(self.text_columns.names) > 1 else ()
        return (*texts, f"labels: {self.shape.describe()} ({n_labels})", self.summary)

    def fingerprint(self) -> str:
        """Return the SHA-256 of row numbers, texts and labels as far as known: equal tables have equal ones."""
        return self._fingerprint

    @cached_property
    def _fingerprint(self) -> str:
        digest = hashlib.sha256()
        for row, text, labels in zip(self.rows, self.texts, self.labels, strict=True):
            digest.update(json.dumps([row, text, sorted(labels)]).encode())
        for more in (self.unknown, self.shares):  # nothing where there are none, as it was before there could be
            for number, cells in enumerate(more):
                digest.update(json.dumps([number, sorted(cells)]).encode())
        return digest.hexdigest()


def check_table(table: object, name: str) -> None:
    """Refuse anything but a table that was read.

    Raises
    ------
    DataError
        Says what came, and how a table is read.
    """
    if not isinstance(table, Table):
        kind = type(table).__name__
        source = repr(str(table)) if isinstance(table, (str, Path)) else "it"
        raise DataError(
            f"{name}: expected a Table, got {kind}; read {source} first: "
            "multitag.read_table(..., text=COLUMN, labels=COLUMN)"
        )


def join_tables(tables: Sequence[Table]) -> Table:
    """Join tables one under the other; row numbers continue, and the first names the source and the columns."""
    first, starts, total = tables[0], [], 0
    for table in tables:
        starts.append(total)
        total += table.n_rows_source
    numbers = array("q", (start + row for start, table in zip(starts, tables, strict=True) for row in table.rows))
    texts, rows = kept(chained(*(table.texts for table in tables)), numbers)
    return replace(
        first,
        texts=texts,
        labels=tuple(names for table in tables for names in table.labels),
        rows=rows,
        n_rows_source=total,
        left_out=tuple(row for table in tables for row in table.left_out),
        files=tuple(file for table in tables for file in table.files or ((table.source, table.n_rows_source),)),
        notes=tuple(note for table in tables for note in table.notes),
        judged=frozenset(start + row for start, table in zip(starts, tables, strict=True) for row in table.judged),
        unknown=_joined([table.unknown for table in tables], tables, ()),
        shares=_joined([table.shares for table in tables], tables, ()),
        groups=_joined([table.groups for table in tables], tables, ""),
    )


def _joined(parts: Sequence[tuple[Cells, ...]], tables: Sequence[Table], empty: Cells) -> tuple[Cells, ...]:
    """Join what some tables have of each row; nothing where none has."""
    if not any(parts):
        return ()
    filled = (part or (empty,) * len(table) for part, table in zip(parts, tables, strict=True))
    return tuple(cells for part in filled for cells in part)


def check_rows(table: Table, *, keep_unlabelled: bool = False, strict: bool = False) -> None:
    """Check that a table can be measured on.

    Raises
    ------
    DataError
        If it has no row with a text, none with a label, as many unreadable rows as others, a row that is left out
        (if strict), a row without a label of which nobody said so (unless those are kept), or labels that nobody
        judged (unless masked or taken as no).
    """
    if strict:
        refuse_defects(table)
    _refuse_useless(table)
    _refuse_unsettled(table)
    _refuse_unlabelled(table, keep_unlabelled)


def check_trainable(table: Table, *, keep_unlabelled: bool = False, strict: bool = False) -> None:
    """Check that there is something to learn from.

    Raises
    ------
    DataError
        As :func:`check_rows`, and if there is only one label, or every row has every label.
    """
    if strict:
        refuse_defects(table)
    _refuse_useless(table)
    names = {name for row in table.labels for name in row}
    if len(names) == 1:
        (only,) = names
        columns = "; if each column is a label, name them with --label-columns" if len(table.shape.columns) > 1 else ""
        raise DataError(
            f"{_labels_of(table)}: only one label, {only!r}; multi-label classification needs at least two{columns}"
        )
    if has_all_labels(table.labels):
        raise DataError(
            f"{_labels_of(table)}: each of {len(table)} rows has all {len(names)} labels, {list_first(sorted(names))}, "
            "so nothing can be learned; expected the labels that are meant: are these switches or scores?"
        )
    _refuse_unsettled(table)
    _refuse_unlabelled(table, keep_unlabelled)


def refuse_defects(table: Table) -> None:
    """Refuse a table that has rows which cannot be used.

    Raises
    ------
    DataError
        Names the first such row.
    """
    # Rows without labels, or a judgement, were asked to be left out; what is merged is not lost.
    asked = (WITHOUT_LABELS, MERGED, NOT_JUDGED) if table.unknown_rule == "mask" else (WITHOUT_LABELS, MERGED)
    defects = [row for row in table.left_out if row.kind not in asked]
    if defects:
        raise DataError(f"{defects[0].place}: {defects[0].reason}; refused by --strict ({table.summary})")


def _refuse_useless(table: Table) -> None:
    bad = [row for row in table.left_out if row.kind in (BAD_LABELS, BAD_TEXT)]
    if bad and len(bad) >= table.n_rows_used:  # not single bad rows, but the wrong column
        raise DataError(f"{bad[0].place}: {bad[0].reason}; {len(bad)} of {table.n_rows_source} rows are like that")
    if not len(table) and any(row.kind in (NOT_JUDGED, WITHOUT_LABELS) for row in table.left_out):
        raise DataError(f"{_labels_of(table)}: no row has a label ({table.summary})")
    if not len(table):
        rows = f"{table.n_rows_source} rows read"
        raise DataError(f"{table.source}, column {table.text_column!r}: no row has a text ({rows})")
    if not any(table.labels):
        written = f" with {table.label_separator!r} between them" if table.label_separator else ""
        raise DataError(f"{_labels_of(table)}: no row has a label; expected names{written}")


def _refuse_unsettled(table: Table) -> None:
    """Refuse labels that nobody judged, where nobody said what becomes of them."""
    counts = count_unknown(table.unknown) if table.unknown_rule == "ask" else None
    if counts:
        what = table.shape.unknown_words if isinstance(table.shape, AnnotationColumns) else "neither yes nor no"
        raise DataError(
            f"{_labels_of(table)}: {describe_unknown(counts)} {what}; left out of training and figures "
            "with --unknown mask, taken as no with --unknown no"
        )


def unlabelled_rows(table: Table) -> list[int]:
    """Return those of ``rows`` without labels of which nobody said so."""
    return [
        row for row, labels in zip(table.rows, table.labels, strict=True) if not labels and row not in table.judged
    ]


def _refuse_unlabelled(table: Table, keep_unlabelled: bool) -> None:
    unlabelled = unlabelled_rows(table)
    if unlabelled and not keep_unlabelled:
        more = f" and {count_noun(len(unlabelled) - 1, 'more row', 'more rows')}" if len(unlabelled) > 1 else ""
        raise DataError(
            f"{table.place(unlabelled[0])}{more}, {describe_columns(table.shape.columns)}: no label; "
            "allowed with --allow-unlabelled, left out with --unlabelled drop"
        )


def _labels_of(table: Table) -> str:
    return f"{table.source}, {describe_columns(table.shape.columns)}"

"""The rows of a source on their way to a Table: texts and labels of those that are used, reasons for the others."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from multitag.config import TableConfig
from multitag.data.cells import RowError
from multitag.data.duplicates.merged_rows import PAIRS, are_pairs, describe_answers, find_answers, merge_rows
from multitag.data.label_formats.answers import complete_answers
from multitag.data.label_formats.label_columns import CellColumns, LabelColumns
from multitag.data.left_out import (
    BAD_LABELS,
    BAD_SHARE,
    BAD_TEXT,
    NOT_JUDGED,
    REPEATED_HEADER,
    WITHOUT_LABELS,
    WITHOUT_TEXT,
    LeftOut,
)
from multitag.data.phrases import count_noun
from multitag.data.readers.source import Source
from multitag.data.row_labels import RowLabels
from multitag.data.stored.cells import StoredCells
from multitag.data.stored.column import MOST_SHARED
from multitag.data.stored.views import CellTexts, taken
from multitag.data.texts import Text, TextColumns
from multitag.data.unknown_labels import UnknownLabels
from multitag.errors import DataError


@dataclass
class Rows:
    """What is read of the rows of a source.

    Parameters
    ----------
    source : Source
    texts_at : TextColumns
    shape : LabelColumns
    keep_content : bool
        Keep the rows that are left out as they stand.
    indices : array of int
        Of the rows that are used, in the source.
    texts : sequence of str or (str, str)
        A view where the columns that they are read from are on disk.
    labels : list of RowLabels
        Equal ones are one object, soft labels excepted.
    lost : dict of int to LeftOut
        Rows of the source that are not used, by index.
    merged : dict of int to list of int
        Rows of the source that were made one, where there are several, by the first of them.
    """

    source: Source
    texts_at: TextColumns
    shape: LabelColumns
    keep_content: bool
    indices: array[int] = field(default_factory=lambda: array("q"))
    texts: Sequence[Text] = field(default_factory=list)
    labels: list[RowLabels] = field(default_factory=list)
    lost: dict[int, LeftOut] = field(default_factory=dict)
    merged: dict[int, list[int]] = field(default_factory=dict)
    _seen: dict[RowLabels, RowLabels] = field(default_factory=dict)

    @classmethod
    def read(cls, source: Source, texts_at: TextColumns, shape: LabelColumns, *, keep_content: bool) -> Self:
        """Read the text and the labels of each row.

        Raises
        ------
        DataError
            If a soft label is no share.
        """
        rows = cls(source, texts_at, shape, keep_content)
        columns = source.columns
        of_texts = tuple(columns[name] for name in texts_at.names)
        text_cells = zip(*of_texts, strict=True)
        label_cells = zip(*(columns[name] for name in shape.columns), strict=True)
        stored = any(isinstance(cells, StoredCells) for cells in of_texts)
        texts: list[Text] = []
        for index, cells in enumerate(zip(text_cells, label_cells, strict=True)):
            text = rows._read(index, *cells)
            if text is not None and not stored:
                texts.append(text)
        rows.texts = taken(CellTexts(of_texts, texts_at), rows.indices) if stored else texts
        rows.labels, rows.shape = complete_answers(rows.labels, shape)
        return rows

    def _read(self, index: int, text_cells: tuple[Any, ...], label_cells: tuple[Any, ...]) -> Text | None:
        """Read a row, and keep its labels; return its text, or None where it is left out."""
        shape, texts_at = self.shape, self.texts_at
        if _repeats(text_cells, texts_at.names) and _repeats(label_cells, shape.columns):  # of joined files
            self._leave_out(index, None, REPEATED_HEADER, "repeats the header")
            return None
        try:
            text = texts_at.read(text_cells)
        except RowError as error:
            self._leave_out(index, error.column, BAD_TEXT, error.reason)
            return None
        if text is None:
            self._leave_out(index, texts_at.names[0], WITHOUT_TEXT, f"empty text in {texts_at.describe()}")
            return None
        try:
            labels = shape.read(label_cells)
        except RowError as error:
            self._leave_out(index, error.column, BAD_SHARE if error.is_share else BAD_LABELS, error.reason)
            if error.is_share:  # one that is 7 says that the others are no shares either
                raise DataError(f"{self.lost[index].place}: {error.reason}") from error
            return None
        if not labels.shares:
            labels = self._seen.get(labels, labels)
            if len(self._seen) < MOST_SHARED:
                self._seen[labels] = labels
        self.indices.append(index)
        self.labels.append(labels)
        return text

    def _leave_out(self, index: int, column: str | None, kind: str, reason: str) -> None:
        content = self.source.content(index) if self.keep_content else ""
        self.lost[index] = LeftOut(*self.source.file_and_row(index), column, kind, reason, content)

    def settle(self, data: TableConfig) -> list[str]:
        """Settle labels that nobody judged and rows without labels, and merge rows; return notes on that."""
        unknown = UnknownLabels(data.unknown)
        columns = [self.source.columns[name] for name in self.shape.columns]
        kept, labels = array("q"), []
        for place, (index, row) in enumerate(zip(self.indices, self.labels, strict=True)):
            settled: RowLabels | None = row
            if row.unknown:
                settled = unknown.settle(row, [cells[index] for cells in columns])
            if settled is None:
                self._leave_out(index, self.shape.columns[0], NOT_JUDGED, "no label was judged")
            elif data.unlabelled == "drop" and not settled.names and not settled.judged:
                self._leave_out(index, self.shape.columns[0], WITHOUT_LABELS, "no label")
            else:
                kept.append(place)
                labels.append(settled)
        self._keep(kept, labels)
        notes = self._merge(merge=data.merge_rows, say_no=self._say_no and not unknown.taken_as_no)
        return [*notes, *unknown.notes([row.unknown for row in self.labels])]

    def _merge(self, *, merge: bool, say_no: bool) -> list[str]:
        pairs = are_pairs(self.texts, self.labels)
        columns = self.source.columns
        answers = find_answers(columns, (*self.texts_at.names, *self.shape.columns)) if pairs else None
        notes = [describe_answers(answers, columns[answers])] if answers else []
        if not merge:
            return notes or [f"{PAIRS}; made one row with all with --merge-rows"] * pairs
        n_rows = len(self.texts)
        merged = merge_rows(self.texts, self.labels, say_no=say_no)
        several = [same for same in merged.rows if len(same) > 1]
        self.merged = {self.indices[same[0]]: [self.indices[row] for row in same] for same in several}
        self._keep(array("q", (same[0] for same in merged.rows)), merged.labels)
        if len(self.texts) == n_rows:
            return ["no rows have equal text: none were merged"]
        if count := merged.n_contradictions:
            labels = "label is" if count == 1 else "labels are"
            notes.append(f"{count} {labels} yes on one row and no on another of the same text: taken as yes")
        return [f"{n_rows} rows merged into {len(self.texts)}", *notes]

    @property
    def _say_no(self) -> bool:
        """Whether rows say no to the labels that they have not."""
        return not isinstance(self.shape, CellColumns) or bool(self.shape.answered)

    def group_notes(self, cells: Sequence[object]) -> list[str]:
        """Return what became of the groups of merged rows, by the cells of all rows of the source."""
        several = sum(len({str(cells[row]) for row in rows}) > 1 for rows in self.merged.values())
        if not several:
            return []
        texts = count_noun(several, "text was merged from rows", "texts were merged from rows")
        return [f"{texts} of different groups; the group of the first row is taken"]

    def _keep(self, places: array[int], labels: Iterable[RowLabels]) -> None:
        """Keep some of the rows, by their places among those that are used, with these labels."""
        self.indices = array("q", map(self.indices.__getitem__, places))
        self.texts = taken(self.texts, places)
        self.labels = list(labels)


def _repeats(cells: tuple[object, ...], names: tuple[str, ...]) -> bool:
    return all(isinstance(cell, str) and cell == name for cell, name in zip(cells, names, strict=True))

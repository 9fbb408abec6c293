"""What a run works on: the rows of a table as arrays, and how they are divided."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from multitag.config import Config
from multitag.data.audit.findings import find_in_table
from multitag.data.duplicates.groups import DuplicateGroups
from multitag.data.left_out import LeftOut, count_kinds, summary_line
from multitag.data.split.folds import NO_FOLD, fold_notes, fold_rows
from multitag.data.split.rare_labels import RareLabels
from multitag.data.split.sides import Split, label_counts, split_notes, split_rows
from multitag.data.table import Table, join_tables
from multitag.data.texts import Text, join_text
from multitag.errors import ConfigError, DataError
from multitag.labels import LabelSet

MAX_LISTED = 1000  # rows left out that the manifest names one by one; all are counted


@dataclass(frozen=True, eq=False)
class Task:
    """A table, encoded and split.

    Parameters
    ----------
    table : Table
        Of all rows, those of separate validation and test tables after the others.
    label_set : LabelSet
        Of all rows, so that a label that is rare still has its column.
    y : ndarray of uint8, shape (n_rows, n_labels)
    alike : DuplicateGroups
        Rows whose texts are equal or nearly.
    split : Split
    method : str
        How it was split.
    rare : RareLabels
        What was done about labels on few rows.
    sources : mapping of str to str
        Names of the separate tables, by their side.
    fold : ndarray of int64, shape (n_rows,), or None
        From 0, the fold that holds a row out; -1 for the rows of separate tables. None without cross-validation.
        With it, all rows of the main table are on the training side, for the model that leaves.
    """

    table: Table
    label_set: LabelSet
    y: NDArray[np.uint8]
    alike: DuplicateGroups
    split: Split
    method: str
    rare: RareLabels
    sources: Mapping[str, str]
    fold: NDArray[np.int64] | None = None

    @classmethod
    def prepare(cls, table: Table, config: Config, **held_out: Table | None) -> Self:
        """Settle rare labels, encode and split.

        Parameters
        ----------
        table : Table
        config : Config
        **held_out : Table
            ``validation`` and ``test`` rows from tables of their own; the sizes of these sides are then not used.

        Raises
        ------
        DataError
            If there are fewer than two labels, or too few rows to divide.
        ConfigError
            If the sizes leave nothing to train on.
        """
        own = {side: each for side in ("validation", "test") if (each := held_out.get(side)) is not None}
        joined = join_tables([table, *own.values()]) if own else table
        rare = RareLabels.find(joined.labels, config.data.min_support, config.data.rare)
        names = rare.settle(joined.labels)
        rare.check(names, table.source)
        label_set = LabelSet.from_rows(names)
        if len(label_set) < 2:
            raise DataError(
                f"{table.source}: multi-label classification needs at least two labels, "
                f"got {list(label_set.names)}"
            )
        y = label_set.encode(names, np.uint8)
        near = config.split.near_duplicates == "together"
        alike = DuplicateGroups.find(list(map(join_text, joined.texts)), near=near)
        sizes = {side: len(each) for side, each in own.items()}
        split, fold = _fold(alike, y, sizes, config) if config.split.folds else (_split(alike, y, sizes, config), None)
        sources = {side: each.source for side, each in own.items()}
        return cls(replace(joined, labels=names), label_set, y, alike, split, config.split.method, rare, sources, fold)

    @property
    def n_folds(self) -> int:
        """Count the folds; 0 without cross-validation."""
        return 0 if self.fold is None else int(self.fold.max()) + 1

    def of_fold(self, number: int, config: Config) -> Self:
        """Give the task of training without a fold: the fold is its test side.

        Early stopping needs rows to watch that are not those it is measured on: then ``validation_size`` of the other
        folds' rows are drawn for it.
        """
        assert self.fold is not None
        others = np.flatnonzero((self.fold >= 0) & (self.fold != number))
        split = Split(others, others[:0], np.flatnonzero(self.fold == number))
        if config.training.early_stopping is not None:
            _, groups = np.unique(self.alike.groups()[others], return_inverse=True)
            inner = split_rows(groups, self.y[others], replace(config.split, test_size=0), config.seed)
            split = replace(split, train=others[inner.train], validation=others[inner.validation])
        return replace(self, split=split, fold=None)

    def whole(self) -> Self:
        """Give the task of training on every row, of all sides."""
        rows = np.arange(len(self.y), dtype=np.int64)
        return replace(self, split=Split(rows, rows[:0], rows[:0]), fold=None)

    def rows(self, side: str) -> NDArray[np.int64]:
        """Give the indices of a side: ``"train"``, ``"validation"`` or ``"test"``."""
        return self.split.sides()[side]

    def texts(self, side: str) -> list[Text]:
        """Give the texts of a side."""
        return [self.table.texts[index] for index in self.rows(side)]

    def y_true(self, side: str) -> NDArray[np.uint8]:
        """Give the labels of a side, shape (n_side_rows, n_labels)."""
        return self.y[self.rows(side)]

    def label_counts(self) -> dict[str, dict[str, int]]:
        """Count the rows of each label on each side."""
        return label_counts(self.y, self.split, self.label_set.names)

    def notes(self) -> list[str]:
        """Say what a reader of the figures must know about the rows."""
        names = self.label_set.names
        if self.fold is None:
            about_split = split_notes(self.y, self.split, names)
        else:
            about_split = fold_notes(self.y, self.fold, names)
        notes = [*self.table.notes, *about_split, *self._straddling()]
        if note := self.rare.note():
            bare = int((self.y.sum(axis=1) == 0).sum()) if self.rare.policy == "drop" else 0
            notes.append(note + (f"; {bare} rows without a label are examples of none" if bare else ""))
        # Rare labels have the note above, which knows what was done about them.
        known = [name for name in self.table.shape.label_names if name not in self.rare.counts]
        notes += [each.message for each in find_in_table(self.table, self.alike, min_support=1, known=known)]
        if self.table.left_out:
            notes.append(summary_line(self.table.n_rows_source, len(self.table), self.table.left_out))
        return notes

    def data_facts(self) -> dict[str, Any]:
        """Describe the table for the manifest: where its rows came from, and their fingerprint."""
        table = self.table
        return {
            "source": table.source,
            **{f"{side}_source": name for side, name in self.sources.items()},
            "fingerprint": table.fingerprint(),
            "text_column": table.text_column,
            "text_columns": list(table.text_columns.names),
            "text_pair": table.text_columns.pair,
            "label_column": table.label_column,
            "label_columns": list(table.shape.columns),
            "label_separator": table.label_separator,
            **{f"label_{name}": value for name, value in table.shape.facts().items()},
            "rare_labels": self.rare.facts(),
            "files": [list(each) for each in table.files],
            "summary": summary_line(table.n_rows_source, len(table), table.left_out),
            "rows": table.n_rows_source,
            "rows_used": len(table),
            "rows_left_out": count_kinds(table.left_out),
            "left_out": [[each.row, self._reason(each)] for each in table.left_out[:MAX_LISTED]],
        }

    def split_facts(self) -> dict[str, Any]:
        """Describe the split for the manifest: its method and the rows of each side."""
        folds = {} if self.fold is None else {"folds": self.n_folds}
        return {"method": self.method, **folds, **{side: len(rows) for side, rows in self.split.sides().items()}}

    def saved_split(self) -> dict[str, Any]:
        """Give the row numbers of each side, and of each fold where there are some, as the run's folder keeps them."""
        sides: dict[str, Any] = self.split.to_dict(self.table.rows)
        if self.fold is not None:
            numbers = np.asarray(self.table.rows)
            sides["folds"] = [numbers[self.fold == each].tolist() for each in range(self.n_folds)]
        return sides

    def _reason(self, row: LeftOut) -> str:
        return f"{row.file}: {row.reason}" if self.table.files else row.reason

    def _straddling(self) -> list[str]:
        """Say which held-out rows are trained on too: of separate tables, or of a form that most rows follow."""
        notes = []
        for side in ("validation", "test"):
            count = self.alike.count_overlap(self.rows("train"), self.rows(side))
            if count:
                notes.append(
                    f"{count} of {len(self.rows(side))} {side} texts are training texts too, or nearly: "
                    "their figures say little of new texts"
                )
        return notes


def _fold(
    alike: DuplicateGroups, y: NDArray[np.uint8], own: Mapping[str, int], config: Config
) -> tuple[Split, NDArray[np.int64]]:
    """Divide the rows of the main table into folds; a separate table can only be tested on."""
    if "validation" in own:
        raise ConfigError("validation: folds take turns to be held out; leave --validation or --folds out")
    assert config.split.folds is not None
    rows, n_main = np.arange(len(y), dtype=np.int64), len(y) - sum(own.values())
    fold = np.full(len(y), NO_FOLD)
    fold[:n_main] = fold_rows(alike.groups()[:n_main], y[:n_main], config.split.folds, config.split.method, config.seed)
    return Split(rows[:n_main], rows[:0], rows[n_main:]), fold


def _split(alike: DuplicateGroups, y: NDArray[np.uint8], own: Mapping[str, int], config: Config) -> Split:
    """Split the rows of the main table; those of separate tables are sides as they are."""
    sizes: dict[str, Any] = {f"{side}_size": 0 for side in own}
    start = len(y) - sum(own.values())
    split = split_rows(alike.groups()[:start], y[:start], replace(config.split, **sizes), config.seed)
    for side, n_rows in own.items():
        split = replace(split, **{side: np.arange(start, start + n_rows, dtype=np.int64)})
        start += n_rows
    return split

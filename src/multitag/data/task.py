"""What a run works on: the rows of a table as arrays, and how they are divided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from multitag.config import Config
from multitag.data.duplicates.groups import DuplicateGroups
from multitag.data.duplicates.named_groups import number_groups
from multitag.data.label_formats.descriptions import read_label_descriptions, refuse_unknown
from multitag.data.split.folds import NO_FOLD, fold_rows
from multitag.data.split.rare_labels import RareLabels
from multitag.data.split.sides import Split, label_counts, split_rows
from multitag.data.stored.views import taken
from multitag.data.table import Table, join_tables
from multitag.data.texts import NO_TEXTS, Text, Unlabelled
from multitag.errors import ConfigError, DataError
from multitag.labels import LabelSet


@dataclass(frozen=True, eq=False)
class Task:
    """A table, encoded and split.

    Parameters
    ----------
    table : Table
        All rows, with rare labels settled; those of separate validation and test tables after the others.
    label_set : LabelSet
        Of all rows, so that a label that is rare still has its column.
    y : ndarray of int8, shape (n_rows, n_labels)
        1, 0, or :data:`~multitag.labels.UNKNOWN` where nobody judged. Of soft labels, 1 from 0.5.
    duplicates : DuplicateGroups
        Rows whose texts are equal or nearly.
    split : Split
    rare : RareLabels
        What was done about labels on few rows.
    tables : mapping of str to Table
        The tables as they were read: the main one is ``"train"``, separate ones are ``"validation"`` and ``"test"``.
    fold : ndarray of int64, shape (n_rows,), or None
        From 0, the fold that holds a row out; -1 for the rows of separate tables. None without cross-validation.
        With it, all rows of the main table are on the training side, for the final model.
    soft : ndarray of float32, shape (n_rows, n_labels), or None
        Soft labels in [0, 1], NaN where unknown; None where labels are plain. What is learned; ``y`` is measured on.
    descriptions : mapping of str to str
        What labels mean, in a person's words; of some of them, or none.
    unlabelled : Unlabelled
        Texts of no side, which are learned from as a teacher labels them.
    """

    table: Table
    label_set: LabelSet
    y: NDArray[np.int8]
    duplicates: DuplicateGroups
    split: Split
    rare: RareLabels
    tables: Mapping[str, Table]
    fold: NDArray[np.int64] | None = None
    soft: NDArray[np.float32] | None = None
    descriptions: Mapping[str, str] = field(default_factory=dict)
    unlabelled: Unlabelled = NO_TEXTS

    @classmethod
    def prepare(
        cls, table: Table, config: Config, start: Mapping[str, str] | None = None, **held_out: Table | None
    ) -> Self:
        """Settle rare labels, encode and split.

        Parameters
        ----------
        table : Table
        config : Config
        start : mapping of str to str, optional
            Labels of the bundle to start from, with their descriptions: those on no row are labels too, others are
            refused.
        **held_out : Table
            ``validation`` and ``test`` rows from tables of their own; the sizes of these sides are then not used.

        Raises
        ------
        DataError
            If there are fewer than two labels, or too few rows to divide; if a described label is none of the table's,
            or one of the table's is none of those to start from.
        ConfigError
            If the sizes leave nothing to train on.
        """
        separate = {side: rows for side in ("validation", "test") if (rows := held_out.get(side)) is not None}
        joined = join_tables([table, *separate.values()]) if separate else table
        rare = RareLabels.find(joined.labels, config.data.min_support, config.data.rare)
        names = rare.settle(joined.labels)
        rare.check(names, table.source)
        descriptions = _descriptions(config, start)
        if start is not None:
            _refuse_new(LabelSet.from_rows(names), start, table.source)
        label_set = LabelSet.from_rows([*names, list(start or ())])
        if len(label_set) < 2:
            raise DataError(
                f"{table.source}: multi-label classification needs at least two labels, "
                f"got {list(label_set.names)}"
            )
        refuse_unknown(descriptions, label_set.names, config.model.label_descriptions or table.source)
        unknown = rare.settle_unknown(joined.unknown, names) if joined.unknown else ()
        shares = rare.settle_shares(joined.shares)
        y = label_set.encode(names, np.int8, unknown)
        soft = label_set.encode_shares(y, shares) if shares else None
        near = config.split.near_duplicates == "together"
        duplicates = DuplicateGroups.find(joined.texts, near=near)
        if joined.groups:
            duplicates = replace(duplicates, named=number_groups(joined.groups))
        sizes = {side: len(rows) for side, rows in separate.items()}
        fold = _fold(duplicates, y, sizes, config) if config.split.folds else None
        split = _split(duplicates, y, sizes, config) if fold is None else _main_to_train(fold)
        settled = joined if names == joined.labels else replace(joined, labels=names, unknown=unknown, shares=shares)
        tables = {"train": table, **separate}
        return cls(settled, label_set, y, duplicates, split, rare, tables, fold, soft, descriptions)

    @property
    def n_folds(self) -> int:
        """Count the folds; 0 without cross-validation."""
        return 0 if self.fold is None else int(self.fold.max()) + 1

    def of_fold(self, number: int, config: Config) -> Self:
        """Return the task of training without a fold: the fold is its test side.

        Early stopping, and keeping the best epoch, need rows to watch that are not those it is measured on: then
        ``validation_size`` of the other folds' rows are drawn for it.
        """
        assert self.fold is not None
        others = np.flatnonzero((self.fold >= 0) & (self.fold != number))
        split = Split(others, others[:0], np.flatnonzero(self.fold == number))
        if config.training.early_stopping is not None or config.training.best_epoch:
            groups = self.duplicates_among(others)
            named = self.duplicates.named is not None
            inner = split_rows(groups, self.y[others], replace(config.split, test_size=0), config.seed, named=named)
            split = replace(split, train=others[inner.train], validation=others[inner.validation])
        return replace(self, split=split, fold=None)

    def whole(self) -> Self:
        """Return the task of training on every row but those of a separate test table."""
        if self.fold is not None:
            return self
        end = len(self.y) - (len(self.tables["test"]) if "test" in self.tables else 0)
        rows = np.arange(len(self.y), dtype=np.int64)
        return replace(self, split=Split(rows[:end], rows[:0], rows[end:]))

    def rows(self, side: str) -> NDArray[np.int64]:
        """Return the indices of a side: ``"train"``, ``"validation"`` or ``"test"``."""
        return self.split.sides()[side]

    def texts(self, side: str) -> Sequence[Text]:
        """Return the texts of a side: a list, or a view of those that are on disk."""
        return taken(self.table.texts, self.rows(side))

    def y_true(self, side: str) -> NDArray[np.int8]:
        """Return the labels of a side, shape (n_side_rows, n_labels)."""
        return self.y[self.rows(side)]

    def duplicates_among(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """Number the groups of equal or nearly equal texts among some rows, from 0 without gaps; shape of ``rows``."""
        _, groups = np.unique(self.duplicates.groups()[rows], return_inverse=True)
        return groups

    def label_counts(self) -> dict[str, dict[str, int]]:
        """Count the rows that have each label, by side; what is unknown is not counted."""
        return label_counts(self.y, self.split, self.label_set.names)


def _descriptions(config: Config, start: Mapping[str, str] | None) -> dict[str, str]:
    """Return what is known of labels: from the bundle to start from, and over it from the file."""
    path = config.model.label_descriptions
    described = {**(start or {}), **({} if path is None else read_label_descriptions(path))}
    return {name: text for name, text in described.items() if text or path is not None}


def _refuse_new(label_set: LabelSet, start: Mapping[str, str], source: str) -> None:
    new = [name for name in label_set.names if name not in start]
    if new:
        near = get_close_matches(new[0], start, n=1)
        hint = f"; the nearest of them is {near[0]!r}" if near else ""
        raise DataError(
            f"{source}: the label {new[0][:60]!r} is not one of the {len(start)} of the bundle to start from{hint}; "
            "make that again with all labels, or train without --start"
        )


def _fold(
    duplicates: DuplicateGroups, y: NDArray[np.int8], separate: Mapping[str, int], config: Config
) -> NDArray[np.int64]:
    """Divide the rows of the main table into folds; a separate table can only be tested on."""
    if "validation" in separate:
        raise ConfigError("validation: folds take turns to be held out; leave --validation or --folds out")
    assert config.split.folds is not None
    n_main = len(y) - sum(separate.values())
    groups, method = duplicates.groups()[:n_main], config.split.method
    fold = np.full(len(y), NO_FOLD)
    named = duplicates.named is not None
    fold[:n_main] = fold_rows(groups, y[:n_main], config.split.folds, method, config.seed, named=named)
    return fold


def _main_to_train(fold: NDArray[np.int64]) -> Split:
    main = np.flatnonzero(fold != NO_FOLD)
    return Split(main, main[:0], np.flatnonzero(fold == NO_FOLD))


def _split(
    duplicates: DuplicateGroups, y: NDArray[np.int8], separate: Mapping[str, int], config: Config
) -> Split:
    """Split the rows of the main table; those of separate tables are sides as they are."""
    sizes: dict[str, Any] = {f"{side}_size": 0 for side in separate}
    start = len(y) - sum(separate.values())
    sized, named = replace(config.split, **sizes), duplicates.named is not None
    split = split_rows(duplicates.groups()[:start], y[:start], sized, config.seed, named=named)
    for side, n_rows in separate.items():
        split = replace(split, **{side: np.arange(start, start + n_rows, dtype=np.int64)})
        start += n_rows
    return split

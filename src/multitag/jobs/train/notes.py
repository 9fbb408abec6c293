"""What a reader of a run's figures must know, in plain sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from multitag.data.audit.findings import find_in_table
from multitag.data.phrases import list_first
from multitag.data.split.sides import Split, label_counts
from multitag.data.task import Task
from multitag.evaluation.arrays import judged_cells
from multitag.evaluation.metrics.metrics import SideMetrics
from multitag.evaluation.thresholds.search import MIN_ROWS_TO_TUNE
from multitag.jobs.train.measured import MeasuredModel
from multitag.report.tables import SIDE_TITLES, describe_unknown, unknown_cells_line

ABSENT = {  # what it means that a label is on no row of a side
    "train": ("it cannot be learned", "they cannot be learned"),
    "start": ("only its name says what it is", "only their names say what they are"),  # a training with --start
    "validation": ("its threshold is not tuned", "their thresholds are not tuned"),
    "test": ("its test figures are undefined", "their test figures are undefined"),
}
SHOWN = 10  # labels that a note lists before it counts the rest


def run_notes(task: Task, measured: MeasuredModel, *, started: bool = False) -> list[str]:
    """Return the notes on the rows, the training and the thresholds of a run; ``started`` as for split_notes."""
    notes = [*task_notes(task, started=started), *measured.final.notes]
    if len(task.rows("validation")) and measured.rules.thresholds.per_label is None:
        notes.append(
            f"thresholds are not tuned: that takes at least {MIN_ROWS_TO_TUNE} validation rows, some with labels"
        )
    if measured.refit is not None:
        notes.append(
            f"the final model was retrained on all {measured.refit['rows']} rows; metrics come from earlier models "
            "trained on fewer"
        )
    return notes


def task_notes(task: Task, *, started: bool = False) -> list[str]:
    """Return the notes on the rows of a task and how they were divided; ``started`` as for split_notes."""
    names = task.label_set.names
    if task.fold is None:
        about_split = split_notes(task.y, task.split, names, started=started)
    else:
        about_split = fold_notes(task.y, task.fold, names, started=started)
    notes = [*task.table.notes, *about_split, *_unlearned_notes(task), *_overlap_notes(task)]
    if note := task.rare.note():
        bare = int((task.y == 0).all(axis=1).sum()) if task.rare.policy == "drop" else 0
        notes.append(note + (f"; {bare} rows without a label are examples of none" if bare else ""))
    # Rare labels have the note above, which knows what was done about them.
    not_rare = [name for name in task.table.shape.label_names if name not in task.rare.counts]
    findings = find_in_table(task.table, task.duplicates, min_support=1, known=not_rare)
    notes += [finding.message for finding in findings]
    if task.table.left_out:
        notes.append(task.table.summary)
    return [*notes, *_taught_notes(task)]


def _taught_notes(task: Task) -> list[str]:
    """Say of what texts without labels fine-tuning learned."""
    taught = task.unlabelled
    if not taught.source:
        return []
    note = f"fine-tuning learned from {len(taught)} texts of {taught.source} too, as its teacher labels them"
    if taught.n_left_out:
        note = f"{note}; {taught.n_left_out} more are left out, as the table has them or nearly"
    return [note]


def unknown_notes(sides: Mapping[str, SideMetrics]) -> list[str]:
    """Count the cells of each side that was measured which are in no figure, as nobody judged them."""
    lines = (unknown_cells_line(figures.fixed, SIDE_TITLES[side]) for side, figures in sides.items())
    return [line for line in lines if line is not None]


def _unlearned_notes(task: Task) -> list[str]:
    """Count the cells of the training side that nobody judged."""
    judged = judged_cells(task.y_true("train"))
    if judged.all():
        return []
    return [f"{describe_unknown(1 - float(judged.mean()), 'training')}: nothing is learned from them"]


def split_notes(
    y: NDArray[np.integer], split: Split, label_names: Sequence[str], *, started: bool = False
) -> list[str]:
    """Name the sides that were left out, and the labels that are on no row of a side.

    Parameters
    ----------
    y, split, label_names
        As for :func:`~multitag.data.split.sides.label_counts`.
    started : bool, default False
        The training started from a bundle of labels' names, which give weights to labels on no row too.
    """
    notes = []
    if not len(split.validation):
        notes.append("no validation rows were held out: thresholds are not tuned")
    if not len(split.test):
        notes.append("no test rows were held out: nothing here was measured on unseen rows")
    counts = label_counts(y, split, label_names)
    for side, indices in split.sides().items():
        absent = [name for name in label_names if not counts[name][side]]
        if len(indices) and absent:
            notes.append(_absent_note(absent, side, started=started))
    return notes


def fold_notes(
    y: NDArray[np.integer], fold: NDArray[np.int64], label_names: Sequence[str], *, started: bool = False
) -> list[str]:
    """Name the labels that some fold's model could not learn, or could not be measured on.

    Parameters
    ----------
    y : ndarray of int, shape (n_rows, n_labels)
        UNKNOWN counts as 0.
    fold : ndarray of int64, shape (n_rows,)
        From 0; -1 for rows of no fold.
    label_names : sequence of str, length n_labels
    started : bool, default False
        As for split_notes.
    """
    has = y == 1
    in_folds = np.array([has[fold == number].sum(axis=0) for number in range(fold.max() + 1)])  # (n_folds, n_labels)
    n_having = np.count_nonzero(in_folds, axis=0)  # folds that have the label, (n_labels,)
    absent, alone = (
        [name for name, count in zip(label_names, n_having, strict=True) if count == number] for number in (0, 1)
    )
    notes = [_absent_note(absent, "train", started=started)] if absent else []
    if alone:
        these, it, them = ("is", "it is", "it") if len(alone) == 1 else ("are", "they are", "them")
        where = "on the rows of one fold only"
        notes.append(f"{_list_labels(alone)} {these} {where}: the model that {it} measured with never saw {them}")
    return notes


def _absent_note(labels: Sequence[str], side: str, *, started: bool) -> str:
    """Say of labels that they are on no row of a side, and what that means; ``started`` as for split_notes."""
    called = "training" if side == "train" else side
    meanings = ABSENT["start" if started and side == "train" else side]
    verb, meaning = ("is", meanings[0]) if len(labels) == 1 else ("are", meanings[1])
    return f"{_list_labels(labels)} {verb} on no {called} row: {meaning}"


def _list_labels(names: Sequence[str]) -> str:
    return list_first([repr(name) for name in names], SHOWN, "more labels")


def _overlap_notes(task: Task) -> list[str]:
    """Count the held-out texts that are trained on too: of separate tables, or of a form that most rows follow."""
    notes = []
    for side in ("validation", "test"):
        count = task.duplicates.count_overlap(task.rows("train"), task.rows(side))
        if count:
            notes.append(
                f"{count} of {len(task.rows(side))} {side} texts are training texts too, or nearly: "
                "their figures say little of new texts"
            )
        shared = _of_trained_groups(task, side)
        if shared:
            notes.append(
                f"{shared} of {len(task.rows(side))} {side} rows are of groups that are trained on: "
                "their figures say little of new groups"
            )
    return notes


def _of_trained_groups(task: Task, side: str) -> int:
    """Count the rows of a side whose group has training rows too, as those of a separate table may."""
    groups = task.table.groups
    if not groups:
        return 0
    trained = {groups[index] for index in task.rows("train")} - {""}
    return sum(groups[index] in trained for index in task.rows(side))

"""The labels of a table, looked over by models that were not trained on them: what may be wrong, missing, at odds."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from multitag.atomic import new_file
from multitag.data.duplicates.equal import members
from multitag.data.duplicates.groups import MOST_CHARACTERS, DuplicateGroups
from multitag.data.phrases import list_first
from multitag.data.split.folds import NO_FOLD
from multitag.evaluation.held_out import HeldOut
from multitag.evaluation.label_audit.confident_learning import MIN_ROWS, find_doubts
from multitag.evaluation.records import Count, Record, Share

WRONG, MISSING = "likely_wrong", "likely_missing"
CONFLICT, ACROSS = "conflicting_duplicates", "duplicates_across_splits"
KINDS = (CONFLICT, WRONG, MISSING, ACROSS)  # the order of findings that are equally sure

FIRST = 20  # findings in metrics.json, and so in the report
LONGEST = 300  # characters of a text there
COLUMNS = ("confidence", "kind", "row", "label", "other_rows", "side", "fold", "labels", "text")

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class LabelFinding:
    """One thing to look at.

    Parameters
    ----------
    confidence : float
        In [0, 1]. Of a label: the probability that the given label is wrong, from a model that was not trained on the
        row. Of duplicates: how alike the texts are, 1 if they are equal, or the Jaccard similarity of the least alike.
    kind : {"conflicting_duplicates", "likely_wrong", "likely_missing", "duplicates_across_splits"}
    row : int
        Its number in the source.
    label : str
        Empty for duplicates across splits. Of conflicting duplicates, the one that ``row`` has and the others have not.
    other_rows : tuple of int
        Of duplicates.
    side : str
        ``"validation"``, ``"test"`` or ``"out_of_fold"``: where ``row`` was held out.
    fold : int
        Out of fold, which; -1 elsewhere.
    labels : tuple of str
        All labels of ``row``.
    text : str
    """

    confidence: float
    kind: str
    row: int
    label: str
    other_rows: tuple[int, ...]
    side: str
    fold: int
    labels: tuple[str, ...]
    text: str


@dataclass(frozen=True)
class DoubtedLabel(Record):
    """A label that is likely wrong or missing, as metrics.json and the report have it.

    Parameters
    ----------
    row : int
        Its number in the source, from 1.
    text : str
        Its first 300 characters.
    label : str
        The label that it has and should not, or should have and has not.
    kind : str
        ``"likely_wrong"`` or ``"likely_missing"``.
    confidence : float
        The model's probability that the given label is wrong, in [0, 1].
    """

    row: Count
    text: str
    label: str
    kind: str
    confidence: Share


@dataclass(frozen=True)
class AuditSummary(Record):
    """How many findings there are, and the surest.

    Parameters
    ----------
    counts : dict of str to int
        Findings of each kind: ``conflicting_duplicates``, ``likely_wrong``, ``likely_missing`` and
        ``duplicates_across_splits``.
    first : tuple of DoubtedLabel
        The labels that are doubted most, the surest first, 20 at most.
    notes : tuple of str
        What was not looked at, in sentences.
    """

    counts: dict[str, Count]
    first: tuple[DoubtedLabel, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class LabelAudit:
    """What is doubtful about the labels of held-out rows.

    Parameters
    ----------
    n_rows : int
        Rows looked over.
    findings : tuple of LabelFinding
        The surest first.
    notes : tuple of str
        What was not looked at, in sentences.
    """

    n_rows: int
    findings: tuple[LabelFinding, ...]
    notes: tuple[str, ...]

    def counts(self) -> dict[str, int]:
        """Count the findings of each kind."""
        counts = Counter(finding.kind for finding in self.findings)
        return {kind: counts[kind] for kind in KINDS}

    def doubted(self) -> list[LabelFinding]:
        """Return the labels that a model doubts, the surest first; duplicates are no matter of a model."""
        return [finding for finding in self.findings if finding.kind in (WRONG, MISSING)]

    def summary(self) -> AuditSummary:
        """Return counts, notes, and the twenty labels that are doubted most."""
        first = tuple(
            DoubtedLabel(doubt.row, _cut(doubt.text), doubt.label, doubt.kind, doubt.confidence)
            for doubt in self.doubted()[:FIRST]
        )
        return AuditSummary(self.counts(), first, self.notes)

    def save(self, path: Path) -> None:
        """Write all findings as CSV, the surest first; what is several in a cell has bars between.

        Raises
        ------
        OutputError
            If it cannot be written; what was there is then as it was.
        """
        with new_file(path, replace=True) as file:
            text = io.TextIOWrapper(file, encoding="utf-8", newline="")
            # Before Python 3.13 a lone carriage return is quoted only if all text is.
            writer = csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_NONNUMERIC)
            writer.writerow(COLUMNS)
            for finding in self.findings:
                others = "|".join(map(str, finding.other_rows))
                fold = "" if finding.fold == NO_FOLD else finding.fold
                writer.writerow(
                    (
                        round(finding.confidence, 4), finding.kind, finding.row, finding.label, others, finding.side,
                        fold, _in_cell(finding.labels), finding.text,
                    )
                )  # fmt: skip
            text.detach()


def audit_held_out(held_out: HeldOut, duplicates: DuplicateGroups | None = None) -> LabelAudit:
    """Look over the labels of held-out rows, by confident learning and by texts that come twice.

    Parameters
    ----------
    held_out : HeldOut
        There may be no rows.
    duplicates : DuplicateGroups, optional
        Of these rows, near-duplicates among them; looked for where they are left out.

    Returns
    -------
    LabelAudit
        Labels that are likely wrong or missing (see
        :func:`~multitag.evaluation.label_audit.confident_learning.find_doubts`), labels that are on one of several
        rows with equal or nearly equal texts and not on another, and such texts that were held out on different sides
        or folds.
    """
    doubts = find_doubts(held_out.y_true, held_out.y_prob)
    duplicates = DuplicateGroups.find(held_out.texts) if duplicates is None else duplicates
    findings = [*_doubted(held_out, WRONG, doubts.wrong, doubts.confidence)]
    findings += _doubted(held_out, MISSING, doubts.missing, doubts.confidence)
    findings += _duplicates(held_out, duplicates)
    findings.sort(key=lambda finding: (-finding.confidence, KINDS.index(finding.kind), finding.row, finding.label))
    notes = []
    if unknown := [repr(held_out.label_names[index]) for index in np.flatnonzero(~doubts.judged)]:
        notes.append(f"not checked, as fewer than {MIN_ROWS} rows have or lack them: {list_first(unknown)}")
    if duplicates.too_large:
        notes.append(f"nearly equal texts were not looked for among more than {MOST_CHARACTERS:,} characters")
    return LabelAudit(len(held_out), tuple(findings), tuple(notes))


def _doubted(
    held_out: HeldOut, kind: str, chosen: NDArray[np.bool_], confidence: NDArray[np.float64]
) -> Iterator[LabelFinding]:
    for index, column in np.argwhere(chosen).tolist():
        yield _finding(held_out, kind, float(confidence[index, column]), index, label=held_out.label_names[column])


def _duplicates(held_out: HeldOut, duplicates: DuplicateGroups) -> Iterator[LabelFinding]:
    groups = duplicates.groups()
    weakest = _weakest_links(duplicates, groups)
    numbers: dict[tuple[str, int], int] = {}
    sides = zip(held_out.side, held_out.fold.tolist(), strict=True)  # each fold is one of its own
    place = np.array([numbers.setdefault(side, len(numbers)) for side in sides], dtype=np.int64)  # (n_rows,)
    for group in members(duplicates.equal):
        yield from _conflicts(held_out, group, np.arange(len(group)), 1.0)
    for group in members(groups):
        similarity = float(weakest[groups[group[0]]])
        yield from _conflicts(held_out, group, duplicates.equal[group], similarity)
        elsewhere = group[place[group] != place[group[0]]]
        if len(elsewhere):
            yield _finding(held_out, ACROSS, similarity, int(group[0]), others=elsewhere)


def _weakest_links(duplicates: DuplicateGroups, groups: Ints) -> NDArray[np.float64]:
    """Return the least similarity of two texts that hold each group together; 1 where its texts are equal."""
    weakest = np.ones(len(groups))  # (n_groups,) and more
    if duplicates.near is not None and len(groups):
        _, first = np.unique(duplicates.equal, return_index=True)  # a row of each text
        one, other = groups[first[duplicates.near.pairs.T]]  # (2, n_pairs)
        together = one == other  # not those of a form that most rows follow
        np.minimum.at(weakest, one[together], duplicates.near.similarity[together])
    return weakest


def _conflicts(held_out: HeldOut, group: Ints, texts: Ints, similarity: float) -> Iterator[LabelFinding]:
    """Find the labels that some of these texts have, on any of their rows, and others on none; one finding a label.

    ``texts`` numbers the text of each row of the group; a row is a text of its own where equal ones are compared.
    """
    _, number = np.unique(texts, return_inverse=True)  # (n_group_rows,)
    labelled, lacking = held_out.y_true[group] == 1, held_out.y_true[group] == 0
    has, lacks = np.zeros((2, number.max() + 1, labelled.shape[1]), dtype=bool)  # (n_texts, n_labels) each
    np.logical_or.at(has, number, labelled)
    np.logical_or.at(lacks, number, lacking)
    lacks &= ~has  # a text of which nobody judged it neither has nor lacks it
    for column in np.flatnonzero(has.any(axis=0) & lacks.any(axis=0)).tolist():
        row = int(group[labelled[:, column].argmax()])
        without = group[lacks[number, column]]
        yield _finding(held_out, CONFLICT, similarity, row, label=held_out.label_names[column], others=without)


def _finding(
    held_out: HeldOut, kind: str, confidence: float, index: int, *, label: str = "", others: Ints | None = None
) -> LabelFinding:
    rows, columns = held_out.rows, np.flatnonzero(held_out.y_true[index] == 1).tolist()
    return LabelFinding(
        confidence, kind, int(rows[index]), label, () if others is None else tuple(rows[others].tolist()),
        held_out.side[index], int(held_out.fold[index]), tuple(held_out.label_names[column] for column in columns),
        held_out.texts[index],
    )  # fmt: skip


def _in_cell(names: tuple[str, ...]) -> str:
    return json.dumps(names, ensure_ascii=False) if any("|" in name for name in names) else "|".join(names)


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"

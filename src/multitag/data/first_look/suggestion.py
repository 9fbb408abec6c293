"""Which columns to take for texts and labels, tried before it is said."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from multitag.config import TableConfig
from multitag.config.data import Unlabelled
from multitag.config.values import as_names
from multitag.data.build import build_table
from multitag.data.cells import RowError
from multitag.data.columns import Columns
from multitag.data.duplicates.merged_rows import PAIRS, are_pairs, describe_answers, find_answers
from multitag.data.first_look.labels import LabelCandidate, is_clear, may_be_label, rank_labels
from multitag.data.first_look.samples import PROBABILITIES, ColumnSample, sample_columns, sample_rows
from multitag.data.first_look.texts import TextCandidate, rank_texts
from multitag.data.label_formats.cells.formats import FASTTEXT
from multitag.data.label_formats.indicator_columns import IndicatorColumns
from multitag.data.label_formats.indicators import is_indicator
from multitag.data.nested import inner_columns, with_nested
from multitag.data.phrases import count_noun, describe_columns, join_phrase
from multitag.data.readers.source import Source
from multitag.data.row_labels import RowLabels
from multitag.data.table import Table, check_trainable, unlabelled_rows
from multitag.errors import ConfigError, DataError

CLEAR = 1.5  # times the score of the next column of texts
NEAR = 0.4  # times the score of the first; less is not shown
TRIED_ROWS = 50_000  # evenly spaced; reading labels takes as long again as reading the file
LONG_NAME = 4  # words of a column's name that may be a text
OTHERS = 3  # candidates that are named
BOTH = "text and labels"  # the role of a line in fastText's format


@dataclass(frozen=True)
class Suggestion:
    """What the columns of a table may be.

    Parameters
    ----------
    changes : mapping of str to object
        Settings of :class:`~multitag.config.TableConfig` to add to those that were given.
    roles : mapping of str to str
        ``"text"``, ``"labels"`` and the like, by column.
    notes : tuple of str
        What was found, and what is in doubt or must be decided, in sentences.
    doubts : tuple of str
        Why it is not followed without asking; empty where it is clear.
    is_blocked : bool
        Whether the labels cannot be read before something is decided.
    table : Table or None
        The table that these settings read; None where they read none.
    """

    changes: Mapping[str, Any]
    roles: Mapping[str, str]
    notes: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    is_blocked: bool = False
    table: Table | None = field(default=None, repr=False)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, for JSON."""
        return {
            "settings": dict(self.changes), "roles": dict(self.roles), "notes": list(self.notes),
            "doubts": list(self.doubts),
        }  # fmt: skip

    @property
    def is_whole(self) -> bool:
        """Whether texts and labels are both found or given."""
        return self.has_text and self.has_labels

    @property
    def has_text(self) -> bool:
        """Whether a column of texts is found or given."""
        return not {"text", BOTH}.isdisjoint(self.roles.values())

    @property
    def has_labels(self) -> bool:
        """Whether columns of labels are found or given."""
        return any(role.startswith("label") or role == BOTH for role in self.roles.values())


def suggest(source: Source, data: TableConfig) -> Suggestion:
    """Find columns of texts and labels where they are not named, and what else it takes to read them.

    Parameters
    ----------
    source : Source
        With every column.
    data : TableConfig
        What is set there is followed.

    Returns
    -------
    Suggestion
        Without changes for a column that is named, or that nothing looks like.
    """
    source = with_nested(source, inner_columns(source.columns))
    samples = sample_columns(source.columns)
    named = {name.strip() for name in as_names(data.text)}
    labels, texts = [], []
    if not (data.labels or data.label_columns):
        labels = [label for label in rank_labels(samples, data) if named.isdisjoint(map(str.strip, label.columns))]
    label = labels[0] if labels else None
    if data.text is None:
        taken = set(label.columns if label else (*as_names(data.labels), *as_names(data.label_columns)))
        texts = [text for text in rank_texts(samples) if text.name not in taken]
    chosen = _choose(data, texts, labels, samples)
    labelled = next((name for name in source.columns.names if re.search(rf"(^|\s){FASTTEXT}\S", name)), None)
    if labelled is not None:
        doubt = (
            f"the first line has a word that begins with {FASTTEXT}, as fastText's have; if each line holds a text and "
            f"its labels, write the labels at its start, or use --no-header --label-shape fasttext, "
            "and name column 1 as --text and as --labels"
        )
        return replace(chosen, doubts=(doubt, *chosen.doubts))
    nameless = [n for n, name in enumerate(source.columns.names, start=1) if not name.strip()]
    if nameless and not chosen.is_whole:
        doubt = f"column {nameless[0]} of {len(source.columns.names)} has no name; give it one if it is meant"
        return replace(chosen, doubts=(*chosen.doubts, doubt))
    return chosen


def _choose(
    data: TableConfig, texts: Sequence[TextCandidate], labels: Sequence[LabelCandidate], samples: Sequence[ColumnSample]
) -> Suggestion:
    changes: dict[str, Any] = {}
    roles: dict[str, str] = {name.strip(): "text" for name in as_names(data.text)}
    for name in (*as_names(data.labels), *as_names(data.label_columns)):
        roles[name.strip()] = BOTH if name.strip() in roles else "labels"
    notes, doubts = [], []
    if data.text is None:
        doubts += _doubt_text(texts)
        roles.update({other.name: "text?" for other in texts[1:] if other.is_clear})
        if texts:
            changes["text"] = texts[0].name
            roles[texts[0].name] = "text"
    if not (data.labels or data.label_columns):
        doubts += _doubt_labels(labels, [] if labels else [sample for sample in samples if may_be_label(sample)])
        for other in labels[1 : OTHERS + 1]:
            if other.score >= NEAR * labels[0].score:
                roles.update(dict.fromkeys(other.columns, "labels?"))
        if labels:
            changes |= _label_changes(labels[0])
            role = "labels" if labels[0].flags is None else f"label ({labels[0].flags})"
            roles.update(dict.fromkeys(labels[0].columns, role))
            notes += _ids_note(labels[0])
    problem = [f"{labels[0].describe()} {labels[0].problem}"] if labels and labels[0].problem else []
    return Suggestion(changes, roles, tuple(notes), (*doubts, *problem), is_blocked=bool(problem))


def try_out(source: Source, data: TableConfig, suggestion: Suggestion) -> Suggestion:
    """Read the table as suggested; of a large one 50,000 evenly spaced rows.

    Parameters
    ----------
    source : Source
        With every column.
    data : TableConfig
    suggestion : Suggestion

    Returns
    -------
    Suggestion
        With the table; with what becomes of rows without labels; and with what still stops a training, as a doubt.
    """
    if not suggestion.is_whole or suggestion.is_blocked:
        return suggestion
    settings = replace(data, **suggestion.changes)
    source = with_nested(source, (*as_names(settings.text), *as_names(settings.labels)))
    if len(source.columns) > TRIED_ROWS:
        rows = sample_rows(len(source.columns), TRIED_ROWS)
        note = f"tried on {len(rows)} of {len(source.columns)} rows, evenly spaced"
        source, suggestion = _sampled(source, rows), replace(suggestion, notes=(*suggestion.notes, note))
    try:
        table = build_table(source, settings)
        if table.unknown and settings.unknown == "ask":
            note = "labels that nobody judged are left out with --unknown mask, and taken as no with --unknown no"
            changes = {**suggestion.changes, "unknown": "mask"}
            suggestion = replace(suggestion, changes=changes, notes=(*suggestion.notes, note))
            settings = replace(settings, unknown="mask")
            table = build_table(source, settings)
        if not settings.merge_rows and are_pairs(table.texts, [RowLabels(names) for names in table.labels]):
            taken = (*table.text_columns.names, *table.shape.columns)
            if answers := find_answers(source.columns, taken):
                doubt = describe_answers(answers, source.columns[answers])
                suggestion = replace(suggestion, doubts=(*suggestion.doubts, doubt))
            else:
                settings, changes = replace(settings, merge_rows=True), {**suggestion.changes, "merge_rows": True}
                note = f"{PAIRS}: --merge-rows makes one row of them"
                suggestion = replace(suggestion, changes=changes, notes=(*suggestion.notes, note))
                table = build_table(source, settings)
        check_trainable(table, keep_unlabelled=True)
    except (DataError, ConfigError) as error:
        return replace(suggestion, doubts=(*suggestion.doubts, str(error)))
    try:
        check_trainable(table, keep_unlabelled=settings.keeps_unlabelled, strict=settings.strict)
    except DataError as error:
        n_unlabelled = len(unlabelled_rows(table))
        if settings.unlabelled != "error" or settings.strict:
            return replace(suggestion, doubts=(*suggestion.doubts, str(error)))
        way: Unlabelled = "keep" if settings.label_columns else "drop"  # what has no yes is a no
        note = (
            f"{count_noun(n_unlabelled, 'row has', 'rows have')} no label: --allow-unlabelled trains on them as "
            "examples of no label, --unlabelled drop leaves them out"
        )
        changes = {**suggestion.changes, "unlabelled": way}
        if way == "drop":
            table = build_table(source, replace(settings, unlabelled=way))
        return replace(suggestion, changes=changes, notes=(*suggestion.notes, note), table=table)
    return replace(suggestion, table=table)


def header_is_row(suggestion: Suggestion) -> bool:
    """Return whether the names of the suggested columns are themselves a text and labels of the table."""
    table = suggestion.table
    if table is None or len(table.text_columns.names[0].split()) < LONG_NAME:
        return False
    if isinstance(table.shape, IndicatorColumns):
        return all(is_indicator(name.partition(" (column")[0]) for name in table.shape.columns)
    try:
        names = table.shape.read(table.shape.columns).names
    except RowError:
        return False
    return bool(names) and set(names) <= {name for row in table.labels for name in row}


def _doubt_text(texts: Sequence[TextCandidate]) -> list[str]:
    if not texts:
        return ["no column looks like texts: sentences, several words a cell"]
    first = texts[0]
    if not first.is_clear:
        return [
            f"column {first.name!r} is nearest to texts, but its cells look like titles, names or lists, "
            f"{first.words:.1f} words long"
        ]
    if len(texts) > 1 and first.score < CLEAR * texts[1].score:
        return [f"columns {first.name!r} and {texts[1].name!r} both look like texts; {first.name!r} is the longer one"]
    return []


def _doubt_labels(labels: Sequence[LabelCandidate], others: Sequence[ColumnSample]) -> list[str]:
    if not labels:
        few = f"; {_may_be_labels(others)}" if others else ""
        return [f"no column looks like labels: names that recur, or 0 and 1 in a column for each label{few}"]
    beside = [_may_be_labels(labels[0].beside, " too")] if labels[0].beside else []
    if is_clear(labels):
        return beside
    near = [label for label in labels[1 : OTHERS + 1] if not is_clear([labels[0], label])]
    rest = join_phrase([label.describe() for label in near])
    return [f"{labels[0].describe()} may hold the labels, and so may {rest}", *beside]


def _may_be_labels(samples: Sequence[ColumnSample], too: str = "") -> str:
    """Return a doubt on columns that may be labels."""
    several, soft = len(samples) > 1, any(sample.decimal_vocabulary == PROBABILITIES for sample in samples)
    hold = f"{'hold' if several else 'holds'} {'numbers from 0 to 1' if soft else 'two or three values'}{too}"
    remedy = f"--label-columns names every label's column{', with --soft' if soft else ''}"
    columns = describe_columns([sample.name for sample in samples])
    return f"{columns} {hold}; {'are they labels' if several else 'is it a label'}? {remedy}"


def _ids_note(label: LabelCandidate) -> list[str]:
    note = f"the labels in {label.describe()} are numbers; a --label-names file can name them"
    return [note] if label.are_ids else []


def _label_changes(label: LabelCandidate) -> dict[str, Any]:
    if label.flags is not None:
        return {"label_columns": label.columns, **dict(label.settings)}
    labels = label.columns[0] if len(label.columns) == 1 else label.columns
    return {"labels": labels, **dict(label.settings)}


def _sampled(source: Source, rows: Sequence[int]) -> Source:
    """Return some rows of a source, which know where they stand."""
    cells = tuple([cells[row] for row in rows] for cells in source.columns.cells)
    starts = tuple(bisect_left(rows, start) for start in source.starts) or (0,)
    numbers = [source.file_and_row(row)[1] for row in rows]
    columns = Columns(source.columns.names, cells, len(rows))
    return Source(source.name, columns, files=source.files or (source.name,), starts=starts, rows=numbers)

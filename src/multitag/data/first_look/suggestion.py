"""Which columns to take for texts and labels, tried before it is said."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from multitag.config import TableConfig
from multitag.config.values import as_names
from multitag.data.build import build_table
from multitag.data.first_look.labels import LabelCandidate, is_clear, may_be_label, rank_labels
from multitag.data.first_look.samples import PROBABILITIES, ColumnSample, sample_columns
from multitag.data.first_look.texts import TextCandidate, rank_texts
from multitag.data.label_formats.cells.formats import FASTTEXT
from multitag.data.nested import inner_columns, with_nested
from multitag.data.phrases import describe_columns, join_phrase
from multitag.data.readers.source import Source
from multitag.data.table import Table

CLEAR = 1.5  # times the score of the next column of texts
NEAR = 0.4  # times the score of the first; less is not shown
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

    def noting(self, note: str) -> Suggestion:
        """Return the same with another note."""
        return replace(self, notes=(*self.notes, note))

    def doubting(self, doubt: str) -> Suggestion:
        """Return the same with another doubt."""
        return replace(self, doubts=(*self.doubts, doubt))

    def changing(self, **changes: object) -> Suggestion:
        """Return the same with more settings, which have read no table yet."""
        return replace(self, changes={**self.changes, **changes}, table=None)

    def reading(self, source: Source, data: TableConfig) -> Suggestion:
        """Return the same with the table that its settings read, unless it has it; raises as ``build_table``."""
        if self.table is not None:
            return self
        return replace(self, table=build_table(source, replace(data, **self.changes)))

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

"""Labels as annotators' answers: how they are read, described and saved."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import Any, Self

from multitag.config.data import Annotators
from multitag.data.annotations.agreement import PACKAGE, label_agreement
from multitag.data.annotations.answers import Judgements, decide
from multitag.data.phrases import count_noun, describe_columns
from multitag.data.row_labels import NOTHING, RowLabels, join_rows

RULES = {
    "majority": "a label holds where most of those asked gave it",
    "any": "a label holds where anybody gave it",
    "mean": "their mean is a soft label",
}


@dataclass(frozen=True)
class AnnotationColumns:
    """Labels as the answers to one or several questions; see :class:`~multitag.data.label_formats.label_columns`.

    Parameters
    ----------
    columns : tuple of str
        The questions.
    annotators : {"auto", "majority", "any", "mean"}
        What several annotators make of a label.
    names : tuple of str
        Every label that is given or asked about.
    asked : bool
        Whether some answers are about some labels only, so that the others are unknown.
    notes : tuple of str
        What is to be said of several annotators.
    ties : int
        Labels of rows that are unknown since as many gave as refused them.
    agreement : dict or None
        Krippendorff's alpha by label; see :func:`~multitag.data.annotations.agreement.label_agreement`.
    """

    columns: tuple[str, ...]
    annotators: Annotators
    names: tuple[str, ...]
    asked: bool = False
    notes: tuple[str, ...] = ()
    ties: int = field(default=0, compare=False)
    agreement: dict[str, float | None] | None = field(default=None, compare=False)

    @classmethod
    def of(cls, columns: tuple[str, ...], cells: Iterable[object], annotators: Annotators) -> Self:
        """Look at the cells of all columns."""
        judged = [cell for cell in cells if isinstance(cell, Judgements)]
        names = tuple(dict.fromkeys(
            name for cell in judged for answer in cell.answers for name in answer.mentioned()
        ))  # fmt: skip
        asked = any(answer.asked is not None for cell in judged for answer in cell.answers)
        ties = sum(decide(cell.answers, annotators, names).ties for cell in judged)
        notes = tuple(_notes(judged, annotators, ties))
        return cls(columns, annotators, names, asked, notes, ties, label_agreement(judged))

    @property
    def label_names(self) -> tuple[str, ...]:
        """The labels that were asked about; empty where only the rows name them."""
        return self.names if self.asked else ()

    def read(self, cells: Sequence[object]) -> RowLabels:
        """Read the labels of a row; see :meth:`~multitag.data.label_formats.label_columns.LabelColumns.read`."""
        return join_rows([
            decide(cell.answers, self.annotators, self.names).labels if isinstance(cell, Judgements) else NOTHING
            for cell in cells
        ])  # fmt: skip

    @property
    def unknown_words(self) -> str:
        """What unknown labels are, after a verb."""
        return f"not judged by anybody{', or tied' if self.ties else ''}"

    def describe(self) -> str:
        """Return the columns; see :meth:`~multitag.data.label_formats.label_columns.LabelColumns.describe`."""
        by = "" if self.annotators == "auto" else f", {self.annotators} of several annotators"
        return f"{describe_columns(self.columns)}, answers of annotators{by}"

    def facts(self) -> dict[str, Any]:
        """Return plain values for the manifest."""
        return {
            "shape": "annotations", "key": None, "names": None, "annotators": self.annotators,
            "agreement": self.agreement,
        }  # fmt: skip


def _notes(judged: Sequence[Judgements], annotators: Annotators, ties: int) -> Iterable[str]:
    soft = sum(any(answer.shares for answer in cell.answers) for cell in judged)
    if soft:
        rows = count_noun(soft, "row has", "rows have")
        yield f"{rows} scores, which are soft labels: learned as they are, counted from 0.5 on"
    several = [cell for cell in judged if any(_answered_twice(cell, name) for name in _names(cell))]
    if not several:
        return
    people = {answer.annotator for cell in several for answer in cell.answers}
    who = f"{len(people)} annotators answered" if len(people) > 1 else "several annotators answered"
    by = "majority" if annotators == "auto" else annotators
    tied = f"; {count_noun(ties, 'tie is', 'ties are')} unknown" if ties else ""
    other = "; --annotators any or mean decides otherwise" if annotators == "auto" else ""
    yield f"{who} {count_noun(len(several), 'row', 'rows')} more than once: {RULES[by]}{tied}{other}"
    if find_spec(PACKAGE) is None:
        yield f"how far they agree is measured with the package {PACKAGE}: pip install 'multitag[train]'"


def _names(cell: Judgements) -> set[str]:
    return {name for answer in cell.answers for name in answer.mentioned()}


def _answered_twice(cell: Judgements, name: str) -> bool:
    return sum(answer.asked is None or name in answer.asked for answer in cell.answers) > 1

"""One row of an export before columns are chosen: its plain cells, and the answers to each question about it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from multitag.data.annotations.answers import Answer
from multitag.data.cells import CellError, check_characters, is_missing, shorten
from multitag.data.label_formats.cells.notations import is_quoted_listing

MAX_NAMES = 100_000  # labels of one answer; no tool shows as many

NOT_ANNOTATED, SKIPPED = "not annotated", "skipped by annotators"
REJECTED, DISCARDED = "rejected by annotators", "discarded by annotators"


class NotUnderstoodError(Exception):
    """Why an export that was recognised cannot be read, for whoever knows the file; a user never sees it as it is."""


class NoAnswer(NamedTuple):
    """Why a row has no answer: the words that count such rows, and the reason."""

    kind: str
    reason: str


NOBODY = NoAnswer(NOT_ANNOTATED, "nobody has annotated it")


@dataclass(frozen=True)
class AnnotatedTask:
    """What a tool exports of one text.

    Parameters
    ----------
    cells : mapping of str to object
        Plain columns: the text, and what else the tool keeps of it.
    answers : mapping of str to list of Answer
        By question: the name of the control, the column or the key that holds the labels.
    without : NoAnswer or None
        What a row without an answer is left out for; None where it is a row without labels.
    key : object
        Rows of one key are one row: those of a tool that exports an answer a row. None stands for itself.
    """

    cells: Mapping[str, Any]
    answers: Mapping[str, Sequence[Answer]]
    without: NoAnswer | None = NOBODY
    key: object = None


@dataclass(frozen=True)
class Export:
    """An export as a tool's reader returns it.

    Parameters
    ----------
    tasks : sequence of AnnotatedTask
        One for each row of the columns that were read.
    texts : tuple of str
        Columns that may hold the text, the likeliest first where one is; others need ``--text``.
    questions : tuple of str
        Questions that may be the labels.
    unit : str
        What the tool calls its rows.
    remarks : tuple of str
        What else is to be said of how it is read.
    """

    tasks: Sequence[AnnotatedTask]
    texts: tuple[str, ...]
    questions: tuple[str, ...]
    unit: str = "records"
    remarks: tuple[str, ...] = field(default=())


def read_names(values: object, where: str) -> tuple[str, ...]:
    """Return the names in a list of labels, or of one label, each once, without the spaces around them.

    Raises
    ------
    NotUnderstoodError
        If it holds anything but texts and numbers, the text of a list among them, or more than could be meant.
    """
    if isinstance(values, (str, int, float)) or values is None:
        values = [values]
    if not isinstance(values, (list, tuple)):
        raise NotUnderstoodError(f"{where}: expected a list of label names, got {type(values).__name__}")
    if len(values) > MAX_NAMES:
        raise NotUnderstoodError(f"{where}: expected a list of label names, got one of {len(values):,}")
    names: dict[str, None] = {}
    for value in values:
        if is_missing(value):
            continue
        if not isinstance(value, (str, int, float)):
            raise NotUnderstoodError(
                f"{where}: expected label names, got {type(value).__name__}; only whole texts are labelled here, "
                "not spans, relations or ratings"
            )
        if isinstance(value, str) and is_quoted_listing(value):
            raise NotUnderstoodError(f"{where}: expected label names, got the text of a list, {shorten(value)!r}")
        try:
            names[check_characters(str(value).strip())] = None
        except CellError as error:
            raise NotUnderstoodError(f"{where}: {error}") from error
    return tuple(names)


def read_shares(values: Iterable[tuple[object, object]], where: str) -> tuple[tuple[str, float], ...]:
    """Return labels with their scores.

    Raises
    ------
    NotUnderstoodError
        If a score is not a number in [0, 1], or a label no name.
    """
    shares: dict[str, float] = {}
    for name, share in values:
        if not isinstance(name, str) or isinstance(share, str) or not hasattr(share, "__float__"):
            raise NotUnderstoodError(
                f"{where}: expected labels with a score each, got {type(name).__name__} and {type(share).__name__}"
            )
        if not 0 <= share <= 1:  # type: ignore[operator]
            raise NotUnderstoodError(f"{where}: expected a score from 0 to 1, got {shorten(share)}")
        shares.update((written, float(share)) for written in read_names(name, where))
    return tuple(shares.items())


def plain_cells(record: Mapping[str, Any], *without: str) -> dict[str, Any]:
    """Return the cells of a record but for some."""
    return {str(name): cell for name, cell in record.items() if name not in without}


def text_keys(records: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """Return the keys under which most records have text; only ``text`` where there is one of that name."""
    counts = Counter(
        str(key) for record in records for key, value in record.items() if isinstance(value, str) and value.strip()
    )
    keys = tuple(key for key, count in counts.items() if 2 * count > len(records))
    return ("text",) if "text" in keys else keys

"""From a source to the rows of an annotation tool's export, where it is one."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from multitag.config import TableConfig
from multitag.config.values import as_names
from multitag.data.annotations import argilla, doccano, label_studio, pipeline, prodigy, spacy_cats
from multitag.data.annotations.rows import to_rows
from multitag.data.annotations.task import Export, NotUnderstoodError, text_keys
from multitag.data.columns import Columns
from multitag.data.readers.source import Source
from multitag.errors import DataError


class Tool(Protocol):
    """A module that reads what a tool exports."""

    NAME: str

    def has_signs(self, names: Collection[str]) -> bool:
        """Return whether columns have the names of this tool."""

    def recognises(self, columns: Columns) -> bool:
        """Return whether the cells are those of this tool."""

    def read(self, source: Source) -> Export:
        """Read a row a text; raises a NotUnderstoodError."""


# The surest signs first. The keys are what --format takes.
TOOLS: dict[str, Tool] = {
    "label-studio": label_studio, "argilla": argilla, "prodigy": prodigy, "doccano": doccano, "spacy": spacy_cats,
    "pipeline": pipeline,
}  # fmt: skip
PREFIXES = ("data.", "fields.")  # under which tools keep the columns that were imported


def may_be_export(names: Collection[str]) -> bool:
    """Return whether columns have the names of an annotation tool, so that all of them are needed."""
    return any(tool.has_signs(names) for tool in TOOLS.values())


def read_export(source: Source, data: TableConfig, *, keep_content: bool = False) -> tuple[Source, TableConfig]:
    """Turn an annotation tool's export into rows of a text and the answers about it.

    Parameters
    ----------
    source : Source
        As it was read.
    data : TableConfig
        Its ``format`` names a tool, ``"table"`` for none, or ``"auto"`` to recognise one by its content.
        Settings of how cells hold labels are about a table.
    keep_content : bool, default False
        Keep the rows that are left out as they stand, for a quarantine file.

    Returns
    -------
    source, data
        As they came where it is no export. Else rows whose cells of labels are
        :class:`~multitag.data.annotations.answers.Judgements`, and settings that name their columns.

    Raises
    ------
    DataError
        If it is an export that cannot be read, or more than one of its columns may be the text or the labels.
    """
    tool = _find_tool(source.columns, data)
    if tool is None:
        takes_labels = not data.label_columns and set(_listed(data.labels, ())) <= {"label"}
        note = pipeline.scores_not_read(source.columns) if data.format == "auto" and takes_labels else None
        return source if note is None else replace(source, notes=(*source.notes, f"{source.name}: {note}")), data
    try:
        export = tool.read(source)
        texts, questions = _named(export, data)
        if data.format == "auto" and texts + questions and set(texts + questions) <= set(source.columns.names):
            known = {name for task in export.tasks for name in task.cells}, _questions(export)
            if not (set(texts) <= known[0] and set(questions) <= known[1]):
                return source, data
        texts = texts or _choose(export.texts, "text")
        questions = questions or _choose(export.questions, "labels")
        return to_rows(source, export, tool.NAME, texts, questions, keep_content=keep_content), replace(
            data, text=texts, labels=questions
        )
    except NotUnderstoodError as error:
        raise DataError(
            f"{source.name}: {_called(tool)}, but it cannot be read: {error}; --format table reads it as it stands"
        ) from error


def settings_of_export(source: Source, data: TableConfig) -> TableConfig:
    """Leave out of settings the columns that an export does not have, for it to tell its own.

    Parameters
    ----------
    source : Source
        As it was read.
    data : TableConfig
        With the columns of a bundle.

    Returns
    -------
    TableConfig
        As it came for what is no export, and one whose columns are not those that may be the texts and the labels.
    """
    labels = _listed(data.labels or data.label_columns, ())
    lacking = {*_listed(data.text, ()), *labels}.difference(source.columns.names)
    own_labels = replace(
        data, labels=None, label_columns=None, label_separator=None, label_key=None, label_shape="auto"
    )
    free = own_labels if data.text_pair else replace(own_labels, text=None)
    tool = _find_tool(source.columns, free) if lacking else None
    if tool is None:
        return data
    try:
        export = tool.read(source)
    except NotUnderstoodError:  # which is said when it is read
        return free
    texts, questions = _named(export, data)
    has_texts = {*texts} <= {name for task in export.tasks for name in task.cells}
    has_labels = bool(questions) and {*questions} <= _questions(export)
    kept = data if has_labels else own_labels
    return kept if has_texts or data.text_pair else replace(kept, text=None)


def texts_of_export(columns: Columns) -> tuple[str, ...]:
    """Return what may be the texts of an annotation tool's export, whether or not it has answers; empty for others."""
    tool = _find_tool(columns, TableConfig())
    try:
        return () if tool is None else tool.read(Source("", columns)).texts
    except NotUnderstoodError:  # of its answers, which are not asked for
        inner = [next((row[key] for key in ("data", "fields") if isinstance(row.get(key), Mapping)), row)
                 for row in map(columns.row, range(len(columns)))]  # fmt: skip
        return text_keys(inner)


def _called(tool: Tool) -> str:
    return tool.NAME if tool is pipeline else f"{tool.NAME} export"


def _find_tool(columns: Columns, data: TableConfig) -> Tool | None:
    described = data.label_key or data.label_separator or data.label_columns or data.label_names
    if data.format == "table" or (data.format == "auto" and (described or data.label_shape != "auto")):
        return None
    if data.format != "auto":
        return TOOLS[data.format]
    # Where both columns are named, what they hold is no sign of its own: a list of labels with scores may be a table's.
    named = data.text is not None and data.labels is not None
    likely = (tool for tool in TOOLS.values() if not named or tool.has_signs(columns.names))
    return next((tool for tool in likely if tool.recognises(columns)), None)


def _named(export: Export, data: TableConfig) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the columns of texts and of labels that are named; ``data.text`` is ``text`` of a task."""
    cells = {name for task in export.tasks for name in task.cells}
    return _listed(data.text, cells), _listed(data.labels, _questions(export))


def _questions(export: Export) -> set[str]:
    return {*export.questions, *(name for task in export.tasks for name in task.answers)}


def _listed(written: str | Sequence[str] | None, names: Collection[str]) -> tuple[str, ...]:
    return tuple(_without_prefix(name.strip(), names) for name in as_names(written))


def _without_prefix(name: str, names: Collection[str]) -> str:
    bare = next((name.removeprefix(prefix) for prefix in PREFIXES if name.startswith(prefix)), name)
    return bare if name not in names and bare in names else name


def _choose(candidates: Sequence[str], option: str) -> tuple[str, ...]:
    if len(candidates) == 1:
        return tuple(candidates)
    if not candidates:
        raise NotUnderstoodError(f"nothing in it looks like the {option}; name it with --{option}")
    choice = f"{', '.join(map(repr, candidates[:10]))}{' and more' if len(candidates) > 10 else ''}"
    raise NotUnderstoodError(f"which holds the {option}, {choice}? name it with --{option}")

"""The first look at a table: what is not named is found, tried, and taken, shown or refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from difflib import get_close_matches
from typing import Any

from multitag.config import TableConfig
from multitag.config.values import as_names
from multitag.data.build import check_columns, with_known_columns
from multitag.data.first_look.labels import rank_labels
from multitag.data.first_look.samples import sample_columns
from multitag.data.first_look.suggestion import Suggestion, suggest
from multitag.data.first_look.texts import rank_texts
from multitag.data.first_look.trial import header_is_row, try_out
from multitag.data.first_look.unnamed import UnnamedColumnsError
from multitag.data.phrases import describe_columns, list_columns
from multitag.data.readers.delimited.header import find_column, looks_like_data
from multitag.data.readers.records import ReadOptions
from multitag.data.readers.source import Source, open_source
from multitag.data.readers.table_file import STDIN_NAME
from multitag.errors import DataError


def with_likely_columns(source: Any, opened: Source, data: TableConfig) -> tuple[TableConfig, list[str]]:
    """Name the column of texts, or of labels, where one of them is named and the other is clear.

    Parameters
    ----------
    source : str, Path, sequence of those, or DataFrame
    opened : Source
        The same; with every column, unless both are named.
    data : TableConfig

    Returns
    -------
    TableConfig
        With the column that was not named.
    list of str
        A sentence that says so.

    Raises
    ------
    DataError
        If a named column is missing; names the one that is likely meant.
    UnnamedColumnsError
        If neither is named, or the other is in doubt; suggests columns.
    """
    known = with_known_columns(data, opened)
    try:
        check_columns(known, opened)
    except DataError as error:
        raise DataError(f"{error}{likely_instead(opened, known)}") from error
    has_text, has_labels = known.text is not None, bool(known.labels or known.label_columns)
    if has_text and has_labels:
        return data, []
    suggestion = suggest(opened, known)
    if not (has_text or has_labels) or suggestion.doubts:
        opened, suggestion = look_at(source, opened, known)
        raise UnnamedColumnsError(opened, known, suggestion)
    setting = "labels" if has_text else "text"
    columns = next(suggestion.changes[name] for name in (setting, "label_columns") if name in suggestion.changes)
    taken = describe_columns(as_names(columns))
    note = f"{setting}: {taken} is taken, as nothing else is likely; --{setting} names another"
    return replace(known, **suggestion.changes), [*suggestion.notes, note]


def look_at(source: Any, opened: Source, data: TableConfig) -> tuple[Source, Suggestion]:
    """Find what is not named, and try it.

    Parameters
    ----------
    source : str, Path, sequence of those, or DataFrame
    opened : Source
        The same, with every column.
    data : TableConfig
        What is named there is followed.

    Returns
    -------
    source : Source
        Opened anew where its first line is a row and not a header.
    suggestion : Suggestion
    """
    suggestion = try_out(opened, data, suggest(opened, data))
    if data.header and opened.files and STDIN_NAME not in opened.files and header_is_row(suggestion):
        unnamed = replace(data, header=False)
        again = open_source(source, ReadOptions.of(unnamed))
        other = try_out(again, unnamed, suggest(again, unnamed))
        note = "the first line is a row and no header; columns go by their numbers (--no-header)"
        return again, replace(other, changes={**other.changes, "header": False}, notes=(note, *other.notes))
    return opened, suggestion


def likely_instead(source: Source, data: TableConfig) -> str:
    """Return the columns that likely hold what those hold that a table does not have; empty where none are missing.

    Parameters
    ----------
    source : Source
        With every column.
    data : TableConfig
        The columns that are asked for.
    """
    columns = source.columns.names
    if looks_like_data(columns) is not None:  # of which the message speaks already
        return ""
    samples = sample_columns(source.columns)
    if _lacks(columns, data.text):
        texts = [text for text in rank_texts(samples) if text.is_clear]
        return f"; likely --text {texts[0].name!r}" if texts else ""
    labels = rank_labels(samples, data) if _lacks(columns, data.labels) else []
    option = "--labels" if labels and labels[0].flags is None else "--label-columns"
    return f"; likely {option} {list_columns(labels[0].columns)}" if labels else ""


def _lacks(columns: Sequence[str], written: str | Sequence[str] | None) -> bool:
    """Return whether a column is missing, and none is spelt like it."""
    missing = [name for name in as_names(written) if find_column(columns, name) is None]
    return bool(missing) and not get_close_matches(missing[0], columns, n=1, cutoff=0.6)

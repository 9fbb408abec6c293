"""Tables by the settings of a person or a bundle: sources in, checked tables out."""

from __future__ import annotations

import glob
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from numbers import Integral
from pathlib import Path
from typing import TYPE_CHECKING, Any

from multitag.config import TableConfig
from multitag.config.schema import build
from multitag.config.setting import takes_settings
from multitag.config.values import as_list, as_names, describe_value
from multitag.data.annotations.recognise import may_be_export, read_export, settings_of_export
from multitag.data.build import build_table, check_columns, with_known_columns
from multitag.data.duplicates.merged_rows import ANSWER_NAMES
from multitag.data.first_look.look import look_at, with_likely_columns
from multitag.data.first_look.suggestion import Suggestion, suggest
from multitag.data.first_look.trial import try_out
from multitag.data.label_formats.choose import FORMS, RememberedConfig
from multitag.data.left_out import write_quarantine
from multitag.data.nested import with_nested
from multitag.data.readers.records import ReadOptions, Select
from multitag.data.readers.source import Source, open_source
from multitag.data.table import Table, check_rows, check_trainable, refuse_defects
from multitag.errors import ConfigError, OutputError
from multitag.paths import as_path, expand_source

if TYPE_CHECKING:
    import pandas as pd

Columns = str | int | Sequence[str | int]


@takes_settings(TableConfig, without=("text", "labels"))
def read_table(
    source: str | Path | Sequence[str | Path] | pd.DataFrame,
    text: Columns | None = None,
    labels: Columns | None = None,
    *,
    quarantine: str | Path | None = None,
    **settings: Any,
) -> Table:
    """Read texts and labels from files, a DataFrame or a packaged table.

    Parameters
    ----------
    source : str, Path, sequence of those, or DataFrame
        A CSV, TSV, JSONL or Parquet file, or several that make one table; ``"sample"`` (800 movies that come with
        multitag); ``"imdb"`` (1000 movies, downloaded once and checked); or a pandas DataFrame.
    text, labels : str or sequence of str, optional
        Column names. They may be left out for ``"sample"`` and ``"imdb"`` only. The texts of several columns are
        joined; several columns of labels hold some labels each. A number is the column of that name, as in a DataFrame
        without names.
    quarantine : str or Path, optional
        A CSV file to write rows that cannot be used to, with their reasons.
    **settings
        Any setting of how a table is read; ``allow_unlabelled=True`` is short for ``unlabelled="keep"``.

    Returns
    -------
    Table
        Rows that cannot be used are listed in ``left_out``.

    Raises
    ------
    DataError
        If the file or a column is missing, no row is left, a row has no label (unless allowed), or the table
        has fewer than two different labels.
    ConfigError
        If a setting is unknown, of another type or out of its range, or settings do not go together.
    """
    columns = {"text": text, "labels": labels, "label_columns": settings.get("label_columns")}
    named = {name: _columns(written, name) for name, written in columns.items()}
    return load_table(source, build(TableConfig, {**settings, **named}), quarantine)


def load_table(source: Any, data: TableConfig, quarantine: str | Path | None = None) -> Table:
    """Read a table to learn from by the settings of a run; see :func:`load_tables`."""
    return load_tables({"train": source}, data, quarantine)["train"]


def load_tables(
    sources: Mapping[str, Any], data: TableConfig, quarantine: str | Path | None = None, *, of_bundle: bool = False
) -> dict[str, Table]:
    """Read the tables of a run by its settings.

    Parameters
    ----------
    sources : mapping of str to source
        By side: ``"train"`` is learned from, and must have two labels; the others are measured on.
    data : TableConfig
    quarantine : str or Path, optional
        A CSV file for the rows of all of them that cannot be used; written even where a table is refused.
    of_bundle : bool, default False
        Whether the columns are those of a bundle, in place of which an annotation tool's export may have its own.

    Raises
    ------
    DataError, ConfigError
        As :func:`read_table`.
    OutputError
        If the quarantine cannot be written, or is one of the sources.
    """
    sources = {side: expand_source(source) for side, source in sources.items()}
    quarantine = None if quarantine is None else as_path(quarantine, "quarantine")
    if quarantine is not None:
        refuse_source(quarantine, sources.values())
    tables: dict[str, Table] = {}
    for side, source in sources.items():  # the first one says which columns hold what, where they are not named
        tables[side], data = _open_table(source, data, with_content=quarantine is not None, of_bundle=of_bundle)
    if quarantine is not None:
        write_quarantine(quarantine, [row for table in tables.values() for row in table.left_out])
    for side, table in tables.items():
        check = check_trainable if side == "train" else check_rows
        check(table, keep_unlabelled=data.keeps_unlabelled, strict=data.strict)
    return tables


def _open_table(source: Any, data: TableConfig, *, with_content: bool, of_bundle: bool) -> tuple[Table, TableConfig]:
    """Read a table; return also the settings with its columns, where they were not named."""
    raw = open_source(source, ReadOptions.of(data), None if with_content else _needed_columns(data))
    if of_bundle:
        data = settings_of_export(raw, data)
    opened, data = _with_annotations(raw, data, keep_content=with_content)
    taken, notes = with_likely_columns(source, opened, data)
    opened = with_nested(opened, (*as_names(taken.text), *as_names(taken.labels)))
    table = build_table(opened, taken, keep_content=with_content)
    return replace(table, notes=(*notes, *table.notes)), taken


def _with_annotations(source: Source, data: TableConfig, *, keep_content: bool) -> tuple[Source, TableConfig]:
    """Read what an annotation tool exported, and columns within objects."""
    opened, data = read_export(source, data, keep_content=keep_content)
    return with_nested(opened, (*as_names(data.text), *as_names(data.labels))), data


def inspect_table(
    source: Any, data: TableConfig, quarantine: str | Path | None = None
) -> tuple[Source, Table | None, Suggestion | None]:
    """Open a table to look at, whatever is wrong with it.

    Parameters
    ----------
    source : str, Path, sequence of those, or DataFrame
    data : TableConfig
    quarantine : str or Path, optional
        A CSV file for the rows that cannot be used.

    Returns
    -------
    source : Source
        With every column.
    table : Table or None
        None unless both the columns of texts and those of labels are known.
    suggestion : Suggestion or None
        The likely columns, where not both are named, or what else it takes where the source itself tells them.

    Raises
    ------
    DataError, ConfigError, OutputError
        As :func:`load_tables`, but rows that cannot be used are an error only where ``data.strict`` says so.
    """
    source = expand_source(source)
    quarantine = None if quarantine is None else as_path(quarantine, "quarantine")
    is_named = data.text is not None and (data.labels or data.label_columns)
    opened, data = _with_annotations(
        open_source(source, ReadOptions.of(data)), data, keep_content=quarantine is not None
    )
    known = with_known_columns(data, opened)
    if not check_columns(known, opened):
        opened, suggestion = look_at(source, opened, known)
        return opened, None, suggestion
    table = build_table(opened, known, keep_content=quarantine is not None)
    if quarantine is not None:
        refuse_source(quarantine, [source])
        write_quarantine(quarantine, table.left_out)
    if data.strict:
        refuse_defects(table)
    return opened, table, None if is_named else try_out(opened, known, suggest(opened, known))


def refuse_source(quarantine: Path, sources: Iterable[object]) -> None:
    """Refuse to write over what is read.

    Raises
    ------
    OutputError
        If the file is one of the sources.
    """
    for source in sources:
        for name in source if isinstance(source, (list, tuple)) else (source,):
            if isinstance(name, (str, Path)) and quarantine.resolve() in map(Path.resolve, _files_of(str(name))):
                raise OutputError(f"{quarantine}: this is the table; name another file with --quarantine")


def _files_of(name: str) -> list[Path]:
    return [Path(name), *map(Path, glob.glob(name))]  # noqa: PTH207 (takes absolute patterns)


def _needed_columns(data: TableConfig) -> Select | None:
    """Choose the columns to read, as others only take memory; None for all."""
    if data.text is None or data.labels is None:  # to be found, an export's, or named by a pattern
        return None
    if data.format not in ("auto", "table"):
        return None
    named = (data.text, data.labels, data.group)
    needed = {name.strip() for names in named for name in as_names(names)}
    lacking = set(needed)

    def select(names: Sequence[str]) -> Sequence[str]:
        lacking.difference_update(name.strip() for name in names)
        if lacking or (data.format == "auto" and may_be_export(names)):
            return names  # a message names all columns, and what is in them tells which is meant instead
        kept = (name for name in names if name.strip() in needed or name.strip().casefold() in ANSWER_NAMES)
        return list(dict.fromkeys(kept))

    return select


def settings_of_bundle(facts: Mapping[str, Any], **changes: Any) -> TableConfig:
    """Return the settings that read another table as a bundle's own was read.

    Parameters
    ----------
    facts : mapping
        ``data`` of the bundle's manifest.
    **changes
        Settings of :class:`~multitag.config.TableConfig` that win over it; None where there is none.

    Returns
    -------
    TableConfig
        With the separator that training was told, or detected in the cells. Facts that do not say which of them it
        was are from before it was recorded, and of a comma nothing says that any cell held it: it is detected anew.

    Raises
    ------
    ConfigError
        If they do not go together.
    """
    columns = tuple(facts.get("label_columns", (facts["label_column"],)))
    shape = facts.get("label_shape", "auto")
    remembered: dict[str, Any] = {
        "text": tuple(facts.get("text_columns", (facts["text_column"],))),
        "text_pair": facts.get("text_pair", False),
        "label_key": facts.get("label_key"),
        "label_shape": shape if shape in FORMS else "auto",
        "annotators": facts.get("label_annotators", "auto"),
        "unknown": facts.get("unknown", "ask"),
        "soft": facts.get("soft", False),
        **({"label_columns": columns} if shape == "columns" else {"labels": columns}),
    }
    changes = {name: value for name, value in changes.items() if value is not None}
    if "text" in changes:
        del remembered["text_pair"]
    if {"labels", "label_columns"} & changes.keys():
        remembered = {name: value for name, value in remembered.items() if not name.startswith("label")}
    elif not {"label_separator", "label_shape"} & changes.keys():
        remembered |= _separator_of_bundle(facts)
    if "label_separator" in changes:
        remembered["label_shape"] = "auto"
    if shape == "vector" and "labels" in remembered and "label_names" not in changes:
        remembered["places"] = tuple(facts.get("label_places", ()))
    settings = {**remembered, **changes}
    remembers = {"detected_separator", "places"} & settings.keys()
    built: TableConfig = build(RememberedConfig if remembers else TableConfig, settings)
    return built


def _separator_of_bundle(facts: Mapping[str, Any]) -> dict[str, str]:
    mark = facts.get("label_separator")
    if not mark or facts.get("label_shape") != "separated":
        return {}
    match facts.get("label_separator_from", "unknown"):
        case "option":
            return {"label_separator": mark}
        case "cells":
            return {"detected_separator": mark}
        case "unknown" if mark != ",":
            return {"detected_separator": mark}
    return {}


def _columns(written: object, setting: str) -> str | tuple[str, ...] | None:
    """Return names of columns as texts; a data frame without names has numbers for them."""
    if written is None:
        return None
    names = [written] if isinstance(written, Integral) else as_list(written)
    if names is None or not all(isinstance(name, (str, Integral)) and not isinstance(name, bool) for name in names):
        raise ConfigError(f"{setting}: expected the name of a column or a list of names, got {describe_value(written)}")
    texts = tuple(map(str, names))
    return texts[0] if isinstance(written, (str, Integral)) else texts or None

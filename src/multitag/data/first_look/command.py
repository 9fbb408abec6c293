"""A suggestion as it is typed: the command for a shell, or the call in Python."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from multitag.config.setting import settings_of
from multitag.config.values import as_names
from multitag.config.whole import Config
from multitag.data.label_formats.column_patterns import expand_columns
from multitag.errors import DataError


def train_command(
    sources: Sequence[str],
    settings: Mapping[str, Any],
    columns: Sequence[str],
    out: str | None = None,
    command: str = "train",
) -> str:
    """Return the command that trains on a table, to be pasted into a shell.

    Parameters
    ----------
    sources : sequence of str
        The files, as they were named.
    settings : mapping of str to object
        Settings by their names; those of the table first.
    columns : sequence of str
        All columns of the table.
    out : str, optional
        Folder of the run; by default ``runs/`` and the name of the first file.
    command : str, default "train"
        Another one that takes what ``train`` does.

    Examples
    --------
    >>> columns = ["id", "the text", "anger", "fear", "joy"]
    >>> print(train_command(["my in.tsv"], {"text": "the text", "label_columns": ("anger", "fear", "joy")}, columns))
    multitag train 'my in.tsv' --text 'the text' --label-columns anger..joy --out 'runs/my in'
    """
    words = ["multitag", command, *sources]
    for name, value in settings.items():
        words += _option(name, short_columns(value, columns) if name == "label_columns" else value)
    return shlex.join([*words, "--out", out or f"runs/{_stem(sources[0])}"])


def read_call(source: str, settings: Mapping[str, Any], columns: Sequence[str]) -> str:
    """Return the call of :func:`multitag.read_table` in Python.

    Examples
    --------
    >>> print(read_call("df", {"text": "plot", "labels": "genres"}, ["plot", "genres"]))
    multitag.read_table(df, text='plot', labels='genres')
    """
    words = [source]
    for name, value in settings.items():
        value = short_columns(value, columns) if name == "label_columns" else value
        plain = value[0] if isinstance(value, (list, tuple)) and len(value) == 1 else value
        words.append(f"{name}={list(plain) if isinstance(plain, tuple) else plain!r}")
    return f"multitag.read_table({', '.join(words)})"


def short_columns(names: str | Sequence[str], columns: Sequence[str]) -> tuple[str, ...]:
    """Write columns as ``first..last`` where that means them, else with commas, else one by one.

    Examples
    --------
    >>> short_columns(["b", "c", "d"], ["a", "b", "c", "d"]), short_columns(["a", "c"], ["a", "b", "c"])
    (('b..d',), ('a,c',))
    """
    names = as_names(names)
    for written in (f"{names[0]}..{names[-1]}", ",".join(names)):
        try:
            if len(names) > 1 and expand_columns([written], columns, "") == names:
                return (written,)
        except DataError:  # names with dots or commas in them mean others
            continue
    return names


def _option(name: str, value: Any) -> Iterator[str]:
    setting = settings_of(Config).get(name)
    shorthand, flag = (setting.option.shorthand, _flag(setting.names[0])) if setting else (None, _flag(name))
    if shorthand is not None and shorthand[1] == value:
        yield _flag(shorthand[0])
    elif isinstance(value, bool):
        yield flag if value else f"--no-{flag.removeprefix('--')}"
    else:
        for item in value if isinstance(value, (list, tuple)) else (value,):
            text = str(item).removesuffix(".0") if isinstance(item, float) else str(item)
            yield from (flag, text.replace("\n", "\\n").replace("\t", "\\t"))


def _flag(name: str) -> str:
    return f"--{name.replace('_', '-')}"


def _stem(source: str) -> str:
    """Return the name of a file without its endings, as the name of a run."""
    name = Path(source).name
    stem = name.removesuffix(".gz").rpartition(".")[0] or name
    stem = "".join(letter for letter in stem if letter not in "*?[]")
    return stem.lstrip("-.") or "table"

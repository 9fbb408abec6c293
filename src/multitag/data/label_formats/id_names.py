"""A file that names label ids: 17 in the table, ``War`` in the model."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from multitag.config.yaml import read_yaml
from multitag.data.cells import CellError, shorten
from multitag.errors import ConfigError, DataError

MAX_BYTES = 16 * 2**20
UNKNOWN_ID = "is not in"  # words of the reason
PLACES = ("names", "id2label")  # where YOLO's data.yaml and a model's config.json keep them

_NUMBERED = re.compile(r"\s*(\d+)\s*[\s:=,;.)-]\s*(\S.*)")


@dataclass(frozen=True)
class IdNames:
    """Names of label ids.

    Parameters
    ----------
    source : str
        The file, for messages.
    names : mapping of str to str
        Name of each id.
    """

    source: str
    names: Mapping[str, str]

    def __getitem__(self, label_id: str) -> str:
        """Return the name of an id.

        Raises
        ------
        CellError
            If the file has no such id.
        """
        # Numbers beside empty cells become floats in a DataFrame: 3 is then 3.0.
        name = self.names.get(label_id, self.names.get(label_id.removesuffix(".0")))
        if name is None:
            raise CellError(f"label id {shorten(label_id)!r} {UNKNOWN_ID} {self.source}, which names {self._ids()}")
        return name

    def _ids(self) -> str:
        ids = list(self.names)
        return ", ".join(ids) if len(ids) <= 5 else f"{len(ids)}, {ids[0]} to {ids[-1]}"


def read_label_names(path: str | Path) -> IdNames:
    """Read a file of label names.

    Parameters
    ----------
    path : str or Path
        A text file with one name per line, where the first has the id 0, or with an id before each name; a .csv or
        .tsv of two columns, id and name or name and id, with or without a header line; or .json or .yaml with a list
        of names, an object of ids and names or of names and ids, or either under ``names`` or ``id2label``.

    Raises
    ------
    DataError
        If the file cannot be read, is in another format, is empty, or names an id twice.
    """
    path = Path(path)
    text = _read(path)
    if path.suffix.lower() == ".json":
        pairs = _value_pairs(_json(text, path), path)
    elif path.suffix.lower() in (".yaml", ".yml"):
        pairs = _value_pairs(_yaml(path), path)
    elif path.suffix.lower() in (".csv", ".tsv"):
        pairs = _two_columns(text, path)
    else:
        pairs = _line_pairs(text.splitlines())
    names: dict[str, str] = {}
    for label_id, name in pairs:
        label_id, name = label_id.strip(), name.strip()
        if not name:
            raise DataError(f"{path}: id {label_id!r} has an empty name; expected one name for each id")
        if label_id in names:
            raise DataError(f"{path}: id {label_id!r} appears more than once; expected one name for each id")
        names[label_id] = name
    if not names:
        raise DataError(f"{path}: no names; expected one per line")
    return IdNames(path.name, names)


def _read(path: Path) -> str:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise DataError(f"{path}: more than {MAX_BYTES // 2**20} MB of label names; is this the right file?")
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(f"{path}: not UTF-8 text; save it as UTF-8 first") from error
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise DataError(f"{path}: cannot be read: {reason}; expected a file of label names") from error


def _line_pairs(lines: list[str]) -> list[tuple[str, str]]:
    while lines and not lines[-1].strip():  # the end of the file, not a label
        lines.pop()
    numbered = [_NUMBERED.fullmatch(line.strip()) for line in lines]
    pairs = [(match[1], match[2]) for match in numbered if match is not None]
    if len(lines) > 1 and len({label_id for label_id, _ in pairs}) == len(lines):  # each line has an id of its own
        return pairs
    return [(str(number), line) for number, line in enumerate(lines)]


def _json(text: str, path: Path) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise DataError(f"{path}: not JSON: {error}") from error


def _yaml(path: Path) -> Any:
    try:
        return read_yaml(path)
    except ConfigError as error:
        raise DataError(str(error)) from error


def _value_pairs(value: Any, path: Path) -> list[tuple[str, str]]:
    """Return ids and names of a list or an object, which may stand where data sets and models keep theirs."""
    for place in PLACES:
        if isinstance(value, dict) and isinstance(value.get(place), (list, dict)):
            value = value[place]
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    names = [(label_id, name) for label_id, name in pairs]
    if names and all(isinstance(name, int) for _, name in names):  # from name to id
        names = [(name, label_id) for label_id, name in names]
    if not names or not all(isinstance(name, str) for _, name in names):
        raise DataError(f'{path}: expected ["name", ...] or {{"id": "name", ...}}')
    return [(str(label_id), name) for label_id, name in names]


def _two_columns(text: str, path: Path) -> list[tuple[str, str]]:
    mark = "\t" if path.suffix.lower() == ".tsv" else ","
    pairs = []
    try:
        for number, row in enumerate(csv.reader(text.splitlines(), delimiter=mark, strict=True), start=1):
            if len(row) != 2 and any(map(str.strip, row)):
                raise DataError(f"{path}, line {number}: expected an id and a name, got {len(row)} cells")
            if len(row) == 2:
                pairs.append((row[0], row[1]))
    except csv.Error as error:
        raise DataError(f"{path}: {error}; expected lines of an id and a name") from error
    header = bool(pairs) and not pairs[0][0].strip().isdecimal() and pairs[-1][0].strip().isdecimal()
    pairs = pairs[1:] if header else pairs
    if not any(label_id.strip().isdecimal() for label_id, _ in pairs[1:] or pairs) and all(
        name.strip().isdecimal() for _, name in pairs[1:] or pairs
    ):  # the name comes first
        pairs = [(label_id, name) for name, label_id in pairs if label_id.strip().isdecimal()]
    return pairs

"""A file that names label ids: 17 in the table, ``War`` in the model."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from multitag.data.cells import CellError, shorten
from multitag.errors import DataError

MAX_BYTES = 16 * 2**20


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
            raise CellError(f"label id {shorten(label_id)!r} is not in {self.source}, which names {self._ids()}")
        return name

    def _ids(self) -> str:
        ids = list(self.names)
        return ", ".join(ids) if len(ids) <= 5 else f"{len(ids)}, {ids[0]} to {ids[-1]}"


def read_label_names(path: str | Path) -> IdNames:
    """Read a file of label names.

    Parameters
    ----------
    path : str or Path
        A text file with one name per line, where the first has the id 0; a .csv or .tsv of two columns, id and name,
        with or without a header line; or .json with a list of names, or an object of ids and names.

    Raises
    ------
    DataError
        If the file cannot be read, is in another format, is empty, or names an id twice.
    """
    path = Path(path)
    text = _read(path)
    if path.suffix.lower() == ".json":
        pairs = _json_pairs(text, path)
    elif path.suffix.lower() in (".csv", ".tsv"):
        pairs = _two_columns(text, path)
    else:
        pairs = [(str(number), line) for number, line in enumerate(text.splitlines())]
        while pairs and not pairs[-1][1].strip():  # the end of the file, not a label
            pairs.pop()
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


def _json_pairs(text: str, path: Path) -> list[tuple[str, str]]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise DataError(f"{path}: not JSON: {error}") from error
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    names = [(str(label_id), name) for label_id, name in pairs]
    if not names or not all(isinstance(name, str) for _, name in names):
        raise DataError(f'{path}: expected ["name", ...] or {{"id": "name", ...}}')
    return names


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
    return pairs[1:] if header else pairs
